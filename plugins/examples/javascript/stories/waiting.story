# Said in passing and with letters of several bytes before it; the bot says the same and nobody is asked.
start 2026-03-02 10:00
channel web
agent ana

0     customer: Good morning
5s    bot: Are you still waiting for a part?
10s   customer: Früher ging das! I am STILL WAITING for it.
      -> open waiting high tags human-handover waiting
      -> control waiting 1
      -> offer ana until 5m10s
      -> task 1 for ana due 2h10s high: Follow up: I am STILL WAITING for it. — waiting
      -> say: We’ve flagged this as urgent. Expect a callback or message within 2 hours.
