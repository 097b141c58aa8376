# Chest pain: a nurse within minutes, whatever else the message asks for. The bot says nothing about the symptom.
agent nia: roles nurse
agent fay: roles front-desk
contact name=Dana Reed; phone=+1 555 0100

0     customer: Can I get an appointment? I have had chest pain since this morning and my left arm feels numb
      -> open urgent-symptoms high tags call-first human-handover red-flag urgent
      -> control waiting 1
      -> offer nia until 3m
      -> task 1 for nia due 15m high: URGENT symptoms: Can I get an appointment? [chest pain; signs of a stroke]
      -> say: I cannot judge this, so I have told a nurse that it is urgent. They will contact you within 15 business minutes. If you think it is an emergency, do not wait for us: call 911 or your local emergency number now.
1m    nia accepts
      -> assign nia
      -> control human 2
5m    nia completes closed: sent to the emergency department
      -> task 1 done closed
      -> complete closed by nia
      -> control bot 3
