# 250 seats: sales within minutes, and the facts of the deal in the title.
agent ann: roles sales; skills enterprise
agent bob: roles sales
contact name=Dana Reed; email=dana@example.com

0     customer: We use HubSpot and want to move by Q3
5s    bot: For how many people?
30s   customer: We need 250 seats, our budget is $40,000 a year
      -> open high-value high tags deal enterprise human-handover large-deal sales-opportunity
      -> control waiting 1
      -> offer ann until 3m30s
      -> task 1 for ann due 15m30s high: LARGE DEAL: We need 250 seats, our budget is $40,000 a year [budget: $40,000] [current vendor: HubSpot] [seats: 250 seats] [timeline: by Q3]
      -> say: Thanks, that helps. An account executive will contact you within 15 business minutes with your numbers at hand.
2m    ann accepts
      -> assign ann
      -> control human 2
30m   ann completes scheduled due 48h: demo for the whole team
      -> task 1 done scheduled
      -> task 2 for ann due 2d30m high: Continue: LARGE DEAL: We need 250 seats, our budget is $40,000 a year [budget: $40,000] [current vendor: HubSpot] [seats: 250 seats] [timeline: by Q3]
      -> complete scheduled by ann
      -> control bot 3
2d30m wake
      -> task 2 overdue
2d2h  ann completes task 2 converted: signed
      -> task 2 done converted
