# The second failed answer hands over; a customer who was not understood does so at once.
agent fay: roles front-desk

0     customer: Do you validate parking?
5s    bot: I'm sorry, I don't know.
20s   customer: at the garage next door
30s   bot: I'm sorry, I don't have that information.
      -> open information-gap medium tags human-handover info-gap
      -> control waiting 1
      -> offer fay until 20m30s
      -> task 1 for fay due 4h30s medium: Bot could not answer: Do you validate parking?
      -> say: We couldn’t find the exact details right now. We’ve assigned this to a specialist who will help within 4 business hours.
5m    fay accepts
      -> assign fay
      -> control human 2
6m    fay completes closed not-needed
      -> task 1 done closed
      -> complete closed by fay
      -> control bot 3
1h    customer: Where can I park a van?
1h5s  bot: Our hours are eight to six.
1h20s customer: that didn't answer my question
      -> open information-gap medium tags human-handover info-gap
      -> control waiting 4
      -> offer fay until 1h20m20s
      -> task 2 for fay due 5h20s medium: Bot could not answer: Where can I park a van?
      -> say: We couldn’t find the exact details right now. We’ve assigned this to a specialist who will help within 4 business hours.
