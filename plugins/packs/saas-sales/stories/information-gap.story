# The second failed answer hands over to support; a customer who was not understood does so at once.
agent sam: roles support
agent ann: roles sales

0     customer: Does the API page by cursor?
5s    bot: I'm sorry, I don't know.
20s   customer: for the list of contacts
30s   bot: I'm sorry, I don't have that information.
      -> open information-gap medium tags human-handover info-gap
      -> control waiting 1
      -> offer sam until 15m30s
      -> task 1 for sam due 4h30s medium: Information gap: Does the API page by cursor?
      -> say: We couldn’t find the exact details right now. We’ve assigned this to a specialist who will help within 4 business hours.
5m    sam accepts
      -> assign sam
      -> control human 2
6m    sam completes closed not-needed
      -> task 1 done closed
      -> complete closed by sam
      -> control bot 3
1h    customer: Which regions do you host in?
1h5s  bot: The starter plan has five seats.
1h20s customer: that didn't answer my question
      -> open information-gap medium tags human-handover info-gap
      -> control waiting 4
      -> offer sam until 1h15m20s
      -> task 2 for sam due 5h20s medium: Information gap: Which regions do you host in?
      -> say: We couldn’t find the exact details right now. We’ve assigned this to a specialist who will help within 4 business hours.
