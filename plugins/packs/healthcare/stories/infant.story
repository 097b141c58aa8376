# A fever in a baby of seven weeks cannot wait; in a child of eight years it is an ordinary question.
agent nia: roles nurse

0     customer: Our 7 week old has a fever
      -> open urgent-symptoms high tags call-first human-handover red-flag urgent
      -> control waiting 1
      -> offer nia until 3m
      -> task 1 for nia due 15m high: URGENT symptoms: Our 7 week old has a fever [infant with fever]
      -> say: I cannot judge this, so I have told a nurse that it is urgent. They will contact you within 15 business minutes. If you think it is an emergency, do not wait for us: call 911 or your local emergency number now.
2m    nia accepts
      -> assign nia
      -> control human 2
10m   nia completes closed
      -> task 1 done closed
      -> complete closed by nia
      -> control bot 3
1h    customer: My 8 year old has a mild temperature, are you open?
1h10s bot: Until six.
