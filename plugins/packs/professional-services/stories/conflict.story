# Whom the client names stands in the title, so that the check comes before the call.
agent ivy: roles intake

0     customer: I want to sue Acme Roofing Ltd.
10s   bot: What happened?
30s   customer: I'd rather explain it to a person
      -> open explicit-request medium tags conflict-check human-handover
      -> control waiting 1
      -> offer ivy until 1h30s
      -> task 1 for ivy due 8h30s medium: I want to sue Acme Roofing Ltd. — requested human v. Acme Roofing Ltd
      -> say: Thanks — one of our team members will follow up within 8 business hours to assist you further.
5m    ivy accepts
      -> assign ivy
      -> control human 2
6m    ivy completes closed not-needed: conflict of interest
      -> task 1 done closed
      -> complete closed by ivy
      -> control bot 3
