# The same in French, over lunch.
start 2026-03-03 13:00
agent ivy: roles intake; languages fr
contact locale=fr

0     customer: J'ai une audience le 14 mars
      -> open deadline high tags deadline human-handover
      -> control waiting 1
      -> wait until 1h
      -> task 1 for nobody due 1h30m high: J'ai une audience le 14 mars — DEADLINE [audience le 14 mars]
      -> say: Notre cabinet est fermé. Quelqu’un vous contactera à l’ouverture. Tant que nous n’avons pas confirmé par écrit que nous vous représentons, veuillez respecter le délai vous-même. S’il expire avant, appelez le +33 1 55 50 01 12.
1h    wake
      -> offer ivy until 1h5m
1h5m  wake
      -> lapse ivy
      -> assign role:partner by ladder
      -> alarm: nobody on the ladder accepted it
1h24m wake
      -> warn response-due at 1h30m
1h30m wake
      -> breach response-due
      -> task 1 overdue
2h    ivy accepts
      -> assign ivy
      -> control human 2
3h    ivy completes closed
      -> task 1 done closed
      -> complete closed by ivy
      -> control bot 3
6h    customer: Je cherche un avocat
      -> open consultation medium tags deadline human-handover sales-opportunity
      -> control waiting 4
      -> wait until 20h
      -> task 2 for nobody due 1d20h30m medium: Je cherche un avocat — wants a consultation
      -> say: Notre cabinet est fermé. Quelqu’un vous contactera pendant les heures d’ouverture. Cet échange ne fait pas de vous un client. Vous pouvez aussi écrire à office@harbour-lane.example.
