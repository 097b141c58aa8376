# A big job on a Sunday: no span is promised.
start 2026-03-08 12:00
agent sal: roles sales

0     customer: We need rooftop units for a commercial building, budget $60,000
      -> open high-value high tags human-handover sales-opportunity
      -> control waiting 1
      -> wait until 20h
      -> task 1 for nobody due 2h high: Follow up: We need rooftop units for a commercial building, budget $60,000 — high value
      -> say: We’re currently closed. Someone from our team will reach out during business hours. If this is urgent, please call our emergency line: +1 555 0199.
1h    wake
      -> missed
      -> task 1 missed
      -> control bot 2
      -> bot back
      -> alarm: nobody acted before the bot came back
1h36m wake
      -> warn response-due at 2h
2h    wake
      -> breach response-due
      -> task 1 overdue
20h   wake
      -> offer sal until 20h5m
20h5m wake
      -> lapse sal
      -> assign role:technician by ladder
      -> alarm: nobody on the ladder accepted it
21h   sal accepts
      -> assign sal
      -> control human 3
