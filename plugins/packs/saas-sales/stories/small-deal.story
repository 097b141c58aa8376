# Twelve seats are facts, and no reason to wake anybody; what they cost is for the bot.
agent ann: roles sales

0     customer: What does it cost for 12 users?
5s    bot: 20 dollars per user and month.
30s   customer: Thanks, we will start next month
