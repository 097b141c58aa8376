# A volume discount is negotiated by people.
agent ann: roles sales

0     customer: Could we get a volume discount and sign a master service agreement?
      -> open complex-request medium tags human-handover sales-opportunity
      -> control waiting 1
      -> offer ann until 15m
      -> task 1 for ann due 4h medium: Terms: Could we get a volume discount and sign a master service agreement?
      -> say: Thanks — one of our team members will follow up within 4 business hours to assist you further.
10m   ann accepts
      -> assign ann
      -> control human 2
1h    ann completes needs-escalation: wants 40 percent
      -> control waiting 3
      -> escalate to rung 2
      -> assign role:sales by ladder
      -> alarm: nobody on the ladder accepted it
