# What stands on the plate and on the display is in the task's title; filters and phone numbers are not.
agent tom: roles technician; skills hvac

0     customer: My Carrier 24ACC636A003 is flashing E4
10s   bot: I am not sure what that means on this model.
30s   customer: Can I speak to a technician?
      -> open explicit-request medium tags device-code human-handover
      -> control waiting 1
      -> offer tom until 30m30s
      -> task 1 for tom due 1d30s medium: Follow up: My Carrier 24ACC636A003 is flashing E4 (error E4) — requested human
      -> say: Thanks — someone from our team will reach out within 24 hours.
20m   tom accepts
      -> assign tom
      -> control human 2
2h    tom completes scheduled due 48h: ordered the board
      -> task 1 done scheduled
      -> task 2 for tom due 2d2h medium: Continue: Follow up: My Carrier 24ACC636A003 is flashing E4 (error E4) — requested human
      -> complete scheduled by tom
      -> control bot 3
2d2h  wake
      -> task 2 overdue
2d2h  tom completes task 2 closed: board replaced
      -> task 2 done closed
