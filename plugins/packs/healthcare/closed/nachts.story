# The same in German, with the Wednesday afternoon off.
start 2026-03-04 15:00
agent nia: roles nurse; languages de
contact locale=de

0     customer: Ich bekomme kaum Luft
      -> open urgent-symptoms high tags call-first human-handover red-flag urgent
      -> control waiting 1
      -> wait until 17h
      -> task 1 for nobody due 17h15m high: URGENT symptoms: Ich bekomme kaum Luft [trouble breathing]
      -> say: Ich kann das nicht beurteilen, und die Praxis ist jetzt geschlossen. Wenn Sie es für einen Notfall halten, rufen Sie jetzt die 112. Der Bereitschaftsdienst: 116 117. Ihre Nachricht liegt uns vor; wir melden uns, sobald wir öffnen.
1h    wake
      -> missed
      -> task 1 missed
      -> control bot 2
      -> bot back
      -> say returning: Your request is still with our team.
      -> alarm: nobody acted before the bot came back
17h   wake
      -> offer nia until 17h3m
17h1m nia accepts
      -> assign nia
      -> control human 3
18h   nia completes closed
      -> task 1 done closed
      -> complete closed by nia
      -> control bot 4
22h   customer: Ich brauche ein Folgerezept
      -> open prescription medium tags human-handover prescription red-flag urgent
      -> control waiting 5
      -> wait until 23h
      -> task 2 for nobody due 1d21h medium: Prescription or form: Ich brauche ein Folgerezept
      -> say: Die Praxis ist jetzt geschlossen. Ihre Nachricht liegt uns vor; wir melden uns während der Sprechzeiten. Im Notfall rufen Sie die 112. Der Bereitschaftsdienst: 116 117.
