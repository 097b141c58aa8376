# Nobody at intake sees it: a partner, then everyone, then the partners with an alarm.
agent ivy: roles intake
agent ian: roles intake
agent pia: roles partner
agent sam: roles assistant

0     customer: I have 14 days to appeal
      -> open deadline high tags deadline human-handover
      -> control waiting 1
      -> offer ian until 5m
      -> task 1 for ian due 30m high: I have 14 days to appeal — DEADLINE [14 days to appeal]
      -> say: We have noted that a date is running, and someone will contact you within 30 business minutes. Until we confirm in writing that we act for you, please keep the date yourself. Have your papers at hand.
2m    ian declines: conflict
      -> decline ian
      -> offer ivy until 7m
7m    wake
      -> lapse ivy
      -> escalate to rung 2
      -> offer pia until 17m
17m   wake
      -> lapse pia
      -> escalate to rung 3
      -> offer sam until 32m
24m   wake
      -> warn response-due at 30m
30m   wake
      -> breach response-due
      -> task 1 overdue
32m   wake
      -> lapse sam
      -> assign role:partner by ladder
      -> alarm: nobody on the ladder accepted it
3h    pia accepts
      -> assign pia
      -> control human 2
4h    pia completes needs-escalation: wants another partner
      -> control waiting 3
      -> assign role:partner by ladder
      -> alarm: nobody on the ladder accepted it
