# The same in Spanish.
start 2026-03-08 09:00
agent tom: roles technician
contact name=Luz Vega; locale=es

0     customer: Quiero hablar con una persona
      -> open explicit-request medium tags human-handover
      -> control waiting 1
      -> wait until 23h
      -> task 1 for nobody due 1d medium: Follow up: Quiero hablar con una persona — requested human
      -> say: Ahora estamos cerrados. Una persona de nuestro equipo le contactará en horario de atención. Si es urgente, llame a nuestra línea de emergencias: +1 555 0199.
1h    tom accepts
      -> assign tom
      -> control human 2
2h    tom completes closed
      -> task 1 done closed
      -> complete closed by tom
      -> control bot 3
3h    customer: Huele a gas en la cocina
      -> open emergency high tags human-handover urgent
      -> control waiting 4
      -> wait until 23h
      -> task 2 for nobody due 5h high: Follow up: Huele a gas en la cocina — EMERGENCY
      -> say: Ahora estamos cerrados; por favor, no nos espere. Si huele a gas o suena una alarma, salga de casa y llame a los bomberos. Para todo lo demás que no pueda esperar, llame a nuestra línea de emergencias: +1 555 0199.
