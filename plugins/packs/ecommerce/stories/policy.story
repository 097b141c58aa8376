# Questions about the policy, a refund that came, and a price are for the bot.
agent sue: roles support

0     customer: What is your return policy for orders above $500?
5s    bot: 30 days, unused.
20s   customer: And how long do refunds take?
30s   bot: Five working days.
50s   customer: I got my refund of $300 then, thanks. Do you have the lamp for $250 in blue?
