# Two nurses miss it, then the others, then everyone, then the manager has it with an alarm.
agent nia: roles nurse
agent noa: roles nurse
agent nan: roles nurse
agent fay: roles front-desk
agent pat: roles practice-manager

0     customer: my son has difficulty breathing
      -> open urgent-symptoms high tags call-first human-handover red-flag urgent
      -> control waiting 1
      -> offer nan until 3m
      -> task 1 for nan due 15m high: URGENT symptoms: my son has difficulty breathing [trouble breathing]
      -> say: I cannot judge this, so I have told a nurse that it is urgent. They will contact you within 15 business minutes. If you think it is an emergency, do not wait for us: call 911 or your local emergency number now.
1m    nan declines: with a patient
      -> decline nan
      -> offer nia until 4m
4m    wake
      -> lapse nia
      -> escalate to rung 2
      -> offer noa until 7m
7m    wake
      -> lapse noa
      -> escalate to rung 3
      -> offer fay, pat until 12m
10m30s wake
      -> warn response-due at 15m
12m   wake
      -> lapse fay, pat
      -> assign role:practice-manager by ladder
      -> alarm: nobody on the ladder accepted it
15m   wake
      -> breach response-due
      -> task 1 overdue
20m   pat accepts
      -> assign pat
      -> control human 2
30m   pat completes closed
      -> task 1 done closed
      -> complete closed by pat
      -> control bot 3
