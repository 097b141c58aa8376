# A large deal that nobody takes: three salespeople, then everyone, then all of sales with an alarm, and the bot is back.
agent ann: roles sales; skills enterprise
agent bob: roles sales
agent cat: roles sales
agent sam: roles support

0     customer: We need 400 licences
      -> open high-value high tags deal enterprise human-handover large-deal sales-opportunity
      -> control waiting 1
      -> offer ann until 3m
      -> task 1 for ann due 15m high: LARGE DEAL: We need 400 licences [seats: 400 licences]
      -> say: Thanks, that helps. An account executive will contact you within 15 business minutes with your numbers at hand.
3m    wake
      -> lapse ann
      -> offer bob until 6m
6m    wake
      -> lapse bob
      -> offer cat until 9m
9m    wake
      -> lapse cat
      -> escalate to rung 2
      -> offer sam until 19m
12m   wake
      -> warn response-due at 15m
15m   wake
      -> breach response-due
      -> task 1 overdue
19m   wake
      -> lapse sam
      -> assign role:sales by ladder
      -> alarm: nobody on the ladder accepted it
2h    wake
      -> missed
      -> task 1 missed
      -> control bot 2
      -> bot back
      -> say returning: A colleague will still get back to you. Meanwhile, what else can I answer?
      -> alarm: nobody acted before the bot came back
3h    ann accepts
      -> assign ann
      -> control human 3
