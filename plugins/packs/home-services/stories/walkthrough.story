# A visitor asks for an HVAC code, leaves the bot's question open, and wants a person. Nobody acts on it, so
# the bot takes the chat back after 8 hours, and the task stays.
start 2026-03-02 10:00
channel web
agent tom: roles technician; skills hvac
contact name=Dana Reed; phone=+1 555 0100; email=dana@example.com

0     customer: Hi there. I'm looking for a code on HVAC.
5s    bot: Can you tell me which model?
20s   field model=X200
20s   customer: I want to talk to a human
      -> open explicit-request medium tags HVAC-code human-handover
      -> control waiting 1
      -> offer tom until 30m20s
      -> task 1 for tom due 1d20s medium: Follow up: HVAC code request — requested human
      -> say: Thanks — someone from our team will reach out within 24 hours.
30m20s wake
      -> lapse tom
      -> assign role:technician by ladder
      -> alarm: nobody on the ladder accepted it
8h20s wake
      -> missed
      -> task 1 missed
      -> control bot 2
      -> bot back
      -> alarm: nobody acted before the bot came back
