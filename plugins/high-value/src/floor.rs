//! A floor under the detector: messages written for it, most of which it must judge rightly.
//!
//! Not every row is judged rightly, so that the floor tells how far the lexicon reaches and not how well its author
//! remembers it. A row that fails is a reason to look for the kind of wording that is missing, not for the row.

use baton_plugin_sdk::testing;

use crate::HighValue;

/// The threshold of the packs.
const FIRES: f32 = 0.75;

fn found(rows: &[&'static str]) -> Vec<&'static str> {
    let detector: HighValue = testing::detector("{}").expect("fits");
    testing::found(&detector, FIRES, rows)
}

#[test]
fn most_of_what_is_worth_a_human_is_found() {
    let found = found(&YES);
    let missed: Vec<_> = YES.iter().filter(|row| !found.contains(row)).collect();
    assert!(
        found.len() * 100 >= YES.len() * 85,
        "{} of {}; missed {missed:#?}",
        found.len(),
        YES.len()
    );
}

#[test]
fn everyday_talk_is_left_to_the_bot() {
    let found = found(&NO);
    assert!(found.len() <= 1, "{found:#?}");
}

const YES: [&str; 67] = [
    "Our council is replacing the heating in 340 homes, could you take that on?",
    "putting up a block of 64 flats, who do I send the drawings to",
    "Can you do air con for a data hall, it's around 2.2 million on paper",
    "There's a hissing sound behind the cooker and the whole kitchen reeks",
    "water coming through the ceiling onto the fuse box right now",
    "The socket just went bang and now the wall is hot and smoking",
    "A tree has come through the roof and I can see sky from my bed",
    "We buy uniforms for 1,250 drivers every spring. What can you do for us?",
    "I own seven cafes and want to switch all of them to your beans",
    "my daughter has put one of your button batteries up her nose and can't breathe properly",
    "The lotion gave my baby a rash and now her face is swelling up",
    "We'd like 10,000 tote bags printed for a festival",
    "I have 1.2m from the sale of my house that has to go somewhere safe by Friday",
    "Someone is using my card in a shop in Milan this very minute",
    "I've been locked out and there are payments leaving my account that I didn't make",
    "my mother has dementia and her carer is taking money out every day",
    "I'd like to talk about lending for a 12 million pound acquisition",
    "we wire salaries in ten minutes and the platform won't let anyone in",
    "How would pricing look for an organisation with 14,000 staff in 20 countries?",
    "Your update just took down checkout on all our stores on Black Friday",
    "We think a former employee still has access and is wiping our repositories",
    "our hospital can't open patient files since midnight",
    "who should our procurement people talk to about a group wide rollout",
    "budget is about 300k, decision end of this month",
    "my father collapsed at the hotel and nobody at reception is picking up",
    "I'm bleeding a lot after the extraction and it isn't slowing down",
    "he's talking about ending it all and he's locked himself in the bathroom",
    "I'm stranded at the border with two small children and no money",
    "We fly 60 crew a month to Aberdeen and want a deal on rooms",
    "occupational health for 3,500 warehouse staff, is that something you do?",
    "want to book out the entire resort for a wedding, 250 guests",
    "Our parish looks after eleven listed churches and all the organs need looking at",
    "The main stopcock has sheared off and it's filling the cellar as I write",
    "granny's stairlift has stopped halfway with her on it",
    "your engineer drilled something and now there's a smell of gas and the pilot won't light",
    "Fitting out a new restaurant in June, 140 covers, whole kitchen from you if the numbers work",
    "Could you make 5,000 of those bottles with our crest on",
    "half a million for lighting, that's what the architect has put in the plan",
    "The stroller folded on her hand and her finger is nearly off",
    "a supermarket chain wants to talk about stocking your granola nationwide",
    "I've won 4 million on the lottery and need to speak to the right person",
    "Two men came to the door from \"your bank\" and took my mother's card and PIN an hour ago",
    "there's a withdrawal going on in Lagos with my card, I'm in Leeds",
    "we need 3 million by Thursday or the auction house gives the building to someone else",
    "I employ 650 people and our pensions provider is closing",
    "we are a ministry with 22,000 desks and want to leave our current vendor",
    "what would it take to get 600 developers onto this by summer?",
    "There's a stranger in our admin console adding users",
    "your sms gateway is refusing our alarm messages, that's for fire stations",
    "need 2,000 seats and single sign on, who signs that off on your side",
    "dad's pacemaker is beeping and he feels dizzy",
    "I can't feel my left side since this morning",
    "We're bringing 400 delegates to Porto next spring, hotel and coaches",
    "a coach with 38 pensioners has broken down on the pass and it's snowing",
    "she is 30 weeks and the baby hasn't moved since yesterday",
    "medicals for 1,900 seafarers a year, can you handle those",
    "my ex has followed me to the hotel and is in the lobby",
    "could a crew come to our abattoir tonight, the cold room has failed with 40 tonnes of meat in it",
    "gas man condemned the boiler and there's a two day old baby here",
    "1,100 Easter boxes, personalised, by the 20th. doable?",
    "I'm after thirty thousand paper cups a week for a stadium",
    "my business needs a line of credit for about 600k by month end",
    "our whole fleet, 400 taxis, lapses on Monday",
    "all tills in our 30 supermarkets are frozen and there's a queue out the door",
    "your outage has stopped insulin pump alerts for our patients",
    "we want to take 90 dentists to Lisbon with partners",
    "The bus left without my nine year old, he's at the services alone",
];

const NO: [&str; 56] = [
    "how much is a service for one boiler",
    "is the smoke alarm included with the install?",
    "what should I do if I ever smell gas?",
    "the water heater is a bit slow to warm up",
    "my order number is 240000",
    "two mugs and a plate please",
    "the app says I have 1,200 points, what can I buy",
    "how big is the box, 60 x 40 cm?",
    "I want to send 200 dollars to my sister",
    "my salary of 6,200 hasn't arrived",
    "how do you protect my account against fraud",
    "I lost my card last year and got a new one, does the old pin work",
    "does the enterprise plan have dark mode? just curious, I'm a hobbyist",
    "my export has 50000 rows and the csv is empty",
    "the button is on fire lol, love the animation",
    "we had an outage last month, was that explained anywhere",
    "my flight is in 200 days, can I choose seats now",
    "I have a bit of a headache, are you open on saturday",
    "my baby turns one, can you do a cake",
    "table for six on friday",
    "is there parking for my car near the clinic",
    "what is the price of a double room for two nights",
    "can you tell me my balance",
    "we have two small kids, which thermostat has a child lock",
    "your fitter was brilliant when our pipe burst in 2021",
    "I saved 300 dollars with the new windows, thanks",
    "how many watts does the heater use, 2000?",
    "do you sell smoke machines for parties",
    "my old phone battery died, does this case have one",
    "i'm obsessed, bought 3 of these already",
    "can I change my pin in the app",
    "how much can I take out at an ATM per day",
    "how much would 10,000 grow in a savings account over two years",
    "I'd like to order a new debit card",
    "is it safe to use my card in Thailand",
    "can I have two people on the free plan",
    "what is your uptime usually",
    "is there a dark theme",
    "the dashboard shows 1,500 visits, is that per day",
    "do you serve breakfast before 7",
    "I am afraid of flying, which seat is calmest",
    "my mum is 85, is there a lift",
    "does the flu jab hurt",
    "I have an appointment about blood pressure on monday",
    "can I get my results by email",
    "how much do your 60 watt bulbs cost",
    "I'd like to thank the team that fixed our leak in no time",
    "can I have the 100 ml bottle instead of 50",
    "this dress is killer",
    "my rent is 1,450 and I'd like a standing order",
    "I earned 14 euros interest, is that taxed",
    "my laptop crashed but your app kept my draft, nice",
    "can 5 people edit at the same time",
    "my flight lands at 18:45, will I make the 19:30 bus",
    "how long is the emergency exit row legroom",
    "can I eat before the blood test",
];
