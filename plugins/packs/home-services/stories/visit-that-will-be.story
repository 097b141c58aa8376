# To be late oneself, or to ask when somebody comes, is for the bot.
agent dee: roles dispatcher

0     customer: When will the technician arrive?
5s    bot: Between two and four.
30s   customer: Thanks. I missed my appointment last time, sorry.
