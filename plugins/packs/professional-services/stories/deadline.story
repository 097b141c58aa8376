# A court date: high priority, half an hour, and a text that leaves the date with the client.
agent ivy: roles intake

0     customer: My court date is next Tuesday and I have nobody
      -> open deadline high tags deadline human-handover
      -> control waiting 1
      -> offer ivy until 5m
      -> task 1 for ivy due 30m high: My court date is next Tuesday and I have nobody — DEADLINE [court date is next Tuesday]
      -> say: We have noted that a date is running, and someone will contact you within 30 business minutes. Until we confirm in writing that we act for you, please keep the date yourself. Have your papers at hand.
3m    ivy accepts
      -> assign ivy
      -> control human 2
20m   ivy completes converted
      -> task 1 done converted
      -> complete converted by ivy
      -> control bot 3
