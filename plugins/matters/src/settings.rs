//! What a pack may set of `matters`.

use std::ops::Range;

use baton_plugin_sdk::Fault;
use baton_text::{Reading, check_phrases};
use schemars::JsonSchema;
use serde::Deserialize;

/// Settings of the detector `matters`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// What this rule looks for.
    pub find: Find,
    /// With `find = "matter"`: only this one, so that a rule can give the chat its topic.
    #[serde(default)]
    pub only: Option<Matter>,
    /// With `find = "conflict"`: clients and opponents of the practice, by name. Where one is named, the priority is high.
    #[serde(default)]
    pub parties: Vec<String>,
}

/// What a rule looks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Find {
    /// The area of law or tax; into the field `matter`.
    Matter,
    /// Who is on the other side, into the field `opposing_party`, and words of a conflict of interest.
    Conflict,
    /// A court date or a period that runs out; into the field `deadline`.
    Deadline,
}

/// An area of law or tax.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Matter {
    /// Divorce, custody, support.
    Family,
    /// Dismissal, wages, discrimination at work.
    Employment,
    /// Homes, leases, neighbours, building.
    Property,
    /// Returns, audits, duties.
    Tax,
    /// Visas, residence, citizenship.
    Immigration,
    /// Charges, arrests, the police.
    Criminal,
    /// Wills and inheritance.
    Estate,
    /// Accidents and negligence.
    Injury,
    /// Companies, contracts, trade marks.
    Business,
}

impl Matter {
    pub(crate) const ALL: [Self; 9] = [
        Self::Family,
        Self::Employment,
        Self::Property,
        Self::Tax,
        Self::Immigration,
        Self::Criminal,
        Self::Estate,
        Self::Injury,
        Self::Business,
    ];

    /// As the lexicons, the settings and the field name it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Family => "family",
            Self::Employment => "employment",
            Self::Property => "property",
            Self::Tax => "tax",
            Self::Immigration => "immigration",
            Self::Criminal => "criminal",
            Self::Estate => "estate",
            Self::Injury => "injury",
            Self::Business => "business",
        }
    }
}

impl Settings {
    /// Checks what serde cannot.
    pub(crate) fn check(&self) -> Result<(), Fault> {
        if self.only.is_some() && self.find != Find::Matter {
            return Err(Fault::at("/only", "needs `find = \"matter\"`"));
        }
        if !self.parties.is_empty() && self.find != Find::Conflict {
            return Err(Fault::at("/parties", "needs `find = \"conflict\"`"));
        }
        check_phrases(&self.parties).map_err(|(index, problem)| Fault::at(format!("/parties/{index}"), problem))
    }
}

/// Names of clients and opponents, ready to be looked for.
#[derive(Debug)]
pub(crate) struct Parties(Vec<(String, Vec<String>)>);

impl Parties {
    pub(crate) fn of(names: &[String]) -> Self {
        let words = |name: &String| {
            let reading = Reading::of(name);
            reading
                .words()
                .iter()
                .map(|word| reading.normal(word).to_owned())
                .collect()
        };
        Self(names.iter().map(|name| (name.clone(), words(name))).collect())
    }

    /// Where one is named, all its words in a row, and which.
    pub(crate) fn named_in(&self, reading: &Reading) -> Vec<(Range<usize>, &str)> {
        let words = reading.words();
        let found = self.0.iter().filter_map(|(name, wanted)| {
            let at = words.windows(wanted.len()).find(|row| {
                row.iter()
                    .zip(wanted)
                    .all(|(word, wanted)| reading.normal(word) == wanted)
            })?;
            let (first, last) = (at.first()?.range(), at.last()?.range());
            Some((first.start..last.end, name.as_str()))
        });
        found.collect()
    }
}
