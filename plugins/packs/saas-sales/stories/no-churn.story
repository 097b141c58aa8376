# To cancel a meeting is not to leave.
agent suz: roles success

0     customer: How do I cancel a meeting?
5s    bot: With the bin beside it.
30s   customer: Great. We want to renew anyway
