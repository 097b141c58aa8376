# A client of the house stays with the one who has the file.
agent ivy: roles intake
agent ian: roles intake
contact name=Dana Reed; owner=ian

0     customer: can your office call me back
      -> open explicit-request medium tags human-handover
      -> control waiting 1
      -> offer ian until 1h
      -> task 1 for ian due 8h medium: can your office call me back — requested human
      -> say: Thanks — one of our team members will follow up within 8 business hours to assist you further.
