# A question that only a clinician may answer, and two that the bot may.
agent nia: roles nurse

0     customer: What should I bring to my appointment?
5s    bot: Your insurance card.
20s   customer: Should I stop taking my medication before it?
      -> open clinical-question medium tags clinical human-handover
      -> control waiting 1
      -> offer nia until 20m20s
      -> task 1 for nia due 4h20s medium: Clinical question: Should I stop taking my medication before it?
      -> say: A clinician has to answer this. I have passed it on, and someone will contact you within 4 business hours. If it cannot wait, call us.
10m   nia accepts
      -> assign nia
      -> control human 2
20m   nia completes closed
      -> task 1 done closed
      -> complete closed by nia
      -> control bot 3
