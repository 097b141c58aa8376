# A whole building is for sales, with high priority.
agent sal: roles sales
agent tom: roles technician

0     customer: We need rooftop units for a commercial building, budget $60,000
      -> open high-value high tags human-handover sales-opportunity
      -> control waiting 1
      -> offer sal until 5m
      -> task 1 for sal due 2h high: Follow up: We need rooftop units for a commercial building, budget $60,000 — high value
      -> say: We’ve flagged this as urgent. Expect a callback or message within 2 hours.
3m    sal accepts
      -> assign sal
      -> control human 2
1h    sal completes converted: signed
      -> task 1 done converted
      -> complete converted by sal
      -> control bot 3
