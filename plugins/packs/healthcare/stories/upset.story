# An upset patient is for the practice manager.
agent pat: roles practice-manager
agent fay: roles front-desk

0     customer: I have been waiting for weeks and nobody cares, this is ridiculous!
      -> open sentiment medium tags escalation human-handover
      -> control waiting 1
      -> offer pat until 20m
      -> task 1 for pat due 4h medium: Upset patient: I have been waiting for weeks and nobody cares, this is ridiculous!
      -> say: Thanks — one of our team members will follow up within 4 business hours to assist you further.
5m    pat accepts
      -> assign pat
      -> control human 2
10m   pat completes needs-escalation: complaint in writing
      -> control waiting 3
      -> escalate to rung 2
      -> offer fay until 50m
