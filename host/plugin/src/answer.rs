//! From the interface's records to the host's words: what a plugin answered, checked.
//!
//! Checked once, here: past this door nobody holds a span that cuts a character, a confidence that is no number, or an
//! agent who was no candidate. Records are taken apart by full destructuring, so that a new field is checked, too.

use std::collections::BTreeSet;

use baton_core::{AgentId, Draft, Evidence, Priority, Reason};

use crate::wit::{assignment, composition, detection, types};
use crate::{Candidate, Choice, FaultKind, Found, Ranking};

/// Findings of one detector about one message; more would be noise for whoever reads the evidence.
const FOUND: usize = 16;
/// Spans, tags, or fields of one finding.
const PARTS: usize = 32;
/// Bytes of a tag, a field's name, or a rule's name.
const NAME_BYTES: usize = 128;
/// Bytes of a task's title.
const TITLE_BYTES: usize = 256;

type Checked<T> = Result<T, FaultKind>;

fn invalid<T>(what: String) -> Checked<T> {
    Err(FaultKind::Invalid { what })
}

/// Checks what a detector found in `text`.
pub(crate) fn found(text: &str, signals: Vec<detection::Signal>) -> Checked<Vec<Found>> {
    few("signals", signals.len(), FOUND)?;
    signals.into_iter().map(|signal| one_found(text, signal)).collect()
}

fn one_found(text: &str, signal: detection::Signal) -> Checked<Found> {
    let detection::Signal {
        reason,
        confidence,
        evidence,
        tags,
        priority,
        fields,
        note,
    } = signal;
    if !(0.0..=1.0).contains(&confidence) {
        return invalid(format!("a confidence of {confidence}; 0 to 1 is expected"));
    }
    few("spans of evidence", evidence.len(), PARTS)?;
    few("tags", tags.len(), PARTS)?;
    few("fields", fields.len(), PARTS)?;
    let reason = match reason.as_deref().map(Reason::new).transpose() {
        Ok(reason) => reason,
        Err(error) => return invalid(error.to_string()),
    };
    for tag in &tags {
        named("tag", tag)?;
    }
    for (name, _) in &fields {
        named("field's name", name)?;
    }
    Ok(Found {
        reason,
        confidence,
        evidence: evidence
            .into_iter()
            .map(|span| passage(text, span))
            .collect::<Checked<_>>()?,
        tags,
        priority: priority.map(to_priority),
        fields,
        note,
    })
}

fn passage(text: &str, span: types::Span) -> Checked<Evidence> {
    let types::Span { start, end, rule } = span;
    named("evidence's rule", &rule)?;
    let quote = text.get(start as usize..end as usize).filter(|quote| !quote.is_empty());
    match quote {
        Some(quote) => Ok(Evidence {
            start,
            end,
            rule,
            quote: quote.to_owned(),
        }),
        None => invalid(format!(
            "a span from {start} to {end} in a text of {} bytes; it must not be empty, and must begin and end between \
             characters of the text",
            text.len()
        )),
    }
}

/// Checks a strategy's answer against those who were asked about.
pub(crate) fn ranking(candidates: &[Candidate], ranking: assignment::Ranking) -> Checked<Ranking> {
    let assignment::Ranking { ranked, passed_over } = ranking;
    let mut left: BTreeSet<&AgentId> = candidates.iter().map(|candidate| &candidate.agent).collect();
    let mut choose = |choice: assignment::Choice| {
        let assignment::Choice { candidate, why } = choice;
        match AgentId::new(&candidate).ok().filter(|agent| left.remove(agent)) {
            Some(agent) => Ok(Choice { agent, why }),
            None if candidates.iter().any(|known| known.agent.as_str() == candidate) => {
                invalid(format!("{candidate:?} is in the ranking twice"))
            }
            None => invalid(format!("{candidate:?} is in the ranking and was no candidate")),
        }
    };
    Ok(Ranking {
        ranked: ranked.into_iter().map(&mut choose).collect::<Checked<_>>()?,
        passed_over: passed_over.into_iter().map(&mut choose).collect::<Checked<_>>()?,
    })
}

/// Checks a template's answer.
pub(crate) fn draft(draft: composition::Draft) -> Checked<Draft> {
    let composition::Draft {
        message,
        title,
        description,
    } = draft;
    if title.trim().is_empty() {
        return invalid("an empty title; one line is expected".into());
    }
    if title.len() > TITLE_BYTES || title.contains(['\n', '\r']) {
        return invalid(format!(
            "a title of {} bytes or several lines; one line of {TITLE_BYTES} is expected",
            title.len()
        ));
    }
    Ok(Draft {
        message,
        title,
        description,
    })
}

fn few(what: &str, count: usize, limit: usize) -> Checked<()> {
    if count > limit {
        return invalid(format!("{count} {what}; at most {limit} are expected"));
    }
    Ok(())
}

fn named(what: &str, name: &str) -> Checked<()> {
    if name.is_empty() || name.len() > NAME_BYTES || name.chars().any(char::is_control) {
        return invalid(format!(
            "a {what} of {} bytes; 1 to {NAME_BYTES} without control characters are expected",
            name.len()
        ));
    }
    Ok(())
}

fn to_priority(priority: types::Priority) -> Priority {
    match priority {
        types::Priority::Low => Priority::Low,
        types::Priority::Medium => Priority::Medium,
        types::Priority::High => Priority::High,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signal(confidence: f32, span: Option<(u32, u32)>) -> detection::Signal {
        let evidence = span
            .into_iter()
            .map(|(start, end)| types::Span {
                start,
                end,
                rule: "r".into(),
            })
            .collect();
        detection::Signal {
            reason: None,
            confidence,
            evidence,
            tags: vec![],
            priority: None,
            fields: vec![],
            note: None,
        }
    }

    fn what(text: &str, signal: detection::Signal) -> Option<String> {
        match found(text, vec![signal]) {
            Ok(_) => None,
            Err(kind) => Some(kind.to_string()),
        }
    }

    #[test]
    fn a_confidence_is_a_number_from_0_to_1() {
        for good in [0.0, 0.5, 1.0] {
            assert_eq!(what("a", signal(good, None)), None);
        }
        for bad in [f32::NAN, f32::INFINITY, -0.01, 1.01] {
            let message = what("a", signal(bad, None)).expect("it is refused");
            assert_eq!(
                message,
                format!("gave an invalid answer: a confidence of {bad}; 0 to 1 is expected")
            );
        }
    }

    #[test]
    fn a_span_lies_between_characters_of_the_text() {
        let text = "naïve";
        let found = found(text, vec![signal(1.0, Some((2, 4)))]).expect("it is whole");
        assert_eq!(found[0].evidence[0].quote, "ï");
        for bad in [(2, 3), (3, 4), (0, 7), (4, 2), (2, 2), (u32::MAX, u32::MAX)] {
            assert!(what(text, signal(1.0, Some(bad))).is_some(), "{bad:?}");
        }
    }

    #[test]
    fn names_and_numbers_of_parts_are_bounded() {
        let with = |change: fn(&mut detection::Signal)| {
            let mut signal = signal(1.0, None);
            change(&mut signal);
            what("a", signal).expect("it is refused")
        };
        assert!(with(|s| s.tags = vec![String::new()]).contains("a tag of 0 bytes"));
        assert!(with(|s| s.tags = vec!["t".into(); 33]).contains("33 tags; at most 32"));
        assert!(with(|s| s.fields = vec![("a\nb".into(), String::new())]).contains("a field's name of 3 bytes"));
        assert!(with(|s| s.reason = Some("no good".into())).contains("' ' is not allowed"));
        assert!(found("a", (0..17).map(|_| signal(1.0, None)).collect()).is_err());
    }

    #[test]
    fn a_ranking_holds_candidates_and_each_once() {
        let agent = |name: &str| Candidate {
            agent: AgentId::new(name).expect("well formed"),
            roles: vec![],
            skills: vec![],
            languages: vec![],
            open: 0,
            capacity: 1,
            last_offered_at: None,
            missed: false,
            owner: false,
        };
        let team = [agent("ana"), agent("bo")];
        let choice = |name: &str| assignment::Choice {
            candidate: name.into(),
            why: "w".into(),
        };
        let rank = |ranked: &[&str], passed_over: &[&str]| {
            let [ranked, passed_over] = [ranked, passed_over].map(|names| names.iter().map(|n| choice(n)).collect());
            ranking(&team, assignment::Ranking { ranked, passed_over }).map_err(|kind| kind.to_string())
        };
        assert!(rank(&["bo"], &["ana"]).is_ok());
        assert!(rank(&["bo"], &[]).is_ok());
        let twice = rank(&["bo"], &["bo"]).expect_err("it is refused");
        assert!(twice.contains("\"bo\" is in the ranking twice"), "{twice}");
        let stranger = rank(&["eve eve"], &[]).expect_err("it is refused");
        assert!(
            stranger.contains("\"eve eve\" is in the ranking and was no candidate"),
            "{stranger}"
        );
    }

    #[test]
    fn a_title_is_one_line() {
        let title = |title: &str| {
            draft(composition::Draft {
                message: String::new(),
                title: title.into(),
                description: String::new(),
            })
        };
        assert!(title("Follow up").is_ok());
        for bad in ["", "  ", "a\nb", &"x".repeat(257)] {
            assert!(title(bad).is_err(), "{bad:?}");
        }
    }
}
