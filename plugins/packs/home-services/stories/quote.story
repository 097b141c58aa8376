# A quote is for sales; when nobody takes it, sales keep it.
agent sal: roles sales

0     customer: I'd like a custom quote for a maintenance plan
      -> open complex-request medium tags human-handover sales-opportunity
      -> control waiting 1
      -> offer sal until 30m
      -> task 1 for sal due 1d medium: Follow up: I'd like a custom quote for a maintenance plan — complex request
      -> say: Thanks — one of our estimators will get back to you within 24 hours about your quote.
30m   wake
      -> lapse sal
      -> assign role:sales by ladder
      -> alarm: nobody on the ladder accepted it
2h    sal accepts
      -> assign sal
      -> control human 2
3h    sal completes scheduled due 24h: visit on Friday
      -> task 1 done scheduled
      -> task 2 for sal due 1d3h medium: Continue: Follow up: I'd like a custom quote for a maintenance plan — complex request
      -> complete scheduled by sal
      -> control bot 3
