# What is urgent gets a short promise, and the bot comes back after two hours instead of eight.
agent ana:

0     customer: This is urgent, the door does not lock
      -> open high-value high tags human-handover urgent
      -> control waiting 1
      -> offer ana until 5m
      -> task 1 for ana due 2h high: Follow up: This is urgent, the door does not lock — high value
      -> say: We’ve flagged this as urgent. Expect a callback or message within 2 hours.
1m    ana accepts
      -> assign ana
      -> control human 2
