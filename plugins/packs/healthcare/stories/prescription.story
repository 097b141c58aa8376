# A refill is for the front desk and may take the day.
agent fay: roles front-desk
agent nia: roles nurse

0     customer: Can you renew my prescription?
      -> open prescription medium tags human-handover prescription
      -> control waiting 1
      -> offer fay until 20m
      -> task 1 for fay due 8h medium: Prescription or form: Can you renew my prescription?
      -> say: I have passed your request to the front desk. They will contact you within 8 business hours. Whether it can be issued is for the clinician to decide.
10m   fay accepts
      -> assign fay
      -> control human 2
2h    fay completes closed
      -> task 1 done closed
      -> complete closed by fay
      -> control bot 3
3h    customer: where is the pharmacy
