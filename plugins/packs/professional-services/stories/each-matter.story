# Each matter gives the chat its topic; the last one that was spoken of counts.
agent ivy: roles intake

0     customer: I want to file for divorce
10s   customer: can I speak to a lawyer
      -> open explicit-request medium tags human-handover matter-family
      -> control waiting 1
      -> offer ivy until 1h10s
      -> task 1 for ivy due 8h10s medium: Family matter — requested human
      -> say: Thanks — one of our team members will follow up within 8 business hours to assist you further.
1m    ivy accepts
      -> assign ivy
      -> control human 2
2m    ivy completes closed
      -> task 1 done closed
      -> complete closed by ivy
      -> control bot 3
1h    customer: I was fired last week without notice
1h10s customer: please have somebody call me
      -> open explicit-request medium tags human-handover matter-employment matter-family
      -> control waiting 4
      -> offer ivy until 2h10s
      -> task 2 for ivy due 9h10s medium: Employment matter — requested human
      -> say: Thanks — one of our team members will follow up within 8 business hours to assist you further.
1h1m  ivy accepts
      -> assign ivy
      -> control human 5
1h2m  ivy completes closed
      -> task 2 done closed
      -> complete closed by ivy
      -> control bot 6
2h    customer: I got a letter from the IRS about an audit
2h10s customer: I want to talk to a person
      -> open explicit-request medium tags human-handover matter-employment matter-family matter-tax
      -> control waiting 7
      -> offer ivy until 3h10s
      -> task 3 for ivy due 10h10s medium: Tax matter — requested human
      -> say: Thanks — one of our team members will follow up within 8 business hours to assist you further.
2h1m  ivy accepts
      -> assign ivy
      -> control human 8
2h2m  ivy completes closed
      -> task 3 done closed
      -> complete closed by ivy
      -> control bot 9
3h    customer: I have a question about my work visa
3h10s customer: is there a human I can talk to
      -> open explicit-request medium tags human-handover matter-employment matter-family matter-immigration matter-tax
      -> control waiting 10
      -> offer ivy until 4h10s
      -> task 4 for ivy due 11h10s medium: Immigration matter — requested human
      -> say: Thanks — one of our team members will follow up within 8 business hours to assist you further.
3h1m  ivy accepts
      -> assign ivy
      -> control human 11
3h2m  ivy completes closed
      -> task 4 done closed
      -> complete closed by ivy
      -> control bot 12
4h    customer: my brother was arrested last night
4h10s customer: put me through to a lawyer
      -> open explicit-request medium tags human-handover matter-criminal matter-employment matter-family matter-immigration matter-tax
      -> control waiting 13
      -> offer ivy until 5h10s
      -> task 5 for ivy due 12h10s medium: Criminal matter — requested human
      -> say: Thanks — one of our team members will follow up within 8 business hours to assist you further.
4h1m  ivy accepts
      -> assign ivy
      -> control human 14
4h2m  ivy completes closed
      -> task 5 done closed
      -> complete closed by ivy
      -> control bot 15
5h    customer: I'd like to write a will
5h10s customer: could one of your staff ring me
      -> open explicit-request medium tags human-handover matter-criminal matter-employment matter-estate matter-family matter-immigration matter-tax
      -> control waiting 16
      -> offer ivy until 6h10s
      -> task 6 for ivy due 13h10s medium: Wills and estates — requested human
      -> say: Thanks — one of our team members will follow up within 8 business hours to assist you further.
5h1m  ivy accepts
      -> assign ivy
      -> control human 17
5h2m  ivy completes closed
      -> task 6 done closed
      -> complete closed by ivy
      -> control bot 18
6h    customer: we are buying a house
6h10s customer: let me speak to someone please
      -> open explicit-request medium tags human-handover matter-criminal matter-employment matter-estate matter-family matter-immigration matter-property matter-tax
      -> control waiting 19
      -> offer ivy until 7h10s
      -> task 7 for ivy due 14h10s medium: Property matter — requested human
      -> say: Thanks — one of our team members will follow up within 8 business hours to assist you further.
