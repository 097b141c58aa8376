# Saturday night. A request waits for Monday and says so; an emergency does not.
start 2026-03-07 22:00
agent tom: roles technician; skills hvac
contact name=Dana Reed; phone=+1 555 0100

0     customer: I want to talk to a human
      -> open explicit-request medium tags human-handover
      -> control waiting 1
      -> wait until 1d9h
      -> task 1 for nobody due 1d medium: Follow up: I want to talk to a human — requested human
      -> say: We’re currently closed. Someone from our team will reach out during business hours. If this is urgent, please call our emergency line: +1 555 0199.
1h    tom accepts
      -> assign tom
      -> control human 2
1h5m  tom completes closed
      -> task 1 done closed
      -> complete closed by tom
      -> control bot 3
2h    customer: there is a smell of gas now
      -> open emergency high tags human-handover urgent
      -> control waiting 4
      -> wait until 1d9h
      -> task 2 for nobody due 4h high: Follow up: there is a smell of gas now — EMERGENCY
      -> say: We are closed now, so please do not wait for us. If you smell gas or an alarm sounds, leave the house and call the fire department. For anything else that cannot wait, call our emergency line: +1 555 0199.
2h2m  tom accepts
      -> assign tom
      -> control human 5
2h30m tom completes closed
      -> task 2 done closed
      -> complete closed by tom
      -> control bot 6
