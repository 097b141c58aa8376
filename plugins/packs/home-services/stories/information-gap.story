# One failed answer is not enough, the second is.
agent tom: roles technician

0     customer: Which refrigerant does my old unit use?
5s    bot: I'm sorry, I don't know.
20s   customer: it is from 1998
30s   bot: I'm sorry, I don't have that information.
      -> open information-gap medium tags human-handover info-gap
      -> control waiting 1
      -> offer tom until 30m30s
      -> task 1 for tom due 1d30s medium: Follow up: Which refrigerant does my old unit use? — information gap
      -> say: We couldn’t find the exact details right now. We’ve assigned this to a specialist who will help within 24 hours.
10m   tom accepts
      -> assign tom
      -> control human 2
15m   tom completes closed not-needed: it is on the plate
      -> task 1 done closed
      -> complete closed by tom
      -> control bot 3
