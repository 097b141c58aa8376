# A questionnaire is for the solutions team; two-factor login is for the bot.
agent sol: roles solutions
agent ann: roles sales

0     customer: How do I turn on two factor authentication?
5s    bot: Under Settings, Security.
30s   customer: Thanks. Can you also send your SOC 2 report?
      -> open security-review medium tags human-handover sales-opportunity security
      -> control waiting 1
      -> offer sol until 15m30s
      -> task 1 for sol due 8h30s medium: Security review: Can you also send your SOC 2 report?
      -> say: Our solutions team handles security reviews and will contact you within 8 business hours. Please have your questionnaire ready.
10m   sol accepts
      -> assign sol
      -> control human 2
1h    sol completes closed
      -> task 1 done closed
      -> complete closed by sol
      -> control bot 3
