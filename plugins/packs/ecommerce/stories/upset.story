# The tone turns.
agent sue: roles support

0     customer: This is ridiculous, third time I ask and nobody cares!
      -> open sentiment medium tags escalation human-handover
      -> control waiting 1
      -> offer sue until 20m
      -> task 1 for sue due 8h medium: Upset customer: This is ridiculous, third time I ask and nobody cares!
      -> say: Thanks — one of our team members will follow up within 8 business hours to assist you further.
5m    sue accepts
      -> assign sue
      -> control human 2
