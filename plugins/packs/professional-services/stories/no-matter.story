# A card, a tax that is included, and the tennis court are no matters; prices and hours are for the bot.
agent ivy: roles intake

0     customer: Can I pay by Visa card?
5s    bot: You can.
20s   customer: What does a consultation cost, tax included?
30s   bot: 120 euros.
50s   customer: Are you the office by the tennis court?
1m    bot: We are.
1m20s customer: I already have a lawyer, thanks
