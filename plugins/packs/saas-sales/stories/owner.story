# A known customer gets their own account executive.
agent ann: roles sales
agent bob: roles sales
contact name=Dana Reed; owner=bob

0     customer: can I talk to sales
      -> open explicit-request medium tags human-handover
      -> control waiting 1
      -> offer bob until 15m
      -> task 1 for bob due 4h medium: Requested human: can I talk to sales
      -> say: Thanks — one of our team members will follow up within 4 business hours to assist you further.
