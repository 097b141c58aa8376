# The same in German on a holiday.
start 2026-12-25 11:00
agent ann: roles sales; languages de
contact locale=de

0     customer: Können Sie uns das Produkt vorführen?
      -> open demo-request medium tags demo human-handover sales-opportunity
      -> control waiting 1
      -> wait until 2d22h
      -> task 1 for nobody due 3d2h medium: Demo: Können Sie uns das Produkt vorführen?
      -> say: Unser Team ist gerade nicht da. Ich habe Ihre Angaben weitergegeben; jemand meldet sich während der Geschäftszeiten bei Ihnen. Sie können auch an sales@tidemark.example schreiben.
