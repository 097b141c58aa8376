# Nobody answers: a partner is asked, has it in the end with an alarm, and the bot is back after two business days.
agent ivy: roles intake
agent pia: roles partner

0     customer: Can I speak to a human?
      -> open explicit-request medium tags human-handover
      -> control waiting 1
      -> offer ivy until 1h
      -> task 1 for ivy due 8h medium: Can I speak to a human? — requested human
      -> say: Thanks — one of our team members will follow up within 8 business hours to assist you further.
1h    wake
      -> lapse ivy
      -> escalate to rung 2
      -> offer pia until 3h
3h    wake
      -> lapse pia
      -> assign role:partner by ladder
      -> alarm: nobody on the ladder accepted it
6h24m wake
      -> warn response-due at 8h
8h    wake
      -> breach response-due
      -> task 1 overdue
16h   wake
      -> missed
      -> task 1 missed
      -> control bot 2
      -> bot back
      -> say returning: Your enquiry is still with our team.
      -> alarm: nobody acted before the bot came back
1d8h  wake
      -> warn resolution-due at 1d16h
1d16h wake
      -> breach resolution-due
1d17h pia accepts
      -> assign pia
      -> control human 3
