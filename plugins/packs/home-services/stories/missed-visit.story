# Nobody came: the dispatcher has it, and it is due in four hours instead of a day.
agent tom: roles technician
agent dee: roles dispatcher

0     customer: I waited all day and the technician never showed up
      -> open missed-visit medium tags escalation human-handover missed-visit
      -> control waiting 1
      -> offer dee until 15m
      -> task 1 for dee due 4h medium: Follow up: I waited all day and the technician never showed up — nobody came
      -> say: We are sorry that nobody came. Our dispatcher will call you within 4 hours about a new time.
5m    dee accepts
      -> assign dee
      -> control human 2
10m   agent dee: I am so sorry. Tomorrow at eight?
20m   dee completes needs-escalation: wants the visit for free
      -> control waiting 3
      -> escalate to rung 2
      -> offer tom until 50m
