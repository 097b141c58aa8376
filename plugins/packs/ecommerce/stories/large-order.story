# Wholesale is worth a manager's call.
agent max: roles manager
agent sue: roles support

0     customer: We want to place a bulk order of 800 mugs
      -> open high-value high tags human-handover sales-opportunity
      -> control waiting 1
      -> offer max until 10m
      -> task 1 for max due 2h high: Large order: We want to place a bulk order of 800 mugs
      -> say: Thank you. Someone who handles large orders will contact you within 2 business hours.
5m    max accepts
      -> assign max
      -> control human 2
1h    max completes converted
      -> task 1 done converted
      -> complete converted by max
      -> control closed 3
