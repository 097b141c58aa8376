//! Which conversations a canary takes.

use std::collections::BTreeSet;

use baton_core::{BotId, ConversationId};
use serde::{Deserialize, Serialize};

use crate::record::digest;

/// A share of the conversations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// Of a hundred conversations: 1 to 100.
    pub percent: u8,
    /// Of these bots; of all where it names none.
    #[serde(default)]
    pub bots: BTreeSet<String>,
    /// On these channels; on all where it names none.
    #[serde(default)]
    pub channels: BTreeSet<String>,
}

impl Share {
    /// Whether a conversation is one of them. `rules` are the canary's, so that not the same people try every new pack.
    pub fn takes(&self, rules: &str, conversation: &ConversationId, bot: &BotId, channel: &str) -> bool {
        let of = |none: bool, named: bool| none || named;
        of(self.bots.is_empty(), self.bots.contains(bot.as_str()))
            && of(self.channels.is_empty(), self.channels.contains(channel))
            && place(rules, conversation) < u64::from(self.percent)
    }
}

/// Where a conversation stands among all of them, 0 to 99; the same on every machine.
fn place(rules: &str, conversation: &ConversationId) -> u64 {
    let digest = digest([rules.as_bytes(), conversation.as_str().as_bytes()]);
    let first = digest.get(..15).and_then(|hex| u64::from_str_radix(hex, 16).ok());
    first.expect("a digest is thirty-two hexadecimal figures") % 100
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(share: &Share, rules: &str) -> BTreeSet<usize> {
        let bot = BotId::new("service").expect("well formed");
        let is = |n: &usize| {
            let id = ConversationId::new(&format!("chat-{n}")).expect("well formed");
            share.takes(rules, &id, &bot, "web")
        };
        (0..2_000).filter(is).collect()
    }

    fn share(percent: u8) -> Share {
        Share {
            percent,
            bots: BTreeSet::new(),
            channels: BTreeSet::new(),
        }
    }

    #[test]
    fn a_larger_share_keeps_those_of_the_smaller_one() {
        let (tenth, half) = (taken(&share(10), "hvac@1.3.0#4"), taken(&share(50), "hvac@1.3.0#4"));
        assert!((150..250).contains(&tenth.len()), "{}", tenth.len());
        assert!((900..1_100).contains(&half.len()), "{}", half.len());
        assert!(tenth.is_subset(&half));
        assert_eq!(taken(&share(100), "hvac@1.3.0#4").len(), 2_000);
    }

    #[test]
    fn another_canary_takes_others() {
        let (one, other) = (taken(&share(10), "hvac@1.3.0#4"), taken(&share(10), "hvac@1.4.0#5"));
        assert!(one.intersection(&other).count() < 60, "about one in ten is in both");
    }

    #[test]
    fn it_may_begin_with_one_bot_on_one_channel() {
        let of = |bots: &[&str], channels: &[&str]| Share {
            percent: 100,
            bots: bots.iter().map(ToString::to_string).collect(),
            channels: channels.iter().map(ToString::to_string).collect(),
        };
        assert_eq!(taken(&of(&["service"], &["web"]), "r#1").len(), 2_000);
        assert!(taken(&of(&["sales"], &[]), "r#1").is_empty());
        assert!(taken(&of(&[], &["sms"]), "r#1").is_empty());
    }
}
