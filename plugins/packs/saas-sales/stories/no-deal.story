# The customers of the customer, a wrong charge and a bug are no deal.
agent ann: roles sales

0     customer: We serve 5,000 customers, does the export handle that many rows?
5s    bot: It does.
30s   customer: And where do I see that you charged me $90,000? It must be a typo
