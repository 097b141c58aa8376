# The dispatcher does not see it, so everybody else is asked at once; then the dispatchers have it, with an alarm.
agent dee: roles dispatcher
agent tom: roles technician

0     customer: nobody came to our appointment
      -> open missed-visit medium tags escalation human-handover missed-visit
      -> control waiting 1
      -> offer dee until 15m
      -> task 1 for dee due 4h medium: Follow up: nobody came to our appointment — nobody came
      -> say: We are sorry that nobody came. Our dispatcher will call you within 4 hours about a new time.
15m   wake
      -> lapse dee
      -> escalate to rung 2
      -> offer tom until 45m
45m   wake
      -> lapse tom
      -> assign role:dispatcher by ladder
      -> alarm: nobody on the ladder accepted it
2h    dee accepts
      -> assign dee
      -> control human 2
3h    dee completes closed: sent tom
      -> task 1 done closed
      -> complete closed by dee
      -> control bot 3
