# No manager takes a refund above the limit: everyone is asked, then it is the managers' with an alarm.
agent max: roles manager
agent sue: roles support

0     customer: please refund me $800
      -> open refund-exception high tags above-limit exception human-handover needs-approval order return
      -> control waiting 1
      -> offer max until 20m
      -> task 1 for max due 2h high: REFUND above the limit: $800, please refund me $800
      -> say: A manager decides on this. I have passed it on with your order, and they will answer within 2 business hours.
20m   wake
      -> lapse max
      -> escalate to rung 2
      -> offer sue until 1h
1h    wake
      -> lapse sue
      -> assign role:manager by ladder
      -> alarm: nobody on the ladder accepted it
1h36m wake
      -> warn response-due at 2h
2h    wake
      -> breach response-due
      -> task 1 overdue
2h    max accepts
      -> assign max
      -> control human 2
2h10m agent max: I am looking into it.
1d2h10m wake
      -> control bot 3
      -> bot back
      -> say returning: Our team still has your request. Meanwhile I can help with anything else.
1d3h  max completes closed
      -> task 1 done closed
      -> complete closed by max
      -> control closed 4
