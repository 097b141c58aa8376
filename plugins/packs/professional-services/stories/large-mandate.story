# A merger goes to a partner.
agent pia: roles partner
agent ivy: roles intake

0     customer: We need due diligence for an acquisition worth 4 million euros
      -> open high-value high tags human-handover sales-opportunity
      -> control waiting 1
      -> offer pia until 10m
      -> task 1 for pia due 1h high: We need due diligence for an acquisition worth 4 million euros — large mandate
      -> say: Thank you. A partner will contact you within 1 business hour.
5m    pia accepts
      -> assign pia
      -> control human 2
