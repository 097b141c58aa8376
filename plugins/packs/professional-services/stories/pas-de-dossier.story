# French near misses.
agent ivy: roles intake
contact locale=fr

0     customer: Quels sont vos horaires ?
5s    bot: De neuf heures à dix-huit heures.
20s   customer: Combien coûte une consultation ?
30s   bot: 120 euros.
50s   customer: J'ai besoin d'une facture
1m    customer: Est-ce que je peux venir à pied ?
1m10s customer: J'ai déjà un avocat, merci
