# A lost parcel is for fulfilment and may take longer; when it comes is for the bot.
agent flo: roles fulfilment
agent sue: roles support

0     customer: When will my package arrive?
5s    bot: It was to arrive on Monday.
20s   customer: It says delivered but I did not get it. It is order 88412
      -> open delivery-problem medium tags delivery human-handover order
      -> control waiting 1
      -> offer flo until 20m20s
      -> task 1 for flo due 12h20s medium: Delivery: order 88412, When will my package arrive?
      -> say: Sorry about that. Our shipping team will trace it and answer within 12 business hours.
15m   flo accepts
      -> assign flo
      -> control human 2
1h    flo completes needs-escalation: carrier denies
      -> control waiting 3
      -> escalate to rung 2
      -> assign role:manager by ladder
      -> alarm: nobody on the ladder accepted it
