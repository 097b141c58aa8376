# Gas is an emergency: high priority, two hours, and a technician within minutes.
start 2026-03-02 10:00
channel web
agent tom: roles technician; skills hvac

0     customer: There is a smell of gas near the furnace
      -> open emergency high tags human-handover urgent
      -> control waiting 1
      -> offer tom until 5m
      -> task 1 for tom due 2h high: Follow up: There is a smell of gas near the furnace — EMERGENCY
      -> say: We’ve flagged this as urgent. Expect a call within 2 hours. If you smell gas or an alarm sounds, leave the house and call the fire department first.
1m    tom accepts
      -> assign tom
      -> control human 2
20m   tom completes converted: repaired the same day
      -> task 1 done converted
      -> complete converted by tom
      -> control bot 3
