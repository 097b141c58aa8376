# What needs a person's judgement goes to one.
agent ana:

0     customer: I'd like a custom quote for cleaning our office
      -> open complex-request medium tags human-handover sales-opportunity
      -> control waiting 1
      -> offer ana until 15m
      -> task 1 for ana due 1d medium: Follow up: I'd like a custom quote for cleaning our office — complex request
      -> say: Thanks — one of our team members will follow up within 24 hours to assist you further.
