# On Sunday no span is promised, not even above the limit.
start 2026-03-08 11:00
agent max: roles manager
agent sue: roles support

0     customer: I want a refund of $450 for order 100234
      -> open refund-exception high tags above-limit exception human-handover needs-approval order return
      -> control waiting 1
      -> wait until 22h
      -> task 1 for nobody due 1d high: REFUND above the limit: order 100234, $450, I want a refund of $450 for order 100234
      -> say: We’re closed right now. Your request is saved, and someone will answer during business hours. You can also write to help@lumen-store.example.
22h   wake
      -> offer max until 22h20m
22h5m max accepts
      -> assign max
      -> control human 2
