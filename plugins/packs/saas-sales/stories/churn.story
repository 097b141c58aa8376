# Who wants to leave is for success; nobody there answers, so sales are asked, then it is theirs with an alarm.
agent suz: roles success
agent ann: roles sales

0     customer: We want to cancel our subscription
      -> open churn-risk high tags churn-risk human-handover
      -> control waiting 1
      -> offer suz until 10m
      -> task 1 for suz due 2h high: CHURN RISK: We want to cancel our subscription
      -> say: I have passed this to the person who looks after your account. They will contact you within 2 business hours.
10m   wake
      -> lapse suz
      -> escalate to rung 2
      -> offer ann until 30m
30m   wake
      -> lapse ann
      -> assign role:success by ladder
      -> alarm: nobody on the ladder accepted it
1h    suz accepts
      -> assign suz
      -> control human 2
2h    suz completes converted: stays on a smaller plan
      -> task 1 done converted
      -> complete converted by suz
      -> control bot 3
