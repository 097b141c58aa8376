//! Matching the rules of a lexicon against a text.
//!
//! A rule is a row of classes with bounded gaps. A passage that the detector itself understands, such as a number, is
//! handed over as a mark and is one word to the rules. Several words may count as one word of a class, as `one of your
//! colleagues` counts as a person; such groups are found first, from the end of the text to its beginning, so that a
//! group may hold another.

use std::ops::Range;

use crate::lexicon::{Live, add};
use crate::rules::{Effect, Factor, Match, Rule, Step, Verdict, weigh};
use crate::{Class, Lexicon, Meaning, Reading};

/// Matches beyond these are not weighed: no honest message has as many, and the work stays linear.
const MOST_MATCHES: usize = 128;
/// Groups that may begin with one word.
const MOST_GROUPS: usize = 6;
/// How deep a group may hold groups that hold groups.
const NESTED_GROUPS: usize = 3;
/// Words written together that are taken apart in one message.
const MOST_SPLIT: usize = 8;

/// A passage that the detector itself understands, such as a number, known to the lexicon as the word `%name`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// What the lexicon calls it, with its `%`.
    pub name: &'static str,
    /// The bytes of the text.
    pub range: Range<usize>,
}

/// A word that may matter to a rule, or the words of a mark.
struct Token<'a> {
    meaning: Meaning<'a>,
    range: Range<usize>,
    sentence: u32,
    /// Whether gaps do not count it.
    filler: bool,
    after_pause: bool,
    /// The groups that begin with it.
    groups: [usize; 2],
}

/// Several words that count as one.
struct Group<'a> {
    meaning: Meaning<'a>,
    class: &'a str,
    last: usize,
}

/// A text as the rules see it.
struct Tokens<'a> {
    tokens: Vec<Token<'a>>,
    groups: Vec<Group<'a>>,
    /// The groups and the rules that may match: those that name no class which neither its words nor its groups have.
    live: [Live; 2],
}

impl Lexicon {
    /// Weighs a text, in time linear in its length.
    pub fn judge(&self, reading: &Reading) -> Verdict<'_> {
        self.judge_marked(reading, &[])
    }

    /// Weighs a text in which each mark stands for the words inside it. Marks are in the order of the text and do not
    /// overlap; one that no rule names is a word that no rule knows.
    pub fn judge_marked(&self, reading: &Reading, marks: &[Mark]) -> Verdict<'_> {
        let mut text = self.tokens(reading, marks);
        if !text.live[0].is_empty() {
            self.find_groups(&mut text);
        }
        if text.live[1].is_empty() {
            return Verdict::default();
        }
        let (mut yes, mut factors) = (Vec::new(), Vec::new());
        for first in 0..text.tokens.len() {
            text.each_start(first, |meaning, behind| {
                self.rules.each_begun_by(meaning, &text.live[1], |rule| {
                    let Some(last) = text.end_of_match(rule, first, behind) else {
                        return;
                    };
                    let range = text.tokens[first].range.start..text.tokens[last].range.end;
                    match rule.effect {
                        Effect::Weight(weight) if yes.len() < MOST_MATCHES => yes.push(Match {
                            rule: &rule.name,
                            weight,
                            range,
                            typo: text.tokens[first..=last].iter().any(|token| token.meaning.typo),
                            fixed: rule.fixed,
                        }),
                        Effect::Factor(factor) if factors.len() < MOST_MATCHES => factors.push(Factor {
                            rule: &rule.name,
                            factor,
                            range,
                        }),
                        Effect::Weight(_) | Effect::Factor(_) | Effect::Group => {}
                    }
                });
            });
        }
        weigh(yes, factors)
    }

    fn tokens<'a>(&'a self, reading: &Reading, mut marks: &[Mark]) -> Tokens<'a> {
        let mut tokens: Vec<Token<'a>> = Vec::with_capacity(reading.words().len());
        let mut split = 0;
        for place in reading.words() {
            if let Some(mark) = mark_at(&mut marks, place.range().start) {
                match tokens.last_mut().filter(|token| token.range.start == mark.range.start) {
                    Some(token) => token.range.end = token.range.end.max(place.range().end),
                    None => tokens.push(Token {
                        meaning: self.vocabulary().mark(mark.name),
                        range: mark.range.start..place.range().end,
                        sentence: place.sentence(),
                        filler: false,
                        after_pause: place.after_pause(),
                        groups: [0, 0],
                    }),
                }
                continue;
            }
            let mut add = |meaning: Meaning<'a>| {
                let filler = self.filler().is_some_and(|filler| meaning.is(filler));
                // A filler that no rule names is not even looked at.
                if !filler || meaning.sorted().len() > 1 {
                    tokens.push(Token {
                        meaning,
                        range: place.range(),
                        sentence: place.sentence(),
                        filler,
                        after_pause: place.after_pause(),
                        groups: [0, 0],
                    });
                }
            };
            let meaning = self.vocabulary().meaning(reading, place);
            let mut pieces = Vec::new();
            if meaning.is_empty() && self.splits && split < MOST_SPLIT {
                pieces = self.vocabulary().split(reading.normal(place));
                split += usize::from(!pieces.is_empty());
            }
            if pieces.is_empty() {
                add(meaning);
            } else {
                pieces.into_iter().for_each(add);
            }
        }
        let mut present = self.no_classes();
        for token in &tokens {
            token
                .meaning
                .sorted()
                .iter()
                .for_each(|class| add(&mut present, *class));
        }
        self.add_groups(&mut present);
        Tokens {
            tokens,
            groups: Vec::new(),
            live: [self.groups.live(&present), self.rules.live(&present)],
        }
    }

    /// Adds the classes that groups may have.
    fn add_groups(&self, present: &mut [u64]) {
        if self.groups.is_empty() {
            return;
        }
        // A group may be a step of another: as often as that happens in a row.
        for _ in 0..NESTED_GROUPS {
            let found = present.to_vec();
            self.groups.each_possible(&found, |_, group| {
                let meaning = self.vocabulary().group(&group.name);
                meaning.sorted().iter().for_each(|class| add(present, *class));
            });
        }
    }

    fn find_groups<'a>(&'a self, text: &mut Tokens<'a>) {
        for first in (0..text.tokens.len()).rev() {
            let begin = text.groups.len();
            text.tokens[first].groups = [begin, begin];
            let meaning = text.tokens[first].meaning;
            self.groups_from(text, meaning, first, first);
            // A group may begin with a group that begins here.
            let mut next = begin;
            while next < text.groups.len() {
                let (meaning, last) = (text.groups[next].meaning, text.groups[next].last);
                self.groups_from(text, meaning, first, last);
                next += 1;
            }
        }
    }

    /// Adds the groups whose first step is the word or group from `first` to `behind`.
    fn groups_from<'a>(&'a self, text: &mut Tokens<'a>, meaning: Meaning<'a>, first: usize, behind: usize) {
        let live = std::mem::take(&mut text.live[0]);
        self.groups.each_begun_by(meaning, &live, |rule| {
            let [begin, end] = text.tokens[first].groups;
            if end - begin == MOST_GROUPS {
                return;
            }
            let Some(last) = text.end_of_match(rule, first, behind) else {
                return;
            };
            let class = rule.name.as_str();
            let known = |group: &Group<'_>| group.last == last && group.class == class;
            if !text.groups[begin..].iter().any(known) {
                let meaning = self.vocabulary().group(class);
                text.groups.push(Group { meaning, class, last });
                text.tokens[first].groups[1] += 1;
            }
        });
        text.live[0] = live;
    }
}

/// The mark that covers a byte; those before it are dropped.
fn mark_at<'a>(marks: &mut &'a [Mark], byte: usize) -> Option<&'a Mark> {
    while marks.first().is_some_and(|mark| mark.range.end <= byte) {
        *marks = &marks[1..];
    }
    marks.first().filter(|mark| mark.range.start <= byte)
}

impl Tokens<'_> {
    /// Tells of the word `first` and of each group that begins with it: its meaning and its last word.
    fn each_start<'t>(&'t self, first: usize, mut tell: impl FnMut(Meaning<'t>, usize)) {
        let token = &self.tokens[first];
        tell(token.meaning, first);
        for group in &self.groups[token.groups[0]..token.groups[1]] {
            tell(group.meaning, group.last);
        }
    }

    /// The last word of the nearest match of `rule` whose first step reaches from `first` to `behind`.
    fn end_of_match(&self, rule: &Rule, first: usize, behind: usize) -> Option<usize> {
        let sentence = self.tokens[first].sentence;
        let before = self.tokens[..first].iter().rev();
        if rule.at_start.is_some_and(|lead| crowded(before, sentence, lead)) {
            return None;
        }
        let last = self.steps(&rule.steps[1..], rule.at_end, behind, sentence)?;
        if rule.unbroken && self.tokens[first + 1..=last].iter().any(|token| token.after_pause) {
            return None;
        }
        let forbidden = |class: Class| self.tokens[first..=last].iter().any(|token| token.meaning.is(class));
        (!rule.without.is_some_and(forbidden)).then_some(last)
    }

    fn steps(&self, rest: &[Step], at_end: Option<u8>, behind: usize, sentence: u32) -> Option<usize> {
        let Some((step, rest)) = rest.split_first() else {
            let after = self.tokens[behind + 1..].iter();
            return (!at_end.is_some_and(|tail| crowded(after, sentence, tail))).then_some(behind);
        };
        let mut reach = 1 + usize::from(step.gap);
        for (next, token) in self.tokens.iter().enumerate().skip(behind + 1) {
            if token.sentence != sentence || reach == 0 {
                return None;
            }
            reach -= usize::from(!token.filler);
            if token.meaning.is(step.class)
                && let Some(last) = self.steps(rest, at_end, next, sentence)
            {
                return Some(last);
            }
            let groups = &self.groups[token.groups[0]..token.groups[1]];
            for group in groups.iter().filter(|group| group.meaning.is(step.class)) {
                if let Some(last) = self.steps(rest, at_end, group.last, sentence) {
                    return Some(last);
                }
            }
        }
        None
    }
}

/// Whether more words than `most` of the same sentence come next, fillers aside.
fn crowded<'t>(next: impl Iterator<Item = &'t Token<'t>>, sentence: u32, most: u8) -> bool {
    next.take_while(|token| token.sentence == sentence)
        .filter(|token| !token.filler)
        .nth(usize::from(most))
        .is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LexiconBuilder;

    const LEXICON: &str = "
        @filler = please a the to kindly
        @want = want need
        @talk = talk speak
        @to = =to with
        @human = human person agent
        @human: one of your|our *
        @human: somebody|@human who knows
        0.90 wants-human: @want .. @human !about
        0.80 talk-to: @talk @to? @human
        0.70 only: ^ @human $
        0.60! sure: rid of robots
        x0.1 negated: dont|no ..1 @want|rid !,
        0.60 put-on: put * on|kindly
        0.50 near-start: ^ ..1 hello
        0.50 near-end: bye ..1 now|$
    ";

    fn check(stories: &[(&str, &str)]) {
        let lexicon = LexiconBuilder::default()
            .read(LEXICON)
            .expect("is sound")
            .build(true)
            .splitting_words();
        for &(text, rule) in stories {
            let verdict = lexicon.judge(&Reading::of(text));
            assert_eq!(
                verdict.hits().first().map_or("", |hit| hit.rule),
                rule,
                "{text}: {verdict:?}"
            );
        }
    }

    #[test]
    fn a_comma_may_break_a_match_and_a_fixed_weight_stays() {
        let lexicon = LexiconBuilder::default().read(LEXICON).expect("is sound").build(true);
        for (text, confidence) in [
            ("no, I want a human", 0.9),
            ("no I want a human", 0.09),
            ("dont rid me of robots", 0.0),
            ("dont get rid of robots", 0.6),
        ] {
            let verdict = lexicon.judge(&Reading::of(text));
            assert!((verdict.confidence() - confidence).abs() < 0.005, "{text}: {verdict:?}");
        }
    }

    #[test]
    fn several_words_may_count_as_one() {
        check(&[
            ("I want one of your colleagues", "wants-human"),
            ("speak to one of your nice people", "talk-to"),
            ("somebody who knows", "only"),
            ("one of your colleagues who knows", "only"),
            ("one of your", ""),
        ]);
    }

    #[test]
    fn a_group_ends_where_it_ends() {
        check(&[("one of your agents", "only"), ("one of your agents called", "")]);
    }

    #[test]
    fn any_word_may_stand_for_a_name() {
        check(&[
            ("put carol on", "put-on"),
            ("put on", ""),
            ("put carol please kindly", "put-on"),
        ]);
    }

    #[test]
    fn a_forbidden_word_inside_forbids_the_match() {
        check(&[("I need this human", "wants-human"), ("I need info about human", "")]);
    }

    #[test]
    fn a_mark_is_one_word_that_the_detector_understands() {
        let lexicon = LexiconBuilder::default()
            .read("0.9 costs: costs ..1 %sum\n0.8 sum: %sum $\nx0.1 paid: paid %sum")
            .expect("is sound")
            .build(false);
        let text = "it costs all of $ 2 million. I paid $3";
        let marks = [(16, 27), (36, 38)].map(|(start, end)| Mark {
            name: "%sum",
            range: start..end,
        });
        let verdict = lexicon.judge_marked(&Reading::of(text), &marks);
        let hits = verdict.hits().iter();
        let found: Vec<_> = hits
            .map(|hit| (hit.rule, &text[hit.range.clone()], hit.weight))
            .collect();
        assert_eq!(found, [("sum", "$ 2 million", 0.8)]);
        assert!(verdict.change(0.5, &(36..38)).0 < 0.1);
        assert!(lexicon.judge(&Reading::of(text)).hits().is_empty());
    }

    #[test]
    fn a_few_words_may_stand_before_the_beginning_and_behind_the_end() {
        check(&[
            ("oh hello", "near-start"),
            ("oh my hello", ""),
            ("hm. hello", "near-start"),
            ("bye ma", "near-end"),
            ("bye ma now or later", "near-end"),
            ("bye my dear. then", ""),
        ]);
    }

    #[test]
    fn words_written_together_are_taken_apart() {
        check(&[
            ("talktohuman", "talk-to"),
            ("SPEAKTOAPERSON", "talk-to"),
            ("ineedaperson", ""),
            ("needperson", "wants-human"),
            ("talktoapreson", "talk-to"),
            ("talkative", ""),
            ("t a l k with h u m a n", "talk-to"),
        ]);
    }

    #[test]
    fn evidence_is_the_whole_word_that_was_taken_apart() {
        let lexicon = LexiconBuilder::default()
            .read(LEXICON)
            .expect("is sound")
            .build(true)
            .splitting_words();
        let text = "pls talktohuman now";
        assert_eq!(
            &text[lexicon.judge(&Reading::of(text)).hits()[0].range.clone()],
            "talktohuman"
        );
    }
}
