# Near misses: a question about the service, and one who is in no hurry.
agent tom: roles technician

0     customer: Do you offer emergency service at weekends?
5s    bot: We do, around the clock.
20s   customer: Good to know. It's not urgent, my smoke detector just needs a battery.
30s   bot: Any hardware store has them.
