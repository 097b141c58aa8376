# Nobody takes an emergency: the next technician, the dispatcher, everyone, and then it is the dispatchers' with an alarm.
agent tom: roles technician; skills hvac
agent ida: roles technician
agent dee: roles dispatcher
agent sal: roles sales

0     customer: A pipe burst and our basement is flooding
      -> open emergency high tags human-handover urgent
      -> control waiting 1
      -> offer tom until 5m
      -> task 1 for tom due 2h high: Follow up: A pipe burst and our basement is flooding — EMERGENCY
      -> say: We’ve flagged this as urgent. Expect a call within 2 hours. If you smell gas or an alarm sounds, leave the house and call the fire department first.
1m    tom declines: on a roof
      -> decline tom
      -> offer ida until 6m
6m    wake
      -> lapse ida
      -> escalate to rung 2
      -> offer dee until 11m
11m   wake
      -> lapse dee
      -> escalate to rung 3
      -> offer sal until 21m
21m   wake
      -> lapse sal
      -> assign role:dispatcher by ladder
      -> alarm: nobody on the ladder accepted it
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
2h    customer: is somebody coming?
