# The customer names no sum; the platform knows what the order cost. The bot had asked for the number.
agent sue: roles support
agent max: roles manager

0     field order_total=$1,299.00
0     customer: Something is wrong with my sofa
5s    bot: I am sorry. What is your order number?
20s   customer: 100234
30s   bot: Thank you. What shall we do about it?
50s   customer: I want my money back
      -> open refund-exception high tags above-limit exception human-handover needs-approval order return
      -> control waiting 1
      -> offer max until 20m50s
      -> task 1 for max due 2h50s high: REFUND above the limit: order 100234, $1,299.00, Something is wrong with my sofa
      -> say: A manager decides on this. I have passed it on with your order, and they will answer within 2 business hours.
