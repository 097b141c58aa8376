# What is denied, over, or asked about in general is for the bot.
agent nia: roles nurse

0     customer: I have a cough, no fever and no chest pain. Do you have a slot on Friday?
5s    bot: We do, at ten.
20s   customer: Thanks. I had a heart attack in 2019
30s   bot: Please bring your last letter.
50s   customer: Do you treat asthma?
