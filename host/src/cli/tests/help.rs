//! The help is documentation, so it is kept true: every command explains itself, and its examples can be typed.

use super::*;

/// Every command with its words: `baton task list`.
fn commands() -> Vec<(String, clap::Command)> {
    fn below(words: &str, command: &clap::Command, found: &mut Vec<(String, clap::Command)>) {
        found.push((words.to_owned(), command.clone()));
        for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
            below(&format!("{words} {}", sub.get_name()), sub, found);
        }
    }
    let mut root = Cli::command();
    root.build();
    let mut found = Vec::new();
    below("baton", &root, &mut found);
    found
}

/// A line of shell as its words: quotes, and nothing else.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote, mut begun) = (Vec::new(), String::new(), None, false);
    for c in line.chars() {
        match (quote, c) {
            (None, '"' | '\'') => (quote, begun) = (Some(c), true),
            (Some(open), c) if c == open => quote = None,
            (None, ' ') => {
                if begun {
                    words.push(std::mem::take(&mut word));
                }
                begun = false;
            }
            (_, c) => {
                word.push(c);
                begun = true;
            }
        }
    }
    if begun {
        words.push(word);
    }
    words
}

#[test]
fn every_help_has_an_example_that_can_be_typed() {
    for (name, mut command) in commands() {
        let help = command.render_help().to_string();
        let (_, examples) = help
            .split_once("Example:\n")
            .unwrap_or_else(|| panic!("{name} has no example\n{help}"));
        let examples: Vec<_> = examples.lines().take_while(|line| line.starts_with("  ")).collect();
        assert!(examples.iter().any(|line| line.contains(&name)), "{name}: {examples:?}");
        for line in examples {
            let start = line.find("baton ").unwrap_or_else(|| panic!("{name}: {line}"));
            let typed = line[start..].split([')', '>', '|']).next().unwrap_or_default();
            let parsed = Cli::try_parse_from(words(typed));
            assert!(
                parsed.is_ok(),
                "{name}: {typed}\n{}",
                parsed.err().map_or(String::new(), |error| error.to_string())
            );
        }
    }
}

#[test]
fn every_command_and_option_is_explained() {
    for (name, command) in commands() {
        assert!(command.get_about().is_some(), "{name}");
        for argument in command.get_arguments() {
            assert!(argument.get_help().is_some(), "{name} {}", argument.get_id());
        }
    }
}

#[test]
fn exit_codes_are_in_the_help_and_have_numbers_of_their_own() {
    let (code, out, _) = baton(&["--help"]);
    assert_eq!(code, 0);
    for line in ["   0  done", "   4  a token is missing", "  70  a fault of Baton"] {
        assert!(out.contains(line), "{out}");
    }
    let (code, out, _) = baton(&["help", "exit-codes"]);
    assert!(code == 0 && out.contains("Exit codes:\n   0  done\n"), "{out}");
    let mut codes: Vec<_> = Exit::ALL.iter().map(|exit| exit.code()).collect();
    codes.dedup();
    assert_eq!(codes, [0, 1, 2, 3, 4, 70]);
}
