# The customer asks for a person, and one takes over.
agent ana:

0     customer: Do you sell gift cards?
5s    bot: We do, from 10 to 200 dollars.
20s   customer: Can I speak to a manager?
      -> open explicit-request medium tags human-handover
      -> control waiting 1
      -> offer ana until 15m20s
      -> task 1 for ana due 1d20s medium: Follow up: Do you sell gift cards? — requested human
      -> say: Thanks — one of our team members will follow up within 24 hours to assist you further.
10m   ana accepts
      -> assign ana
      -> control human 2
20m   ana completes closed: sold two
      -> task 1 done closed
      -> complete closed by ana
      -> control bot 3
