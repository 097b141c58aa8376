# On Friday evening no span is promised.
start 2026-03-06 19:00
agent ann: roles sales

0     customer: We need 250 seats by Q3
      -> open high-value high tags deal enterprise human-handover large-deal sales-opportunity
      -> control waiting 1
      -> wait until 2d14h
      -> task 1 for nobody due 2d14h15m high: LARGE DEAL: We need 250 seats by Q3 [seats: 250 seats] [timeline: by Q3]
      -> say: Our team is offline now. I have passed on what you told me, and someone will contact you during business hours. You can also write to sales@tidemark.example.
2d14h wake
      -> offer ann until 2d14h3m
2d14h3m wake
      -> lapse ann
      -> assign role:sales by ladder
      -> alarm: nobody on the ladder accepted it
2d14h5m ann accepts
      -> assign ann
      -> control human 2
