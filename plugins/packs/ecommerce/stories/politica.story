# Portuguese near misses; a refund below the limit in reais stays with support.
agent sue: roles support; languages pt
agent max: roles manager; languages pt
contact locale=pt-BR

0     customer: Qual é a política de devolução?
5s    bot: 30 dias.
20s   customer: Quando chega minha encomenda?
30s   bot: Na segunda.
40s   customer: O produto chegou, obrigada. Quero o meu presente embrulhado
1m    customer: Quero um reembolso de R$ 400
      -> open return medium tags human-handover order return
      -> control waiting 1
      -> offer sue until 21m
      -> task 1 for sue due 8h1m medium: Return or refund: R$ 400, Qual é a política de devolução?
      -> say: Nossa equipe vai analisar e responder em até 8 horas de atendimento. Por favor, envie o número do pedido e o seu e-mail.
