# "This is urgent", and three ways to say the same.
agent ana:

0     customer: This is urgent
      -> open high-value high tags human-handover urgent
      -> control waiting 1
      -> offer ana until 5m
      -> task 1 for ana due 2h high: Follow up: This is urgent — high value
      -> say: We’ve flagged this as urgent. Expect a callback or message within 2 hours.
1m    ana accepts
      -> assign ana
      -> control human 2
2m    ana completes closed
      -> task 1 done closed
      -> complete closed by ana
      -> control bot 3
1h    customer: it's an emergency, water is coming through the ceiling
      -> open high-value high tags human-handover urgent
      -> control waiting 4
      -> offer ana until 1h5m
      -> task 2 for ana due 3h high: Follow up: it's an emergency, water is coming through the ceiling — high value
      -> say: We’ve flagged this as urgent. Expect a callback or message within 2 hours.
1h1m  ana accepts
      -> assign ana
      -> control human 5
1h2m  ana completes closed
      -> task 2 done closed
      -> complete closed by ana
      -> control bot 6
2h    customer: we need this fixed right now, I smell gas
      -> open high-value high tags human-handover urgent
      -> control waiting 7
      -> offer ana until 2h5m
      -> task 3 for ana due 4h high: Follow up: we need this fixed right now, I smell gas — high value
      -> say: We’ve flagged this as urgent. Expect a callback or message within 2 hours.
2h1m  ana accepts
      -> assign ana
      -> control human 8
2h2m  ana completes closed
      -> task 3 done closed
      -> complete closed by ana
      -> control bot 9
3h    customer: this can't wait, the heating is dead and we have a newborn
      -> open high-value high tags human-handover urgent
      -> control waiting 10
      -> offer ana until 3h5m
      -> task 4 for ana due 5h high: Follow up: this can't wait, the heating is dead and we have a newborn — high value
      -> say: We’ve flagged this as urgent. Expect a callback or message within 2 hours.
3h1m  ana accepts
      -> assign ana
      -> control human 11
3h2m  ana completes closed
      -> task 4 done closed
      -> complete closed by ana
      -> control bot 12
