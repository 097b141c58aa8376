# A refund above the limit is a manager's, with the order and the sum in the title.
agent sue: roles support
agent max: roles manager
contact name=Dana Reed; email=dana@example.com

0     customer: Hi, I want a refund of $450 for order 100234
      -> open refund-exception high tags above-limit exception human-handover needs-approval order return
      -> control waiting 1
      -> offer max until 20m
      -> task 1 for max due 2h high: REFUND above the limit: order 100234, $450, Hi, I want a refund of $450 for order 100234
      -> say: A manager decides on this. I have passed it on with your order, and they will answer within 2 business hours.
5m    max accepts
      -> assign max
      -> control human 2
10m   agent max: Done, it is on its way back to your card.
15m   max completes closed: granted in full
      -> task 1 done closed
      -> complete closed by max
      -> control closed 3
