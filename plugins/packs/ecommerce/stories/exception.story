# A price match is an exception.
agent max: roles manager
agent sue: roles support

0     customer: Would you make an exception? It is two days outside the return window
      -> open complex-request medium tags exception human-handover
      -> control waiting 1
      -> offer max until 20m
      -> task 1 for max due 8h medium: Exception: Would you make an exception?
      -> say: Thanks — one of our team members will follow up within 8 business hours to assist you further.
10m   max accepts
      -> assign max
      -> control human 2
20m   max completes closed not-needed
      -> task 1 done closed
      -> complete closed by max
      -> control closed 3
