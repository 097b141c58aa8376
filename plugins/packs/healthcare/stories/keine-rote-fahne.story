# German near misses.
agent nia: roles nurse
contact locale=de

0     customer: Ich habe keine Brustschmerzen, nur Husten. Haben Sie morgen einen Termin?
10s   bot: Ja, um neun Uhr.
30s   customer: Was soll ich zum Termin mitbringen?
40s   bot: Ihre Versichertenkarte.
1m    customer: Wo ist die Apotheke?
1m10s customer: Soll ich das Formular vorher ausfüllen?
