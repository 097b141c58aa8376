//! Strategy `skills`: whoever fits best is next, and among equals the least loaded.
//!
//! Fit is a sum of weights, so that a pack can say what matters more. Only a skill that is named as required keeps
//! anybody out: a wish that nobody fulfils must not leave a customer without a human.

use std::collections::BTreeMap;

use baton_plugin_sdk::{Candidate, Conversation, Fault, Handover, Ranking, Strategy, register};
use schemars::JsonSchema;
use serde::Deserialize;

/// What counts as a good fit.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Skills that everyone who takes a handover must have. Who lacks one is passed over.
    required: Vec<String>,
    /// Skills that are welcome in every handover, each with its weight, more than 0 and at most 100.
    preferred: BTreeMap<String, f64>,
    /// Weight of each skill that the pack's rule wants for the handover at hand, 0 to 100.
    wanted_weight: f64,
    /// Weight of speaking the contact's language, 0 to 100.
    language_weight: f64,
    /// Leave those who have none of what is wanted to the pack's next strategy.
    leave_rest: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            required: Vec::new(),
            preferred: BTreeMap::new(),
            wanted_weight: 1.0,
            language_weight: 2.0,
            leave_rest: false,
        }
    }
}

/// Ranks by skills and language.
#[derive(Debug)]
pub struct Skills {
    settings: Settings,
}

impl Strategy for Skills {
    const NAME: &'static str = "skills";
    const SUMMARY: &'static str = "Offers to whoever has the most of the wanted skills and speaks the language.";
    type Settings = Settings;

    fn new(settings: Settings) -> Result<Self, Fault> {
        for (index, skill) in settings.required.iter().enumerate() {
            if skill.trim().is_empty() {
                return Err(Fault::at(format!("/required/{index}"), "is empty; name a skill"));
            }
        }
        for (skill, weight) in &settings.preferred {
            if !(*weight > 0.0 && *weight <= 100.0) {
                let place = skill.replace('~', "~0").replace('/', "~1");
                return Err(Fault::at(
                    format!("/preferred/{place}"),
                    format!("is {weight}; more than 0, at most 100"),
                ));
            }
        }
        for (key, weight) in [
            ("wanted_weight", settings.wanted_weight),
            ("language_weight", settings.language_weight),
        ] {
            if !(0.0..=100.0).contains(&weight) {
                return Err(Fault::at(format!("/{key}"), format!("is {weight}; 0 to 100")));
            }
        }
        Ok(Self { settings })
    }

    fn rank(
        &self,
        handover: &Handover,
        candidates: &[Candidate],
        conversation: &dyn Conversation,
    ) -> Result<Ranking, String> {
        let locale = conversation.locale();
        let mut ranking = Ranking::default();
        let mut fits = Vec::new();
        for candidate in candidates {
            match self
                .settings
                .required
                .iter()
                .find(|skill| !has(&candidate.skills, skill))
            {
                Some(skill) => ranking.pass_over(candidate, format!("lacks the required skill {skill}")),
                None => match self.fit(handover, candidate, &locale) {
                    (fit, _) if fit <= 0.0 && self.settings.leave_rest => {}
                    fits_so => fits.push((fits_so, candidate)),
                },
            }
        }
        fits.sort_by(|((fit_a, _), a), ((fit_b, _), b)| {
            (a.missed.cmp(&b.missed))
                .then_with(|| fit_b.total_cmp(fit_a))
                .then_with(|| a.by_load(b))
                .then_with(|| a.by_rest(b))
        });
        for ((_, why), candidate) in fits {
            ranking.rank(candidate, why);
        }
        Ok(ranking)
    }
}

impl Skills {
    /// How well a candidate fits, and why.
    fn fit(&self, handover: &Handover, candidate: &Candidate, locale: &str) -> (f64, String) {
        let mut fit = 0.0;
        let mut why = Vec::new();
        let wanted: Vec<&str> = handover
            .skills
            .iter()
            .filter(|skill| has(&candidate.skills, skill))
            .map(String::as_str)
            .collect();
        if !handover.skills.is_empty() {
            fit += self.settings.wanted_weight * wanted.len() as f64;
            let names = if wanted.is_empty() {
                String::new()
            } else {
                format!(" ({})", wanted.join(", "))
            };
            why.push(format!(
                "has {} of {} wanted skills{names}",
                wanted.len(),
                handover.skills.len()
            ));
        }
        for (skill, weight) in &self.settings.preferred {
            if has(&candidate.skills, skill) {
                fit += weight;
                why.push(format!("has {skill}"));
            }
        }
        if self.settings.language_weight > 0.0 && speaks(candidate, locale) {
            fit += self.settings.language_weight;
            why.push(format!("speaks {}", language(locale)));
        }
        why.push(format!("holds {} of {}", candidate.open, candidate.capacity));
        if candidate.missed {
            why.push("missed this handover".to_owned());
        }
        (fit, why.join(", "))
    }
}

register!(Strategy, Skills);

fn has(skills: &[String], skill: &str) -> bool {
    skills.iter().any(|known| known.eq_ignore_ascii_case(skill))
}

fn speaks(candidate: &Candidate, locale: &str) -> bool {
    candidate
        .languages
        .iter()
        .any(|known| language(known).eq_ignore_ascii_case(language(locale)))
}

/// The language of a BCP 47 tag: `pt` of `pt-BR`.
fn language(locale: &str) -> &str {
    locale.split(['-', '_']).next().unwrap_or(locale)
}

#[cfg(test)]
mod tests {
    use baton_plugin_sdk::{TestConversation, testing};

    use super::*;

    fn person(id: &str, skills: &[&str], languages: &[&str], open: u32) -> Candidate {
        let owned = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect();
        Candidate {
            id: id.into(),
            skills: owned(skills),
            languages: owned(languages),
            open,
            capacity: 5,
            ..Candidate::default()
        }
    }

    fn check(settings: &str, people: &[Candidate], expected: &[&str]) {
        let skills: Skills = testing::strategy(settings).expect("the settings fit");
        let handover = Handover {
            skills: vec!["hvac".into(), "gas".into()],
            ..Handover::default()
        };
        let conversation = TestConversation::default().locale("es-MX");
        let ranking = skills.rank(&handover, people, &conversation).expect("always ranks");
        let told = |choices: &[baton_plugin_sdk::Choice], sign: &str| -> Vec<String> {
            choices
                .iter()
                .map(|choice| format!("{sign}{}: {}", choice.candidate, choice.why))
                .collect()
        };
        assert_eq!(
            [told(&ranking.ranked, "+"), told(&ranking.passed_over, "-")].concat(),
            expected
        );
    }

    #[test]
    fn who_has_nothing_of_it_may_be_left_to_the_next_strategy() {
        let skills: Skills = testing::strategy(r#"{"preferred": {"gas": 1}, "leave_rest": true}"#).expect("sound");
        let people = [person("ana", &["gas"], &[], 4), person("bo", &[], &[], 0)];
        let ranking = skills.rank(&Handover::default(), &people, &TestConversation::default());
        let ranking = ranking.expect("always ranks");
        let ranked: Vec<_> = ranking.ranked.iter().map(|choice| choice.candidate.as_str()).collect();
        assert_eq!((ranked, ranking.passed_over.len()), (vec!["ana"], 0));
    }

    #[test]
    fn most_wanted_skills_first_then_the_least_loaded() {
        check(
            r#"{"language_weight": 0}"#,
            &[
                person("ana", &["hvac"], &[], 0),
                person("bo", &["Gas", "hvac"], &[], 4),
                person("cy", &["gas"], &[], 2),
            ],
            &[
                "+bo: has 2 of 2 wanted skills (hvac, gas), holds 4 of 5",
                "+ana: has 1 of 2 wanted skills (hvac), holds 0 of 5",
                "+cy: has 1 of 2 wanted skills (gas), holds 2 of 5",
            ],
        );
    }

    #[test]
    fn the_language_of_the_contact_counts_whatever_the_region() {
        check(
            "{}",
            &[person("ana", &["hvac"], &["en"], 0), person("bo", &[], &["es-ES"], 0)],
            &[
                "+bo: has 0 of 2 wanted skills, speaks es, holds 0 of 5",
                "+ana: has 1 of 2 wanted skills (hvac), holds 0 of 5",
            ],
        );
    }

    #[test]
    fn a_required_skill_keeps_out_and_a_preferred_one_only_ranks() {
        check(
            r#"{"required": ["licensed"], "preferred": {"senior": 5}}"#,
            &[
                person("ana", &["hvac", "gas"], &[], 0),
                person("bo", &["licensed"], &[], 0),
                person("cy", &["licensed", "senior"], &[], 3),
            ],
            &[
                "+cy: has 0 of 2 wanted skills, has senior, holds 3 of 5",
                "+bo: has 0 of 2 wanted skills, holds 0 of 5",
                "-ana: lacks the required skill licensed",
            ],
        );
    }

    #[test]
    fn who_missed_it_comes_last_however_fit() {
        let missed = Candidate {
            missed: true,
            ..person("ana", &["hvac", "gas"], &["es"], 0)
        };
        check(
            "{}",
            &[missed, person("bo", &[], &[], 4)],
            &[
                "+bo: has 0 of 2 wanted skills, holds 4 of 5",
                "+ana: has 2 of 2 wanted skills (hvac, gas), speaks es, holds 0 of 5, missed this handover",
            ],
        );
    }

    #[test]
    fn a_weight_that_makes_no_sense_is_a_fault_at_its_place() {
        for (settings, place) in [
            (r#"{"preferred": {"a/b": 0}}"#, "/preferred/a~1b"),
            (r#"{"preferred": {"senior": 1000}}"#, "/preferred/senior"),
            (r#"{"language_weight": -1}"#, "/language_weight"),
            (r#"{"required": ["gas", " "]}"#, "/required/1"),
            (r#"{"prefered": {}}"#, "/prefered"),
        ] {
            assert_eq!(
                testing::strategy::<Skills>(settings).expect_err(settings).pointer,
                place
            );
        }
    }
}
