# Portuguese: a refund above the limit in reais, a return, a delivery, a large order, a person.
agent sue: roles support; languages pt
agent flo: roles fulfilment; languages pt
agent max: roles manager; languages pt
contact name=Bia Luz; email=bia@example.com; locale=pt-BR

0     customer: Quero um reembolso de R$ 2.500 do pedido 554433
      -> open refund-exception high tags above-limit exception human-handover needs-approval order return
      -> control waiting 1
      -> offer max until 20m
      -> task 1 for max due 2h high: REFUND above the limit: order 554433, R$ 2.500, Quero um reembolso de R$ 2.500 do pedido 554433
      -> say: Isso é decidido pela gerência. Encaminhei o seu pedido, e você terá uma resposta em até 2 horas de atendimento.
5m    max accepts
      -> assign max
      -> control human 2
6m    max completes closed
      -> task 1 done closed
      -> complete closed by max
      -> control closed 3
1h    customer: O produto chegou danificado
      -> control bot 4
      -> open return medium tags above-limit exception human-handover order return
      -> control waiting 5
      -> offer sue until 1h20m
      -> task 2 for sue due 9h medium: Return or refund: order 554433, R$ 2.500, O produto chegou danificado
      -> say: Nossa equipe vai analisar e responder em até 8 horas de atendimento.
1h5m  sue accepts
      -> assign sue
      -> control human 6
1h6m  sue completes closed
      -> task 2 done closed
      -> complete closed by sue
      -> control closed 7
2h    customer: Minha encomenda não chegou
      -> control bot 8
      -> open delivery-problem medium tags above-limit delivery exception human-handover order return
      -> control waiting 9
      -> offer flo until 2h20m
      -> task 3 for flo due 14h medium: Delivery: order 554433, R$ 2.500, Minha encomenda não chegou
      -> say: Sentimos muito. A equipe de envios vai rastrear e responder em até 12 horas de atendimento.
2h5m  flo accepts
      -> assign flo
      -> control human 10
2h6m  flo completes closed
      -> task 3 done closed
      -> complete closed by flo
      -> control closed 11
3h    customer: Queremos comprar no atacado, 500 unidades
      -> control bot 12
      -> open high-value high tags above-limit delivery exception human-handover order return sales-opportunity
      -> control waiting 13
      -> offer max until 3h10m
      -> task 4 for max due 5h high: Large order: order 554433, R$ 2.500, Queremos comprar no atacado, 500 unidades
      -> say: Obrigado. Quem cuida de grandes pedidos entrará em contato em até 2 horas de atendimento.
3h5m  max accepts
      -> assign max
      -> control human 14
3h6m  max completes converted
      -> task 4 done converted
      -> complete converted by max
      -> control closed 15
4h    customer: Quero falar com um atendente
      -> control bot 16
      -> open explicit-request medium tags above-limit delivery exception human-handover order return sales-opportunity
      -> control waiting 17
      -> offer sue until 4h20m
      -> task 5 for sue due 12h medium: Requested human: order 554433, R$ 2.500, Quero falar com um atendente
      -> say: Obrigado. Alguém da nossa equipe entrará em contato com você em até 8 horas de atendimento.
4h5m  sue accepts
      -> assign sue
      -> control human 18
4h6m  sue completes no-answer
      -> task 5 done no-answer
      -> complete no-answer by sue
      -> control closed 19
