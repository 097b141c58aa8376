# A damaged item: support, and the text asks for what is missing.
agent sue: roles support

0     customer: The item arrived damaged
      -> open return medium tags human-handover return
      -> control waiting 1
      -> offer sue until 20m
      -> task 1 for sue due 8h medium: Return or refund: The item arrived damaged
      -> say: Our support team will look at it and answer within 8 business hours. Please send us your order number and email.
10m   sue accepts
      -> assign sue
      -> control human 2
20m   sue completes scheduled due 72h: replacement sent
      -> task 1 done scheduled
      -> task 2 for sue due 3d20m medium: Continue: Return or refund: The item arrived damaged
      -> complete scheduled by sue
      -> control closed 3
3d    sue completes task 2 closed
      -> task 2 done closed
