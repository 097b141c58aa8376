# A sign that comes up while the front desk has the chat raises it: one handover, one message.
agent fay: roles front-desk
agent nia: roles nurse

0     customer: I need a refill of my prescription
      -> open prescription medium tags human-handover prescription
      -> control waiting 1
      -> offer fay until 20m
      -> task 1 for fay due 8h medium: Prescription or form: I need a refill of my prescription
      -> say: I have passed your request to the front desk. They will contact you within 8 business hours. Whether it can be issued is for the clinician to decide.
1m    fay accepts
      -> assign fay
      -> control human 2
5m    customer: and now my tongue is swelling
      -> raise urgent-symptoms high
6m    agent fay: I am getting the nurse, please call the emergency number now.
10m   fay completes closed
      -> task 1 done closed
      -> complete closed by fay
      -> control bot 3
