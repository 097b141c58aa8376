# "I'd like a custom quote", and three ways to say the same.
agent ana:

0     customer: I'd like a custom quote
      -> open complex-request medium tags human-handover sales-opportunity
      -> control waiting 1
      -> offer ana until 15m
      -> task 1 for ana due 1d medium: Follow up: I'd like a custom quote — complex request
      -> say: Thanks — one of our team members will follow up within 24 hours to assist you further.
1m    ana accepts
      -> assign ana
      -> control human 2
2m    ana completes closed
      -> task 1 done closed
      -> complete closed by ana
      -> control bot 3
1h    customer: could you put together an offer tailored to our building
      -> open complex-request medium tags human-handover sales-opportunity
      -> control waiting 4
      -> offer ana until 1h15m
      -> task 2 for ana due 1d1h medium: Follow up: could you put together an offer tailored to our building — complex request
      -> say: Thanks — one of our team members will follow up within 24 hours to assist you further.
1h1m  ana accepts
      -> assign ana
      -> control human 5
1h2m  ana completes closed
      -> task 2 done closed
      -> complete closed by ana
      -> control bot 6
2h    customer: we need a bespoke quote for our case
      -> open complex-request medium tags human-handover sales-opportunity
      -> control waiting 7
      -> offer ana until 2h15m
      -> task 3 for ana due 1d2h medium: Follow up: we need a bespoke quote for our case — complex request
      -> say: Thanks — one of our team members will follow up within 24 hours to assist you further.
2h1m  ana accepts
      -> assign ana
      -> control human 8
2h2m  ana completes closed
      -> task 3 done closed
      -> complete closed by ana
      -> control bot 9
3h    customer: please send us an individual quotation for the whole project
      -> open explicit-request medium tags human-handover sales-opportunity
      -> control waiting 10
      -> offer ana until 3h15m
      -> task 4 for ana due 1d3h medium: Follow up: please send us an individual quotation for the whole project — requested human
      -> say: Thanks — one of our team members will follow up within 24 hours to assist you further.
3h1m  ana accepts
      -> assign ana
      -> control human 11
3h2m  ana completes closed
      -> task 4 done closed
      -> complete closed by ana
      -> control bot 12
