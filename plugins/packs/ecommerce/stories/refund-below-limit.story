# One below the limit is support's.
agent sue: roles support
agent max: roles manager
contact name=Dana Reed; email=dana@example.com

0     customer: I want a refund of $49.90 for ORD-77120
      -> open return medium tags human-handover order return
      -> control waiting 1
      -> offer sue until 20m
      -> task 1 for sue due 8h medium: Return or refund: order ORD-77120, $49.90, I want a refund of $49.90 for ORD-77120
      -> say: Our support team will look at it and answer within 8 business hours.
10m   sue accepts
      -> assign sue
      -> control human 2
20m   sue completes closed
      -> task 1 done closed
      -> complete closed by sue
      -> control closed 3
