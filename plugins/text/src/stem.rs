//! The part of an English word that its forms share.
//!
//! Not a linguist's stemmer: the stem is always a prefix, so nothing is copied, and only endings that change no
//! meaning are cut (plural, `-ing`, `-ed`, a final `e` or `y`). A full stemmer would also join `manager` to
//! `manage` and `personal` to `person`, which is exactly what our rules must keep apart.

/// The stem of a word in lower case; words of other scripts are their own stems.
///
/// ```
/// use baton_text::stem;
///
/// assert_eq!(stem("charges"), stem("charging"));
/// assert_eq!(stem("companies"), stem("company"));
/// assert_ne!(stem("manager"), stem("manage"));
/// ```
pub fn stem(word: &str) -> &str {
    if word.len() < 4 || !word.is_ascii() {
        return word;
    }
    let word = plural(word);
    let cut = word
        .strip_suffix("ing")
        .or_else(|| word.strip_suffix("ed"))
        .filter(|stem| is_stem(stem));
    match cut {
        Some(stem) => single(stem).strip_suffix('e').unwrap_or(single(stem)),
        None if word.len() >= 5 => word.strip_suffix(['e', 'y']).unwrap_or(word),
        None => word.strip_suffix('e').unwrap_or(word),
    }
}

fn plural(word: &str) -> &str {
    if let Some(stem) = word.strip_suffix("ies").filter(|stem| stem.len() >= 3) {
        // The `y` goes from the singular too.
        return &word[..stem.len()];
    }
    for ending in ["ches", "shes", "sses", "xes"] {
        if word.ends_with(ending) {
            return &word[..word.len() - 2];
        }
    }
    match word.strip_suffix('s') {
        Some(stem) if !stem.ends_with(['s', 'u', 'i']) => stem,
        Some(_) | None => word,
    }
}

fn is_stem(stem: &str) -> bool {
    stem.len() >= 3 && stem.contains(['a', 'e', 'i', 'o', 'u', 'y'])
}

/// `gett` of `getting` is `get`; `call` of `calling` stays.
fn single(stem: &str) -> &str {
    match stem.as_bytes() {
        [.., a, b] if a == b && !b"lsz".contains(b) => &stem[..stem.len() - 1],
        _ => stem,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_one_word_share_a_stem() {
        for forms in [
            &["talk", "talks", "talking", "talked"][..],
            &["human", "humans"],
            &["charge", "charges", "charged", "charging"],
            &["get", "getting"],
            &["call", "calls", "called", "calling"],
            &["company", "companies"],
            &["branch", "branches"],
            &["license", "licenses", "licensed", "licensing"],
            &["agency", "agencies"],
        ] {
            for form in forms {
                assert_eq!(stem(form), stem(forms[0]), "{form}");
            }
        }
    }

    #[test]
    fn words_of_different_meaning_stay_apart() {
        for (one, other) in [
            ("manager", "manage"),
            ("personal", "person"),
            ("need", "nee"),
            ("sing", "s"),
            ("bus", "bu"),
            ("many", "man"),
        ] {
            assert_ne!(stem(one), stem(other), "{one} {other}");
        }
        assert_eq!(stem("человека"), "человека");
    }
}
