//! Keeping what customers and bots wrote to a bounded length.

/// The text, or its beginning and `…`, in at most `most_bytes`; cut on a character boundary.
pub(crate) fn shortened(text: &str, most_bytes: usize) -> String {
    const MORE: &str = "…";
    if text.len() <= most_bytes {
        return text.to_owned();
    }
    let cut = text.floor_char_boundary(most_bytes.saturating_sub(MORE.len()));
    format!("{}{MORE}", text[..cut].trim_end())
}

/// The text on one line, with single spaces.
pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_between_characters() {
        assert_eq!(shortened("short", 5), "short");
        assert_eq!(shortened("héllo wörld", 9), "héllo…");
        assert_eq!(shortened("🙂🙂🙂", 8), "🙂…");
    }

    #[test]
    fn a_line_has_no_breaks() {
        assert_eq!(one_line(" a\n\tb  c\r\n"), "a b c");
    }
}
