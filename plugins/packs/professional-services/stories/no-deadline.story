# A hearing that is over and a question in general are no deadlines.
agent ivy: roles intake

0     customer: I had a hearing last year, can you send me the invoice again?
10s   bot: It is on its way.
30s   customer: What is the usual deadline for paying it?
