# Spanish near misses: the words of an emergency and of a missed visit, and neither.
agent tom: roles technician; languages es
contact locale=es

0     customer: ¿Cuánto cuesta una caldera? No es urgente
5s    bot: Desde 900 dólares.
20s   customer: El técnico llegó, gracias. Huele bien en la cocina
