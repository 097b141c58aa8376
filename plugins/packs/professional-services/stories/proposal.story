# A fee proposal too.
agent pia: roles partner

0     customer: Could you send us an engagement letter and a fee proposal?
      -> open complex-request medium tags human-handover sales-opportunity
      -> control waiting 1
      -> offer pia until 1h
      -> task 1 for pia due 8h medium: Could you send us an engagement letter and a fee proposal? — proposal
      -> say: Thanks — one of our team members will follow up within 8 business hours to assist you further.
30m   pia accepts
      -> assign pia
      -> control human 2
2h    pia completes converted
      -> task 1 done converted
      -> complete converted by pia
      -> control bot 3
