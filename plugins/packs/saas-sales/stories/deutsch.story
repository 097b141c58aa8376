# German: a large deal, a demo, a security review, a cancellation, a person.
agent ann: roles sales; languages de
agent sol: roles solutions; languages de
agent suz: roles success; languages de
contact name=Uwe Stein; locale=de

0     customer: Wir brauchen Lizenzen für 300 Mitarbeiter bis Ende März
      -> open high-value high tags deal enterprise human-handover large-deal sales-opportunity
      -> control waiting 1
      -> offer ann until 3m
      -> task 1 for ann due 15m high: LARGE DEAL: Wir brauchen Lizenzen für 300 Mitarbeiter bis Ende März [seats: 300 Mitarbeiter] [timeline: bis Ende März]
      -> say: Danke, das hilft. Jemand aus dem Vertrieb meldet sich innerhalb von 15 Minuten der Geschäftszeit bei Ihnen und kennt dann Ihre Angaben.
2m    ann accepts
      -> assign ann
      -> control human 2
3m    ann completes closed
      -> task 1 done closed
      -> complete closed by ann
      -> control bot 3
1h    customer: Können Sie uns das Produkt vorführen?
      -> open demo-request medium tags deal demo human-handover large-deal sales-opportunity
      -> control waiting 4
      -> offer ann until 1h15m
      -> task 2 for ann due 5h medium: Demo: Können Sie uns das Produkt vorführen? [seats: 300 Mitarbeiter] [timeline: bis Ende März]
      -> say: Gern. Jemand aus dem Vertrieb meldet sich innerhalb von 4 Geschäftsstunden, um einen Termin für die Demo zu finden.
1h5m  ann accepts
      -> assign ann
      -> control human 5
1h6m  ann completes closed
      -> task 2 done closed
      -> complete closed by ann
      -> control bot 6
2h    customer: Wir brauchen einen Auftragsverarbeitungsvertrag
      -> open security-review medium tags deal demo human-handover large-deal sales-opportunity security
      -> control waiting 7
      -> offer sol until 2h15m
      -> task 3 for sol due 10h medium: Security review: Wir brauchen einen Auftragsverarbeitungsvertrag [seats: 300 Mitarbeiter] [timeline: bis Ende März]
      -> say: Sicherheitsprüfungen begleitet unser Lösungsteam; es meldet sich innerhalb von 8 Geschäftsstunden bei Ihnen. Halten Sie bitte Ihren Fragebogen bereit.
2h5m  sol accepts
      -> assign sol
      -> control human 8
2h6m  sol completes closed
      -> task 3 done closed
      -> complete closed by sol
      -> control bot 9
3h    customer: Wir möchten unser Abo kündigen
      -> open churn-risk high tags churn-risk deal demo human-handover large-deal sales-opportunity security
      -> control waiting 10
      -> offer suz until 3h10m
      -> task 4 for suz due 5h high: CHURN RISK: Wir möchten unser Abo kündigen [seats: 300 Mitarbeiter] [timeline: bis Ende März]
      -> say: Ich habe das an die Person weitergegeben, die Sie betreut. Sie meldet sich innerhalb von 2 Geschäftsstunden bei Ihnen.
3h5m  suz accepts
      -> assign suz
      -> control human 11
3h6m  suz completes no-answer
      -> task 4 done no-answer
      -> complete no-answer by suz
      -> control bot 12
4h    customer: Ich möchte mit einem Menschen sprechen
      -> open explicit-request medium tags churn-risk deal demo human-handover large-deal sales-opportunity security
      -> control waiting 13
      -> offer ann until 4h15m
      -> task 5 for ann due 8h medium: Requested human: Ich möchte mit einem Menschen sprechen [seats: 300 Mitarbeiter] [timeline: bis Ende März]
      -> say: Vielen Dank – jemand aus unserem Team meldet sich innerhalb von 4 Geschäftsstunden bei Ihnen.
4h5m  ann accepts
      -> assign ann
      -> control human 14
