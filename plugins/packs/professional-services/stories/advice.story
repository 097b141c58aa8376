# Advice is for those who answer for it; which areas the firm covers is for the bot.
agent ivy: roles intake

0     customer: Which areas of law do you cover?
5s    bot: Family, employment, property and tax.
30s   customer: Do I have a case if the roof leaks?
      -> open advice medium tags advice human-handover
      -> control waiting 1
      -> offer ivy until 1h30s
      -> task 1 for ivy due 8h30s medium: Which areas of law do you cover? — asks for advice
      -> say: That needs a qualified answer, which I cannot give. Someone from our intake team will contact you within 8 business hours. This chat does not make you a client.
1h30s wake
      -> lapse ivy
      -> assign role:partner by ladder
      -> alarm: nobody on the ladder accepted it
2h    ivy accepts
      -> assign ivy
      -> control human 2
