# On Saturday the date stays with the client, and no span is promised.
start 2026-03-07 11:00
agent ivy: roles intake

0     customer: The eviction is on Monday, I need help
      -> open deadline high tags deadline human-handover matter-property
      -> control waiting 1
      -> wait until 1d22h
      -> task 1 for nobody due 1d22h30m high: Property matter — DEADLINE [eviction is on Monday]
      -> say: Our office is closed. Someone will contact you when we open. Until we confirm in writing that we act for you, please keep the date yourself. If it falls before that, call +33 1 55 50 01 12.
1d22h wake
      -> offer ivy until 1d22h5m
1d22h5m wake
      -> lapse ivy
      -> assign role:partner by ladder
      -> alarm: nobody on the ladder accepted it
1d22h24m wake
      -> warn response-due at 1d22h30m
1d22h30m wake
      -> breach response-due
      -> task 1 overdue
1d23h ivy accepts
      -> assign ivy
      -> control human 2
2d    ivy completes closed
      -> task 1 done closed
      -> complete closed by ivy
      -> control bot 3
2d8h  customer: I'd like to book a consultation
      -> open consultation medium tags deadline human-handover matter-property sales-opportunity
      -> control waiting 4
      -> wait until 2d22h
      -> task 2 for nobody due 3d22h30m medium: Property matter — wants a consultation
      -> say: Our office is closed. Someone will contact you during business hours. This chat does not make you a client. You can also write to office@harbour-lane.example.
