//! What a configuration may say, what it may not, and that the example tells all of it.

use baton_core::{BotId, Policy};

use super::*;

mod meaning;
mod refused;

const EXAMPLE: &str = include_str!("../../../baton.example.toml");
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const TOKEN: &str = "baton_0123456789ab_00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

fn env(name: &str) -> Option<String> {
    match name {
        "ACME_WEBHOOK_SECRET" => Some(SECRET.to_owned()),
        "ACME_PLATFORM_TOKEN" | "ACME_ANA_TOKEN" => Some(TOKEN.to_owned()),
        "ACME_SMTP_PASSWORD" => Some("correct horse".to_owned()),
        "WRONG" => Some("hello".to_owned()),
        _ => None,
    }
}

fn parse(text: &str) -> Result<Config, ConfigErrors> {
    Config::parse(&Source::new("baton.toml", text), Path::new("/etc/baton"), None, &env)
}

fn acme(text: &str) -> Business {
    let mut config = parse(text).unwrap_or_else(|e| panic!("{e}"));
    let id = BusinessId::new("acme").expect("an id");
    config.businesses.remove(&id).expect("the business acme")
}

fn policy(business: &Business, bot: &str) -> Option<Policy> {
    business.policy(&business.pack, &BotId::new(bot).expect("an id"), "test".into())
}

/// Everything that is wrong with a text, each as `line:column message`.
#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let errors = parse(text).map(|_| "is accepted").expect_err(text);
    let told: Vec<String> = errors
        .iter()
        .map(|e| format!("{}:{} {}", e.place.line, e.place.column, e.message))
        .collect();
    assert_eq!(told, expected, "{text}");
    assert!(errors.iter().all(|e| e.place.file == "baton.toml"));
}

/// As [`check`], inside of the business `acme`; its header is line 1.
#[track_caller]
fn check_acme(text: &str, expected: &[&str]) {
    check(&format!("[business.acme]\n{text}"), expected);
}
