# "Can a person help me with this?", and three ways to say the same.
agent ana:

0     customer: Can a person help me with this?
      -> open explicit-request medium tags human-handover
      -> control waiting 1
      -> offer ana until 15m
      -> task 1 for ana due 1d medium: Follow up: Can a person help me with this? — requested human
      -> say: Thanks — one of our team members will follow up within 24 hours to assist you further.
1m    ana accepts
      -> assign ana
      -> control human 2
2m    ana completes closed
      -> task 1 done closed
      -> complete closed by ana
      -> control bot 3
1h    customer: is there anyone who can look into this for me
      -> open explicit-request medium tags human-handover
      -> control waiting 4
      -> offer ana until 1h15m
      -> task 2 for ana due 1d1h medium: Follow up: is there anyone who can look into this for me — requested human
      -> say: Thanks — one of our team members will follow up within 24 hours to assist you further.
1h1m  ana accepts
      -> assign ana
      -> control human 5
1h2m  ana completes closed
      -> task 2 done closed
      -> complete closed by ana
      -> control bot 6
2h    customer: I need a real person to sort this out
      -> open explicit-request medium tags human-handover
      -> control waiting 7
      -> offer ana until 2h15m
      -> task 3 for ana due 1d2h medium: Follow up: I need a real person to sort this out — requested human
      -> say: Thanks — one of our team members will follow up within 24 hours to assist you further.
2h1m  ana accepts
      -> assign ana
      -> control human 8
2h2m  ana completes closed
      -> task 3 done closed
      -> complete closed by ana
      -> control bot 9
3h    customer: could one of your staff take a look at this with me
      -> open explicit-request medium tags human-handover
      -> control waiting 10
      -> offer ana until 3h15m
      -> task 4 for ana due 1d3h medium: Follow up: could one of your staff take a look at this with me — requested human
      -> say: Thanks — one of our team members will follow up within 24 hours to assist you further.
3h1m  ana accepts
      -> assign ana
      -> control human 11
3h2m  ana completes closed
      -> task 4 done closed
      -> complete closed by ana
      -> control bot 12
