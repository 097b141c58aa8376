# An upset customer is for success.
agent suz: roles success
agent ann: roles sales

0     customer: This is ridiculous, the sync broke again and nobody cares!
      -> open sentiment medium tags escalation human-handover
      -> control waiting 1
      -> offer suz until 15m
      -> task 1 for suz due 4h medium: Upset customer: This is ridiculous, the sync broke again and nobody cares!
      -> say: Thanks — one of our team members will follow up within 4 business hours to assist you further.
5m    suz accepts
      -> assign suz
      -> control human 2
