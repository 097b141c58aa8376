# The second failed answer hands over; a customer who was not understood does so at once.
agent sue: roles support

0     customer: Is the blue one dishwasher safe?
5s    bot: I'm sorry, I don't know.
20s   customer: the mug from the autumn series
30s   bot: I'm sorry, I don't have that information.
      -> open information-gap medium tags human-handover info-gap
      -> control waiting 1
      -> offer sue until 20m30s
      -> task 1 for sue due 8h30s medium: Information gap: Is the blue one dishwasher safe?
      -> say: We couldn’t find the exact details right now. We’ve assigned this to a specialist who will help within 8 business hours.
5m    sue accepts
      -> assign sue
      -> control human 2
6m    sue completes closed
      -> task 1 done closed
      -> complete closed by sue
      -> control closed 3
1h    customer: Which wood is the table made of?
      -> control bot 4
1h5s  bot: Shipping takes three days.
1h20s customer: that didn't answer my question
      -> open information-gap medium tags human-handover info-gap
      -> control waiting 5
      -> offer sue until 1h20m20s
      -> task 2 for sue due 9h20s medium: Information gap: Which wood is the table made of?
      -> say: We couldn’t find the exact details right now. We’ve assigned this to a specialist who will help within 8 business hours.
