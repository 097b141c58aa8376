# Records and insurance bind the practice: its manager has them.
agent pat: roles practice-manager

0     customer: I need a copy of my medical records and a prior authorization letter
      -> open complex-request medium tags human-handover
      -> control waiting 1
      -> offer pat until 20m
      -> task 1 for pat due 4h medium: Records, insurance, consent: I need a copy of my medical records and a prior authorization letter
      -> say: Thanks — one of our team members will follow up within 4 business hours to assist you further.
10m   pat accepts
      -> assign pat
      -> control human 2
1h    pat completes no-answer
      -> task 1 done no-answer
      -> complete no-answer by pat
      -> control bot 3
