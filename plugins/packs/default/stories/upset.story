# The tone turns; one complaint in a calm voice would not do.
agent ana:

0     customer: My order has not arrived yet
10s   bot: It is on its way and should arrive soon.
30s   customer: This is ridiculous, I have been waiting for weeks and nobody cares!
      -> open sentiment medium tags escalation human-handover
      -> control waiting 1
      -> offer ana until 15m30s
      -> task 1 for ana due 1d30s medium: Follow up: My order has not arrived yet — upset customer
      -> say: Thanks — one of our team members will follow up within 24 hours to assist you further.
