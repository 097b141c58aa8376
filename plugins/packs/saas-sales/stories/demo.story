# A demo, booked by a person; a video is for the bot.
agent ann: roles sales

0     customer: Is there a demo video?
5s    bot: Here it is: https://tidemark.example/demo
30s   customer: Nice. Can you give us a product demo?
      -> open demo-request medium tags demo human-handover sales-opportunity
      -> control waiting 1
      -> offer ann until 15m30s
      -> task 1 for ann due 4h30s medium: Demo: Is there a demo video?
      -> say: Gladly. Someone from sales will contact you within 4 business hours to find a time for the demo.
10m   ann accepts
      -> assign ann
      -> control human 2
20m   ann completes scheduled due 24h
      -> task 1 done scheduled
      -> task 2 for ann due 1d20m medium: Continue: Demo: Is there a demo video?
      -> complete scheduled by ann
      -> control bot 3
