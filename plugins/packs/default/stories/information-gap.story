# One failed answer is not enough, the second is.
agent ana:

0     customer: How do I return my order?
5s    bot: I'm sorry, I don't know how to help with that.
20s   customer: I would like to know how I send it back
30s   bot: I'm sorry, I don't have that information.
      -> open information-gap medium tags human-handover info-gap
      -> control waiting 1
      -> offer ana until 15m30s
      -> task 1 for ana due 1d30s medium: Follow up: How do I return my order? — information gap
      -> say: We couldn’t find the exact details right now. We’ve assigned this to a specialist who will help within 24 hours.
