# A filter size, a flat and a discount are no codes, and nobody is needed.
agent tom: roles technician; skills hvac

0     customer: Do you sell 16x25x1 filters? I'm in flat B12
5s    bot: We do. Shall I add one to your visit?
20s   customer: yes, with the discount code SAVE10
30s   bot: Done. It is 12 dollars.
