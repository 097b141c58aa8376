# The customer says that they were not understood, in words of the trade.
agent tom: roles technician

0     customer: My boiler makes a noise
5s    bot: Which model is it?
20s   customer: I already told you which model it is
      -> open information-gap medium tags human-handover info-gap
      -> control waiting 1
      -> offer tom until 30m20s
      -> task 1 for tom due 1d20s medium: Follow up: My boiler makes a noise — information gap
      -> say: We couldn’t find the exact details right now. We’ve assigned this to a specialist who will help within 24 hours.
1m    tom accepts
      -> assign tom
      -> control human 2
