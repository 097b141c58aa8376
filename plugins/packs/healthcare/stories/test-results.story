# Results are told by people; booking a test is for the bot.
agent nia: roles nurse

0     customer: I want to book a blood test
10s   bot: Tuesday at eight?
20s   customer: Yes. And are my test results from last week back?
      -> open test-results medium tags human-handover results
      -> control waiting 1
      -> offer nia until 20m20s
      -> task 1 for nia due 4h20s medium: Test results: I want to book a blood test
      -> say: Results are explained by our clinical staff, not here. They will contact you within 4 business hours.
15m   nia accepts
      -> assign nia
      -> control human 2
30m   nia completes scheduled due 24h: doctor calls tomorrow
      -> task 1 done scheduled
      -> task 2 for nia due 1d30m medium: Continue: Test results: I want to book a blood test
      -> complete scheduled by nia
      -> control bot 3
