# The same for words of suicide: a person, at once.
agent nia: roles nurse

0     customer: I don't want to live anymore
      -> open urgent-symptoms high tags call-first human-handover red-flag urgent
      -> control waiting 1
      -> offer nia until 3m
      -> task 1 for nia due 15m high: URGENT symptoms: I don't want to live anymore [words of suicide or self-harm]
      -> say: I cannot judge this, so I have told a nurse that it is urgent. They will contact you within 15 business minutes. If you think it is an emergency, do not wait for us: call 911 or your local emergency number now.
1m    nia accepts
      -> assign nia
      -> control human 2
