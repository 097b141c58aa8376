//! A promise in words, in the languages that the built-in texts speak.
//!
//! The span of the SLA is named and not the moment it ends, as a moment would need the customer's time zone.

use baton_plugin_sdk::Promise;

/// The words of one language: the frame of a span, its units, and what is said without a promise.
struct Words {
    language: &'static str,
    before: &'static str,
    minutes: [&'static str; 2],
    hours: [&'static str; 2],
    days: [&'static str; 2],
    /// Minutes and hours of business time, which has no days of 24 hours.
    business: [[&'static str; 2]; 2],
    none: &'static str,
}

const WORDS: [Words; 5] = [
    Words {
        language: "en",
        before: "within",
        minutes: ["minute", "minutes"],
        hours: ["hour", "hours"],
        days: ["day", "days"],
        business: [
            ["business minute", "business minutes"],
            ["business hour", "business hours"],
        ],
        none: "as soon as we can",
    },
    Words {
        language: "de",
        before: "innerhalb von",
        minutes: ["Minute", "Minuten"],
        hours: ["Stunde", "Stunden"],
        days: ["Tag", "Tagen"],
        business: [
            ["Minute der Geschäftszeit", "Minuten der Geschäftszeit"],
            ["Geschäftsstunde", "Geschäftsstunden"],
        ],
        none: "so bald wie möglich",
    },
    Words {
        language: "es",
        before: "en un plazo de",
        minutes: ["minuto", "minutos"],
        hours: ["hora", "horas"],
        days: ["día", "días"],
        business: [
            ["minuto de horario de atención", "minutos de horario de atención"],
            ["hora de atención", "horas de atención"],
        ],
        none: "lo antes posible",
    },
    Words {
        language: "fr",
        before: "dans un délai de",
        minutes: ["minute", "minutes"],
        hours: ["heure", "heures"],
        days: ["jour", "jours"],
        business: [["minute ouvrée", "minutes ouvrées"], ["heure ouvrée", "heures ouvrées"]],
        none: "dès que possible",
    },
    Words {
        language: "pt",
        before: "em até",
        minutes: ["minuto", "minutos"],
        hours: ["hora", "horas"],
        days: ["dia", "dias"],
        business: [
            ["minuto de atendimento", "minutos de atendimento"],
            ["hora de atendimento", "horas de atendimento"],
        ],
        none: "assim que possível",
    },
];

/// Whether promises can be worded in the language.
pub(crate) fn is_spoken(language: &str) -> bool {
    WORDS.iter().any(|words| words.language == language)
}

/// `within 24 hours`; without a promise `as soon as we can`. English when the language is not spoken.
pub(crate) fn when(promise: Option<&Promise>, language: &str) -> String {
    let words = WORDS
        .iter()
        .find(|words| words.language == language)
        .unwrap_or(&WORDS[0]);
    let Some(promise) = promise else {
        return words.none.to_owned();
    };
    let minutes = promise.within_minutes;
    let business = promise.business_time;
    // One day is `24 hours`.
    let (count, units) = match () {
        () if minutes > 1440 && minutes % 1440 == 0 && !business => (minutes / 1440, &words.days),
        () if minutes >= 60 && minutes % 60 == 0 => {
            (minutes / 60, if business { &words.business[1] } else { &words.hours })
        }
        () => (minutes, if business { &words.business[0] } else { &words.minutes }),
    };
    let unit = units[usize::from(count != 1)];
    format!("{} {count} {unit}", words.before)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(within_minutes: u32, business_time: bool, language: &str) -> String {
        let promise = Promise {
            within_minutes,
            business_time,
            due_at_ms: 0,
            due_local: String::new(),
        };
        when(Some(&promise), language)
    }

    #[test]
    fn a_span_is_named_as_people_name_it() {
        for (minutes, business, language, words) in [
            (1440, false, "en", "within 24 hours"),
            (120, false, "en", "within 2 hours"),
            (60, false, "en", "within 1 hour"),
            (90, false, "en", "within 90 minutes"),
            (2880, false, "en", "within 2 days"),
            (240, true, "en", "within 4 business hours"),
            (2880, true, "en", "within 48 business hours"),
            (1440, false, "de", "innerhalb von 24 Stunden"),
            (120, false, "es", "en un plazo de 2 horas"),
            (120, true, "fr", "dans un délai de 2 heures ouvrées"),
            (60, false, "pt", "em até 1 hora"),
            (60, false, "ja", "within 1 hour"),
        ] {
            assert_eq!(told(minutes, business, language), words);
        }
        assert_eq!(when(None, "en"), "as soon as we can");
    }
}
