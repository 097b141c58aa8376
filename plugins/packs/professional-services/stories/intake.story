# What the intake team sees before the first call: the matter, the other side, and what is wanted.
agent ivy: roles intake
contact name=Dana Reed; phone=+1 555 0100; email=dana@example.com

0     customer: My landlord Peter Quinn wants to evict me
10s   bot: I am sorry to hear that. What would you like to do?
30s   customer: I need a lawyer
      -> open consultation medium tags conflict-check human-handover matter-property sales-opportunity
      -> control waiting 1
      -> offer ivy until 1h30s
      -> task 1 for ivy due 8h30s medium: Property matter — wants a consultation v. Peter Quinn
      -> say: Thank you. We first check for conflicts of interest; then someone will contact you within 8 business hours about a consultation.
10m   ivy accepts
      -> assign ivy
      -> control human 2
1h    ivy completes scheduled due 48h: consultation on Thursday
      -> task 1 done scheduled
      -> task 2 for ivy due 2d1h medium: Continue: Property matter — wants a consultation v. Peter Quinn
      -> complete scheduled by ivy
      -> control bot 3
2d1h  wake
      -> task 2 overdue
3d    ivy completes task 2 converted: engaged
      -> task 2 done converted
