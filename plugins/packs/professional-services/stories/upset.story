# An upset client is for a partner.
agent pia: roles partner
agent ivy: roles intake

0     customer: This is ridiculous, I have been waiting for weeks and nobody cares!
      -> open sentiment medium tags escalation human-handover
      -> control waiting 1
      -> offer pia until 1h
      -> task 1 for pia due 8h medium: This is ridiculous, I have been waiting for weeks and nobody cares! — upset customer
      -> say: Thanks — one of our team members will follow up within 8 business hours to assist you further.
5m    pia accepts
      -> assign pia
      -> control human 2
