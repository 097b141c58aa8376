//! One story, or a few, for each numbered decision of the design.

mod opening;

mod offers;

mod people;
mod queue;

mod outcomes;

use crate::{AgentId, Deadlines, Rung, Span, Spread, Target};

fn agent(name: &str) -> AgentId {
    AgentId::new(name).expect("a good name")
}

fn rung(to: Target, minutes: i64) -> Rung {
    Rung {
        to,
        spread: Spread::One,
        within: Deadlines::all(Span::minutes(minutes)),
        tries: 1,
    }
}
