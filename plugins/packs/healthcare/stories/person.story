# A patient asks for a person and gets the front desk; nobody answers, so the bot is back.
agent fay: roles front-desk
agent nia: roles nurse

0     customer: Put me through to reception
      -> open explicit-request medium tags human-handover
      -> control waiting 1
      -> offer fay until 20m
      -> task 1 for fay due 4h medium: Asked for a person: Put me through to reception
      -> say: Thanks — one of our team members will follow up within 4 business hours to assist you further.
20m   wake
      -> lapse fay
      -> escalate to rung 2
      -> offer nia until 1h
1h    wake
      -> lapse nia
      -> assign role:practice-manager by ladder
      -> alarm: nobody on the ladder accepted it
2h48m wake
      -> warn response-due at 4h
4h    wake
      -> breach response-due
      -> task 1 overdue
8h    wake
      -> missed
      -> task 1 missed
      -> control bot 2
      -> bot back
      -> say returning: Your request is still with our team.
      -> alarm: nobody acted before the bot came back
10h   fay accepts
      -> assign fay
      -> control human 3
