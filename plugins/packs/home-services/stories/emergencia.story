# The same in Spanish: the words of the pack, and texts in the customer's language.
agent tom: roles technician; languages es
agent dee: roles dispatcher; languages es
agent sal: roles sales; languages es
contact name=Luz Vega; locale=es

0     customer: Huele a gas en la cocina
      -> open emergency high tags human-handover urgent
      -> control waiting 1
      -> offer tom until 5m
      -> task 1 for tom due 2h high: Follow up: Huele a gas en la cocina — EMERGENCY
      -> say: Lo hemos marcado como urgente. Le llamaremos en un plazo de 2 horas. Si huele a gas o suena una alarma, salga de casa y llame primero a los bomberos.
2m    tom accepts
      -> assign tom
      -> control human 2
1h    tom completes closed
      -> task 1 done closed
      -> complete closed by tom
      -> control bot 3
2h    customer: el técnico nunca llegó a la cita de hoy
      -> open missed-visit medium tags human-handover missed-visit urgent
      -> control waiting 4
      -> offer dee until 2h15m
      -> task 2 for dee due 6h medium: Follow up: el técnico nunca llegó a la cita de hoy — nobody came
      -> say: Sentimos que no haya ido nadie. La persona que planifica las visitas le llamará en un plazo de 4 horas para acordar otra hora.
2h5m  dee accepts
      -> assign dee
      -> control human 5
3h    dee completes closed: nueva hora
      -> task 2 done closed
      -> complete closed by dee
      -> control bot 6
4h    customer: Quiero hablar con una persona
      -> open explicit-request medium tags human-handover missed-visit urgent
      -> control waiting 7
      -> offer tom until 4h30m
      -> task 3 for tom due 1d4h medium: Follow up: Quiero hablar con una persona — requested human
      -> say: Gracias. Una persona de nuestro equipo le contactará en un plazo de 24 horas.
4h5m  tom accepts
      -> assign tom
      -> control human 8
5h    tom completes no-answer
      -> task 3 done no-answer
      -> complete no-answer by tom
      -> control bot 9
6h    customer: Necesito un presupuesto a medida para el mantenimiento
      -> open complex-request medium tags human-handover missed-visit sales-opportunity urgent
      -> control waiting 10
      -> offer sal until 6h30m
      -> task 4 for sal due 1d6h medium: Follow up: Necesito un presupuesto a medida para el mantenimiento — complex request
      -> say: Gracias. Le contactaremos en un plazo de 24 horas sobre su presupuesto.
6h10m sal accepts
      -> assign sal
      -> control human 11
8h    sal completes converted
      -> task 4 done converted
      -> complete converted by sal
      -> control bot 12
