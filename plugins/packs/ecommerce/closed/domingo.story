# The same in Portuguese.
start 2026-03-08 11:00
agent sue: roles support; languages pt
contact locale=pt-BR

0     customer: Quero devolver o meu pedido
      -> open return medium tags human-handover return
      -> control waiting 1
      -> wait until 22h
      -> task 1 for nobody due 1d6h medium: Return or refund: Quero devolver o meu pedido
      -> say: Estamos fechados agora. O seu pedido foi registrado, e alguém responderá no horário de atendimento. Você também pode escrever para help@lumen-store.example.
22h   wake
      -> offer sue until 22h20m
22h5m sue accepts
      -> assign sue
      -> control human 2
