//! The weekly review: what the bot could not answer, what people answered instead, and what to change because of it.
//!
//! A question counts where a detector found an information gap in a message, or the bot said of itself that it gave up,
//! whether a handover followed or not. It is the customer's words that the bot failed on, not the bot's excuse. One question
//! counts once, however many messages then complain about it.

use std::collections::BTreeMap;

use baton_core::{BusinessId, Ending, Reason, Speaker, Time};
use baton_store::Store;
use serde::Serialize;

use super::gather::{GatherError, Gathered, gather, key};
use super::limits::{EXCERPT_CHARS, MOST_CONVERSATIONS, MOST_EXAMPLES, MOST_MESSAGES, MOST_QUESTIONS, PAGE};
use super::{Case, Period, rfc3339};
use crate::engine::Logged;
use crate::record;

mod alike;
mod suggest;

#[cfg(test)]
mod tests;

/// What to look at once a week.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Review {
    /// Of whom.
    #[schema(example = "default")]
    pub business: String,
    /// The first moment of the period, RFC 3339.
    #[schema(format = DateTime)]
    pub since: String,
    /// The moment after its last, RFC 3339.
    #[schema(format = DateTime)]
    pub until: String,
    /// When it was made, RFC 3339.
    #[schema(format = DateTime)]
    pub made_at: String,
    /// Questions that the bot could not answer.
    pub gaps: u64,
    /// The same questions in groups, the most frequent first; at most 20.
    pub questions: Vec<OpenQuestion>,
    /// What could be changed, the most urgent of each kind first.
    pub suggestions: Vec<Suggestion>,
}

/// Questions that say the same.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct OpenQuestion {
    /// The one that is most like all of them.
    pub question: String,
    /// How many there were.
    pub count: u64,
    /// In how many of their conversations a human was asked for afterwards.
    pub handovers: u64,
    /// Words that most of them have.
    pub words: Vec<String>,
    /// What detectors saw: the passages, the most frequent first.
    pub evidence: Vec<String>,
    /// Some of them.
    pub examples: Vec<Example>,
    /// What humans answered afterwards.
    pub answers: Vec<HumanAnswer>,
}

/// One question as it was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Example {
    /// Where.
    pub conversation: String,
    /// In which message.
    pub message: String,
    /// When, RFC 3339.
    #[schema(format = DateTime)]
    pub at: String,
    /// In which words; the first 300 characters.
    pub text: String,
}

/// What a human said to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct HumanAnswer {
    /// Where.
    pub conversation: String,
    /// Who; absent where an operator wrote it.
    pub agent: Option<String>,
    /// In which words; the first 300 characters.
    pub text: String,
}

/// What kind of change is suggested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SuggestionKind {
    /// The bot should know the answer to a question.
    AddFaq,
    /// A human was asked for by hand, in words that no rule heard.
    AddPhrase,
    /// A rule heard something where nobody was needed.
    TightenPhrase,
    /// A reason whose handovers are often not needed.
    RaiseThreshold,
}

/// Something that could be changed.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Suggestion {
    /// What kind of change.
    pub kind: SuggestionKind,
    /// What it is about: a question, a phrase, a rule, a reason.
    pub subject: String,
    /// Why, in one sentence with its numbers.
    pub why: String,
    /// How many cases speak for it.
    pub count: u64,
}

/// A question that the bot could not answer.
#[derive(Debug, Clone, PartialEq)]
struct Gap {
    conversation: String,
    message: String,
    at: Time,
    text: String,
    evidence: Vec<String>,
    answers: Vec<HumanAnswer>,
    handed_over: bool,
}

/// Reads the conversations of a period and makes the review of them.
///
/// # Errors
///
/// When a row cannot be read, or there are more conversations than a review may read.
pub fn review(store: &dyn Store, business: &BusinessId, period: Period, now: Time) -> Result<Review, GatherError> {
    let gathered = gather(store, business, period)?;
    let gaps = gaps(store, business, &gathered, period)?;
    let groups = alike::groups(&gaps, |gap| (&gap.text, &gap.evidence));
    let questions: Vec<OpenQuestion> = groups
        .iter()
        .take(MOST_QUESTIONS)
        .map(|group| question(&gaps, group))
        .collect();
    let suggestions = suggest::suggestions(&questions, &gathered.cases);
    Ok(Review {
        business: business.to_string(),
        since: rfc3339(period.since),
        until: rfc3339(period.until),
        made_at: rfc3339(now),
        gaps: u64::try_from(gaps.len()).unwrap_or(u64::MAX),
        questions,
        suggestions,
    })
}

fn question(gaps: &[Gap], group: &alike::Group) -> OpenQuestion {
    let members = || group.members.iter().map(|place| &gaps[*place]);
    let example = |gap: &Gap| Example {
        conversation: gap.conversation.clone(),
        message: gap.message.clone(),
        at: rfc3339(gap.at),
        text: excerpt(&gap.text),
    };
    let mut seen: BTreeMap<String, u64> = BTreeMap::new();
    for passage in members().flat_map(|gap| &gap.evidence) {
        *seen.entry(passage.clone()).or_default() += 1;
    }
    let mut evidence: Vec<(String, u64)> = seen.into_iter().collect();
    evidence.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    OpenQuestion {
        question: excerpt(&gaps[group.middle].text),
        count: u64::try_from(group.members.len()).unwrap_or(u64::MAX),
        handovers: u64::try_from(members().filter(|gap| gap.handed_over).count()).unwrap_or(u64::MAX),
        words: group.words.clone(),
        evidence: evidence
            .into_iter()
            .map(|(passage, _)| passage)
            .take(MOST_EXAMPLES)
            .collect(),
        examples: members().take(MOST_EXAMPLES).map(example).collect(),
        answers: members()
            .flat_map(|gap| gap.answers.iter().cloned())
            .take(MOST_EXAMPLES)
            .collect(),
    }
}

fn gaps(
    store: &dyn Store,
    business: &BusinessId,
    gathered: &Gathered,
    period: Period,
) -> Result<Vec<Gap>, GatherError> {
    if gathered.touched.len() > MOST_CONVERSATIONS {
        return Err(GatherError::TooMuch {
            what: "conversations",
            most: MOST_CONVERSATIONS,
        });
    }
    let mut cases: BTreeMap<&str, Vec<&Case>> = BTreeMap::new();
    for case in &gathered.cases {
        cases
            .entry(case.handover.id.conversation.as_str())
            .or_default()
            .push(case);
    }
    let mut found = Vec::new();
    for conversation in &gathered.touched {
        let key = key(business, conversation);
        let (mut log, mut from) = (Vec::<Logged>::new(), 1);
        while from <= MOST_MESSAGES {
            let page = store.messages(&key, from, PAGE)?;
            let Some(last) = page.last() else { break };
            from = last.number + 1;
            for row in &page {
                log.push(record::read(&row.payload)?);
            }
        }
        let cases = cases.get(conversation.as_str()).map_or(&[][..], Vec::as_slice);
        found.extend(gaps_of(conversation.as_str(), &log, cases, period));
    }
    found.sort_by(|a, b| (a.at, &a.conversation, &a.message).cmp(&(b.at, &b.conversation, &b.message)));
    Ok(found)
}

/// The questions of one conversation that the bot could not answer, each once.
fn gaps_of(conversation: &str, log: &[Logged], cases: &[&Case], period: Period) -> Vec<Gap> {
    let mut gaps: BTreeMap<usize, Gap> = BTreeMap::new();
    for (place, logged) in log.iter().enumerate() {
        let signals: Vec<_> = logged
            .signals
            .iter()
            .filter(|signal| signal.reason.as_str() == Reason::INFORMATION_GAP && signal.fires())
            .collect();
        let gave_up = logged.message.speaker == Speaker::Bot
            && logged
                .message
                .bot_state
                .as_ref()
                .is_some_and(|state| state.answered == Some(false));
        if logged.refused || (signals.is_empty() && !gave_up) || !period.holds(logged.received_at) {
            continue;
        }
        let Some(asked) = question_before(log, place) else {
            continue;
        };
        let evidence = signals
            .iter()
            .flat_map(|signal| signal.evidence.iter().map(|found| found.quote.clone()));
        let question = &log[asked];
        let gap = gaps.entry(asked).or_insert_with(|| Gap {
            conversation: conversation.to_owned(),
            message: question.message.id.to_string(),
            at: question.received_at,
            text: question.message.text.clone(),
            evidence: Vec::new(),
            answers: answers(conversation, &log[place..], cases, logged.received_at),
            handed_over: cases.iter().any(|case| case.handover.opened_at >= logged.received_at),
        });
        for passage in evidence {
            if !gap.evidence.contains(&passage) {
                gap.evidence.push(passage);
            }
        }
    }
    gaps.into_values().collect()
}

/// What the customer had asked when this message showed that the bot does not know: the customer's last message before
/// the bot's. A customer who complains first thing complains about what they say.
fn question_before(log: &[Logged], place: usize) -> Option<usize> {
    let last = |speaker, before: usize| {
        log[..before]
            .iter()
            .rposition(|logged| logged.message.speaker == speaker)
    };
    match log[place].message.speaker {
        Speaker::Bot => last(Speaker::Customer, place),
        Speaker::Customer => {
            let asked = last(Speaker::Bot, place).and_then(|bot| last(Speaker::Customer, bot));
            Some(asked.unwrap_or(place))
        }
        Speaker::Agent => None,
    }
}

/// What a human said next, and what was written down when it was completed: an answer by telephone is only there.
fn answers(conversation: &str, rest: &[Logged], cases: &[&Case], since: Time) -> Vec<HumanAnswer> {
    let said = rest
        .iter()
        .filter(|logged| logged.message.speaker == Speaker::Agent)
        .take(1);
    let said = said.map(|logged| HumanAnswer {
        conversation: conversation.to_owned(),
        agent: logged.message.agent.as_ref().map(ToString::to_string),
        text: excerpt(&logged.message.text),
    });
    let noted = cases.iter().find(|case| case.handover.opened_at >= since);
    let noted = noted.and_then(|case| match &case.handover.ending {
        Some(Ending::Completed {
            note: Some(note), by, ..
        }) => Some(HumanAnswer {
            conversation: conversation.to_owned(),
            agent: by.as_ref().map(ToString::to_string),
            text: excerpt(note),
        }),
        Some(
            Ending::Completed { note: None, .. } | Ending::Released(_) | Ending::Closed(_) | Ending::Superseded(_),
        )
        | None => None,
    });
    said.chain(noted).collect()
}

/// The beginning of a text, on one line.
fn excerpt(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(EXCERPT_CHARS) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
