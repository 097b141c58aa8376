# French: consultation, deadline, advice, a large mandate, a person; texts in the client's language.
agent ivy: roles intake; languages fr
agent pia: roles partner; languages fr
contact name=Luc Morel; locale=fr

0     customer: Je cherche un avocat pour mon divorce
      -> open consultation medium tags human-handover matter-family sales-opportunity
      -> control waiting 1
      -> offer ivy until 1h
      -> task 1 for ivy due 8h medium: Family matter — wants a consultation
      -> say: Merci. Nous vérifions d’abord l’absence de conflit d’intérêts, puis quelqu’un vous contactera dans un délai de 8 heures ouvrées au sujet d’une consultation.
5m    ivy accepts
      -> assign ivy
      -> control human 2
10m   ivy completes closed
      -> task 1 done closed
      -> complete closed by ivy
      -> control bot 3
1h    customer: J'ai une audience le 14 mars
      -> open deadline high tags deadline human-handover matter-family sales-opportunity
      -> control waiting 4
      -> offer ivy until 1h5m
      -> task 2 for ivy due 1h30m high: Family matter — DEADLINE [audience le 14 mars]
      -> say: Nous avons noté qu’un délai court ; quelqu’un vous contactera dans un délai de 30 minutes ouvrées. Tant que nous n’avons pas confirmé par écrit que nous vous représentons, veuillez respecter le délai vous-même. Gardez vos documents à portée de main.
1h2m  ivy accepts
      -> assign ivy
      -> control human 5
1h10m ivy completes closed
      -> task 2 done closed
      -> complete closed by ivy
      -> control bot 6
2h    customer: Quels sont mes droits en cas de licenciement ?
      -> open advice medium tags advice deadline human-handover matter-employment matter-family sales-opportunity
      -> control waiting 7
      -> offer ivy until 3h
      -> task 3 for ivy due 10h medium: Employment matter — asks for advice
      -> say: Cela demande une réponse qualifiée, que je ne peux pas donner. Notre équipe vous contactera dans un délai de 8 heures ouvrées. Cet échange ne fait pas de vous un client.
2h5m  ivy accepts
      -> assign ivy
      -> control human 8
2h10m ivy completes no-answer
      -> task 3 done no-answer
      -> complete no-answer by ivy
      -> control bot 9
3h    customer: Il s'agit d'une fusion-acquisition
      -> open high-value high tags advice deadline human-handover matter-employment matter-family sales-opportunity
      -> control waiting 10
      -> offer pia until 3h10m
      -> task 4 for pia due 4h high: Employment matter — large mandate
      -> say: Merci. Un associé vous contactera dans un délai de 1 heure ouvrée.
3h5m  pia accepts
      -> assign pia
      -> control human 11
3h10m pia completes closed
      -> task 4 done closed
      -> complete closed by pia
      -> control bot 12
4h    customer: Je voudrais parler à une personne
      -> open explicit-request medium tags advice deadline human-handover matter-employment matter-family sales-opportunity
      -> control waiting 13
      -> offer ivy until 5h
      -> task 5 for ivy due 12h medium: Employment matter — requested human
      -> say: Merci. Un membre de notre équipe vous recontactera dans un délai de 8 heures ouvrées.
4h5m  ivy accepts
      -> assign ivy
      -> control human 14
