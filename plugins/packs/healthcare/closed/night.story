# At night nobody is promised: the texts name the emergency number, and the request waits for the morning.
start 2026-03-04 22:00
agent nia: roles nurse
agent fay: roles front-desk

0     customer: I can't breathe properly
      -> open urgent-symptoms high tags call-first human-handover red-flag urgent
      -> control waiting 1
      -> wait until 10h
      -> task 1 for nobody due 10h15m high: URGENT symptoms: I can't breathe properly [trouble breathing]
      -> say: I cannot judge this, and the practice is closed now. If you think it is an emergency, call 911 or your local emergency number now. Our out-of-hours line: 116 117. We have your message, and a nurse will contact you when we open.
1h    wake
      -> missed
      -> task 1 missed
      -> control bot 2
      -> bot back
      -> say returning: Your request is still with our team.
      -> alarm: nobody acted before the bot came back
9h58m wake
10h   wake
      -> offer nia until 10h3m
10h1m nia accepts
      -> assign nia
      -> control human 3
11h   nia completes closed
      -> task 1 done closed
      -> complete closed by nia
      -> control bot 4
16h   customer: Can you renew my prescription?
      -> open prescription medium tags human-handover prescription red-flag urgent
      -> control waiting 5
      -> offer fay until 16h20m
      -> task 2 for fay due 1d14h medium: Prescription or form: Can you renew my prescription?
      -> say: I have passed your request to the front desk. They will contact you within 8 business hours. Whether it can be issued is for the clinician to decide.
