//! The customer's main request in one line, without any language model: the first sentence of theirs
//! that says something, cut to a line.

/// A line that fits into a task's title. From the width of a task list on a phone in landscape.
const LONGEST_CHARS: usize = 120;

/// Fewer words than this are a greeting or an answer, not a request.
const FEWEST_WORDS: usize = 4;

/// The first sentence that carries a request; `None` when the text is a greeting or a bare answer.
pub(super) fn main_request(text: &str) -> Option<String> {
    let wordy = |s: &&str| s.split_whitespace().count() >= FEWEST_WORDS;
    sentences(text).find(wordy).map(one_line)
}

/// The text on one line, cut at a word's end with an ellipsis.
pub(super) fn one_line(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let Some((cut, _)) = line.char_indices().nth(LONGEST_CHARS) else {
        return line;
    };
    let head = &line[..cut];
    let end = head.rfind(' ').unwrap_or(cut);
    format!("{}…", &head[..end])
}

/// Splits behind `.`, `!`, `?` and their kin when a space follows, and at line ends.
fn sentences(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let mut chars = rest.char_indices().peekable();
        let mut end = rest.len();
        while let Some((at, c)) = chars.next() {
            let next_is_space = chars.peek().is_none_or(|(_, n)| n.is_whitespace());
            if c == '\n' || ("。！？".contains(c)) || (".!?".contains(c) && next_is_space) {
                end = at + c.len_utf8();
                break;
            }
        }
        let (sentence, after) = rest.split_at(end);
        rest = after;
        Some(sentence.trim())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_that_says_something_is_the_request() {
        for (text, expected) in [
            (
                "Hi there. I'm looking for a code on HVAC.",
                Some("I'm looking for a code on HVAC."),
            ),
            (
                "Hello!\nmy heater shows error 4.2 since\tthis morning",
                Some("my heater shows error 4.2 since this morning"),
            ),
            ("ok thanks", None),
            ("", None),
        ] {
            assert_eq!(main_request(text).as_deref(), expected);
        }
    }

    #[test]
    fn a_long_request_is_cut_at_a_word() {
        let line = one_line(&"word ".repeat(100));
        assert!(line.ends_with("word…") && line.chars().count() <= LONGEST_CHARS);
        assert_eq!(one_line(&"é".repeat(200)).chars().count(), LONGEST_CHARS + 1);
    }
}
