# German near misses.
agent ann: roles sales; languages de
contact locale=de

0     customer: Gibt es ein Demovideo?
5s    bot: Ja, auf der Startseite.
20s   customer: Wie schalte ich die Zwei-Faktor-Anmeldung ein?
30s   bot: Unter Einstellungen, Sicherheit.
50s   customer: Wir haben 3.000 Kunden, geht das?
1m    customer: Wir brauchen einen neuen Nutzer und ich möchte eine Rechnung
