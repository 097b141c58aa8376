# German: a red flag, a question for a clinician, results, a prescription, a person, each in the patient's language.
agent nia: roles nurse; languages de
agent fay: roles front-desk; languages de
contact name=Uwe Stein; locale=de

0     customer: Mein Mann hat starke Schmerzen in der Brust
      -> open urgent-symptoms high tags call-first human-handover red-flag urgent
      -> control waiting 1
      -> offer nia until 3m
      -> task 1 for nia due 15m high: URGENT symptoms: Mein Mann hat starke Schmerzen in der Brust [chest pain]
      -> say: Ich kann das nicht beurteilen und habe es unserem Fachpersonal als dringend gemeldet. Es meldet sich innerhalb von 15 Minuten der Geschäftszeit bei Ihnen. Wenn Sie es für einen Notfall halten, warten Sie nicht auf uns: Rufen Sie jetzt die 112.
1m    nia accepts
      -> assign nia
      -> control human 2
5m    nia completes closed
      -> task 1 done closed
      -> complete closed by nia
      -> control bot 3
1h    customer: Soll ich das Medikament jetzt absetzen?
      -> open clinical-question medium tags clinical human-handover red-flag urgent
      -> control waiting 4
      -> offer nia until 1h20m
      -> task 2 for nia due 5h medium: Clinical question: Soll ich das Medikament jetzt absetzen?
      -> say: Das muss medizinisches Fachpersonal beantworten. Ich habe es weitergegeben; Sie hören innerhalb von 4 Geschäftsstunden von uns. Wenn es nicht warten kann, rufen Sie uns an.
1h5m  nia accepts
      -> assign nia
      -> control human 5
2h    nia completes closed
      -> task 2 done closed
      -> complete closed by nia
      -> control bot 6
3h    customer: Sind meine Laborwerte schon da?
      -> open test-results medium tags clinical human-handover red-flag results urgent
      -> control waiting 7
      -> offer nia until 3h20m
      -> task 3 for nia due 7h medium: Test results: Sind meine Laborwerte schon da?
      -> say: Befunde bespricht unser Fachpersonal mit Ihnen, nicht dieser Chat. Sie hören innerhalb von 4 Geschäftsstunden von uns.
3h5m  nia accepts
      -> assign nia
      -> control human 8
4h    nia completes closed
      -> task 3 done closed
      -> complete closed by nia
      -> control bot 9
5h    customer: Ich brauche ein Folgerezept
      -> open prescription medium tags clinical human-handover prescription red-flag results urgent
      -> control waiting 10
      -> offer fay until 5h20m
      -> task 4 for fay due 13h medium: Prescription or form: Ich brauche ein Folgerezept
      -> say: Ich habe Ihre Anfrage an die Anmeldung weitergegeben. Sie hören innerhalb von 8 Geschäftsstunden von uns. Ob wir es ausstellen, entscheidet die Ärztin oder der Arzt.
5h5m  fay accepts
      -> assign fay
      -> control human 11
6h    fay completes closed
      -> task 4 done closed
      -> complete closed by fay
      -> control bot 12
7h    customer: Kann ich mit einem Menschen sprechen?
      -> open explicit-request medium tags clinical human-handover prescription red-flag results urgent
      -> control waiting 13
      -> offer fay until 7h20m
      -> task 5 for fay due 11h medium: Asked for a person: Kann ich mit einem Menschen sprechen?
      -> say: Vielen Dank – jemand aus unserem Team meldet sich innerhalb von 4 Geschäftsstunden bei Ihnen.
7h5m  fay accepts
      -> assign fay
      -> control human 14
8h    fay completes closed
      -> task 5 done closed
      -> complete closed by fay
      -> control bot 15
