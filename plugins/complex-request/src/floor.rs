//! A floor under the detector: messages written for it, most of which it must judge rightly.
//!
//! Not every row is judged rightly, so that the floor tells how far the lexicon reaches and not how well its author
//! remembers it. A row that fails is a reason to look for the kind of wording that is missing, not for the row.

use baton_plugin_sdk::testing;

use crate::ComplexRequest;

/// The threshold of the packs.
const FIRES: f32 = 0.75;

fn found(rows: &[&'static str]) -> Vec<&'static str> {
    // Of the lexicon, so without what was learnt.
    let detector: ComplexRequest = testing::detector(r#"{"learnt": false}"#).expect("fits");
    testing::found(&detector, FIRES, rows)
}

#[test]
fn most_of_what_binds_the_business_is_found() {
    let found = found(&YES);
    let missed: Vec<_> = YES.iter().filter(|row| !found.contains(row)).collect();
    assert!(
        found.len() * 100 >= YES.len() * 80,
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

const YES: [&str; 68] = [
    "Our freeholder won't let anyone touch the flue until your insurers write to his insurers. Can you do that?",
    "can you price up a loft with a dormer, two steels and a new stair",
    "I'd like the warranty written over to the people buying my house",
    "The city says the permit has to be in the contractor's name, you say it's mine",
    "I'm two streets outside your area, would you still come?",
    "my contract says annual service but you've skipped two, I want to end it without paying the rest",
    "I need it cut to a shape that isn't on your site, sort of an L with a curve",
    "we want our own label on the jars and nobody else in Denmark to have that recipe",
    "I know it's been worn once but she's allergic, could you make an exception",
    "we're tax exempt, how do we get the VAT off before we pay",
    "Our auditors want to see how you store card numbers",
    "the item was a gift from three people and each wants their share back on their own card",
    "We can't meet the payments for six months, could you put us on a lower plan",
    "Your letter says the claim is rejected under section 4, I'd like that looked at again",
    "could you drop the rate by half a percent since I've been with you for 20 years",
    "I don't fit your form: paid in dollars, living in Portugal, house in Wales",
    "Need a letter confirming you'll stand behind the guarantee if we default",
    "my brother owes me half but only his name is on the policy",
    "can we have the source code in escrow in case you go under",
    "what happens to the licence if we're acquired",
    "we need it to talk to a warehouse system from 1994, is that something you'd build",
    "Can the price be fixed for five years if we sign for five",
    "are you ISO 27001 certified and can we get the report",
    "our works council has to approve any tool that tracks staff, what do you have for them",
    "Your sales guy promised us free onboarding in writing and now it's on the bill",
    "six of us, three invoices, two different arrival days and one wheelchair",
    "my parents are divorced and both have to agree to the operation but dad won't answer",
    "I need my records released to my solicitor before the hearing",
    "insurer refused the second surgery, how do I appeal and will you write to them",
    "we'd bring 40 rooms a night if you drop the minimum stay",
    "does the clinic meet the rules for clinical trials, our ethics board asks for the paperwork",
    "Two flats share one boiler and neither owner trusts the other's plumber, how would you handle the bill?",
    "The surveyor wants a signed statement about the asbestos before completion",
    "I want it in the contract that you pay us 200 a day if you overrun",
    "we manage on behalf of three owners abroad, who each need separate paperwork for tax",
    "it's a thatched cottage from 1740, none of your set prices fit",
    "Can I return opened paint if I can show the tin was mislabelled, even though it's been two months",
    "my company can't pay by card, only against invoice after approval by head office in Osaka",
    "We need proof that no forced labour was used in these shirts",
    "curtains for a bay with five different angles, could someone work that out",
    "Who owns the drawings once you've designed our kitchen?",
    "can you lend against a houseboat that is registered in Belgium",
    "They say my policy lapsed, I have the receipt, and your branch told me otherwise",
    "Could I skip two payments, my shop was closed for the roadworks",
    "I need the excess looked at, the storm had a name so your own wording says it should be lower",
    "My union negotiated a rate with you that your site doesn't show",
    "security wants a call about encryption keys, retention and your last pen test before we go further",
    "we inherited a contract from the firm we bought and want to merge it with ours",
    "need an addendum that covers our Swiss entity",
    "I'd pay for a feature, is there a way to commission it",
    "your overage bill is for bots that attacked us, we shouldn't owe that",
    "How would you word the cancellation terms for a group where half may not get visas",
    "my visa was refused so can the non refundable bit be refunded",
    "We want a programme for staff with long covid, built with our own doctors",
    "I'm donating a kidney to my brother, his insurer is abroad, who arranges what",
    "I had to cut the cruise short because of the strike, your terms call that my choice",
    "We need an interpreter, a guardian's signature and a late slot, can that be combined",
    "I'd want a clause that the price can't go up once you've opened the wall",
    "You're 400 dearer than the other firm but I like you more. Any movement?",
    "can you prove the wood isn't from protected forests, our buyer asks for papers",
    "we want to use your pictures in our catalogue, on what conditions",
    "my wife earns abroad, I'm on parental leave, how would you work out what we can borrow",
    "The fire officer says one thing, your policy wording another. Which do I follow?",
    "who at your end can agree to a standstill with our other lenders",
    "please return everything you hold on me and confirm it's destroyed, my lawyer will want that on paper",
    "could you commit to a fix date, with a refund if you miss it",
    "she is 15, I'm her stepmother, her mother is at sea. Whose signature do you need for the vaccine?",
    "the dentist in Hungary did the crowns, will you take over the warranty work",
];

const NO: [&str; 54] = [
    "where can I read your terms and conditions",
    "when does my phone contract run out",
    "what's the price of the 12 inch model",
    "can I sign for the parcel on behalf of my neighbour",
    "I'd like to cancel my subscription",
    "does the certificate come in a frame",
    "your quote of the day made me smile",
    "what's your returns policy",
    "can I pay by card",
    "the discount code doesn't work",
    "please review my order before you ship it",
    "is legal holiday monday a working day for you",
    "how do I add a partner to the booking",
    "what is the rate for a standard room",
    "how do I change the name of my workspace",
    "can you send me a copy of my statement",
    "we already signed the agreement last week, thanks",
    "is breakfast included in the price",
    "what are the rules for hand luggage",
    "I missed my appointment, can I get another one",
    "can both of my kids use the same login",
    "what's the difference between the two plans",
    "what time do you open on Sundays",
    "can both of us come to the appointment",
    "what's the difference between bronze and silver cover",
    "is the fitting price on the website per hour",
    "what does the guarantee cover",
    "what's the best price for the blue one",
    "is there a sale on this weekend",
    "the parcel was signed for by someone else",
    "can I see last year's tax statement",
    "how long does a transfer to Spain take",
    "where's the form for a new cheque book",
    "my claim number is 4471, any news",
    "what does SSO mean",
    "the contract editor freezes when I paste",
    "is there an api",
    "can I pay yearly instead of monthly",
    "how do I cancel my trial",
    "do I need travel insurance",
    "my sister is coming too, how do I add her",
    "is the clinic open on holidays",
    "my daughter needs a vaccine certificate for school, where do I download it",
    "can we sit together",
    "is the roof box easy to fit",
    "how do I approve a friend request",
    "I want to pay my bill",
    "where is your office in Dublin",
    "my contract ends in May, right?",
    "what's your privacy policy, link please",
    "the doctor said I should book a follow up",
    "how do I share a file with a client",
    "could I get an aisle seat instead",
    "do you charge for a transfer",
];
