# The second failed answer hands over; a client who was not understood does so at once.
agent ivy: roles intake

0     customer: Do you have a car park?
5s    bot: I'm sorry, I don't know.
20s   customer: for the visit tomorrow
30s   bot: I'm sorry, I don't have that information.
      -> open information-gap medium tags human-handover info-gap
      -> control waiting 1
      -> offer ivy until 1h30s
      -> task 1 for ivy due 8h30s medium: Do you have a car park? — information gap
      -> say: We couldn’t find the exact details right now. We’ve assigned this to a specialist who will help within 8 business hours.
5m    ivy accepts
      -> assign ivy
      -> control human 2
6m    ivy completes closed
      -> task 1 done closed
      -> complete closed by ivy
      -> control bot 3
1h    customer: Where do I leave the papers?
      -> open sentiment medium tags escalation human-handover
      -> control waiting 4
      -> assign role:partner by ladder
      -> alarm: the ladder leads to nobody
      -> task 2 for role:partner due 9h medium: Where do I leave the papers? — upset customer
      -> say: Thanks — one of our team members will follow up within 8 business hours to assist you further.
1h5s  bot: A consultation costs 120 euros.
      -> refuse bot, it saw epoch 4
1h20s customer: that didn't answer my question
      -> raise information-gap medium
