# Support does not answer, then no manager does: the managers have it with an alarm, and the bot is back.
agent sue: roles support
agent sam: roles support
agent max: roles manager

0     customer: I want to talk to a human
      -> open explicit-request medium tags human-handover
      -> control waiting 1
      -> offer sam until 20m
      -> task 1 for sam due 8h medium: Requested human: I want to talk to a human
      -> say: Thanks — one of our team members will follow up within 8 business hours to assist you further.
5m    sam declines: lunch
      -> decline sam
      -> offer sue until 25m
25m   wake
      -> lapse sue
      -> escalate to rung 2
      -> offer max until 1h25m
1h25m wake
      -> lapse max
      -> assign role:manager by ladder
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
      -> say returning: Our team still has your request. Meanwhile I can help with anything else.
      -> alarm: nobody acted before the bot came back
17h   max accepts
      -> assign max
      -> control human 3
