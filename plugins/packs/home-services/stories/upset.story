# The tone turns: the dispatcher has it.
agent dee: roles dispatcher
agent tom: roles technician

0     customer: My heating was repaired twice
10s   bot: Great, how can I help?
30s   customer: This is ridiculous, it broke again and nobody cares!
      -> open sentiment medium tags escalation human-handover
      -> control waiting 1
      -> offer dee until 30m30s
      -> task 1 for dee due 1d30s medium: Follow up: My heating was repaired twice — upset customer
      -> say: Thanks — one of our team members will follow up within 24 hours to assist you further.
5m    dee accepts
      -> assign dee
      -> control human 2
10m   dee completes closed
      -> task 1 done closed
      -> complete closed by dee
      -> control bot 3
