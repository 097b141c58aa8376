# "You don't understand what I need", and three ways to say the same.
agent ana:

0     customer: How do I reset the filter light?
5s    bot: You can pay your bill on our page at any time.
20s   customer: You don't understand what I need
      -> open information-gap medium tags human-handover info-gap
      -> control waiting 1
      -> offer ana until 15m20s
      -> task 1 for ana due 1d20s medium: Follow up: How do I reset the filter light? — information gap
      -> say: We couldn’t find the exact details right now. We’ve assigned this to a specialist who will help within 24 hours.
1m    ana accepts
      -> assign ana
      -> control human 2
2m    ana completes closed
      -> task 1 done closed
      -> complete closed by ana
      -> control bot 3
1h    customer: Where can I see the hours of the shop in Leeds?
1h5s  bot: You can pay your bill on our page at any time.
1h20s customer: you are not getting what I mean
      -> open information-gap medium tags human-handover info-gap
      -> control waiting 4
      -> offer ana until 1h15m20s
      -> task 2 for ana due 1d1h20s medium: Follow up: Where can I see the hours of the shop in Leeds? — information gap
      -> say: We couldn’t find the exact details right now. We’ve assigned this to a specialist who will help within 24 hours.
1h1m  ana accepts
      -> assign ana
      -> control human 5
1h2m  ana completes closed
      -> task 2 done closed
      -> complete closed by ana
      -> control bot 6
2h    customer: Does the blue one come in a smaller size?
2h5s  bot: You can pay your bill on our page at any time.
2h20s customer: you've got me wrong, I was asking about something else
      -> open information-gap medium tags human-handover info-gap
      -> control waiting 7
      -> offer ana until 2h15m20s
      -> task 3 for ana due 1d2h20s medium: Follow up: Does the blue one come in a smaller size? — information gap
      -> say: We couldn’t find the exact details right now. We’ve assigned this to a specialist who will help within 24 hours.
2h1m  ana accepts
      -> assign ana
      -> control human 8
2h2m  ana completes closed
      -> task 3 done closed
      -> complete closed by ana
      -> control bot 9
3h    customer: Which bank do you use for refunds?
3h5s  bot: You can pay your bill on our page at any time.
3h20s customer: no, you misunderstood me
      -> open information-gap medium tags human-handover info-gap
      -> control waiting 10
      -> offer ana until 3h15m20s
      -> task 4 for ana due 1d3h20s medium: Follow up: Which bank do you use for refunds? — information gap
      -> say: We couldn’t find the exact details right now. We’ve assigned this to a specialist who will help within 24 hours.
3h1m  ana accepts
      -> assign ana
      -> control human 11
3h2m  ana completes closed
      -> task 4 done closed
      -> complete closed by ana
      -> control bot 12
