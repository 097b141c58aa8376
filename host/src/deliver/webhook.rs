//! One webhook: signed after Standard Webhooks 1.0, sent, and judged by its answer.
//!
//! The signature is three lines with the hmac and sha2 that tokens need anyway, so the crate `standardwebhooks` (which
//! brings a second HMAC, an old base64 and a clock) is not used; its test vector is. A receiver sees one `webhook-id` however
//! often a delivery is made. Only a 2xx is a success: a redirect is a failure, because following one would leave the
//! target that was checked. What the receiver answers is not trusted: its start is kept as a note, the rest is not read.

use std::fmt;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use baton_core::{Span, Time};
use hmac::{Hmac, KeyInit, Mac};
use reqwest::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use reqwest::{Client, StatusCode};
use sha2::Sha256;

use super::target::PublicOnly;
use super::{Endpoint, check_url};

/// The key that signs the webhooks of an endpoint; written as `whsec_` and base64. Never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Vec<u8>);

/// Why a text is no secret. The text itself is not in it.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// It is not marked as a webhook secret.
    #[error("a webhook secret begins with \"whsec_\"")]
    Prefix,
    /// What follows the mark is not base64.
    #[error("a webhook secret is base64 after \"whsec_\"")]
    Encoding(#[source] base64::DecodeError),
    /// It is too short to be safe, or longer than the standard allows.
    #[error("a webhook secret has 24 to 64 bytes, and this one has {0}; make one with `openssl rand -base64 32`")]
    Length(usize),
}

impl Secret {
    /// Reads `whsec_` and 24 to 64 bytes in base64.
    ///
    /// # Errors
    ///
    /// When it is anything else.
    pub fn parse(text: &str) -> Result<Self, SecretError> {
        let encoded = text.strip_prefix("whsec_").ok_or(SecretError::Prefix)?;
        let key = STANDARD.decode(encoded).map_err(SecretError::Encoding)?;
        match key.len() {
            24..=64 => Ok(Self(key)),
            length => Err(SecretError::Length(length)),
        }
    }

    /// One entry of the header `webhook-signature`: `v1,` and base64.
    pub fn sign(&self, id: &str, at_s: i64, body: &[u8]) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes a key of any length");
        mac.update(format!("{id}.{at_s}.").as_bytes());
        mac.update(body);
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("whsec_***")
    }
}

/// The `webhook-id` of an event, the same on every attempt and for every endpoint.
///
/// The event's time is in it, so that a daemon that was set back to a backup, and gives sequence numbers a second time, does
/// not have its new events taken for repetitions.
pub fn webhook_id(sequence: u64, at: Time) -> String {
    format!("evt_{sequence}_{:x}", at.0)
}

/// When a failed delivery is made again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// The pause after each failed attempt but the last; one more attempt is made than there are pauses.
    pub pauses: Vec<Span>,
    /// At most this much is added to a pause, in percent of it, so that what failed together does not come back together.
    pub jitter_percent: u32,
    /// The longest pause that a receiver may ask for with `Retry-After`.
    pub longest_wait: Span,
}

impl Default for Schedule {
    /// Ten attempts within a little more than three days, as Standard Webhooks suggests.
    fn default() -> Self {
        let hours = [2, 5, 10, 14, 20, 24].map(Span::hours);
        let mut pauses = vec![Span::seconds(5), Span::minutes(5), Span::minutes(30)];
        pauses.extend(hours);
        Self {
            pauses,
            jitter_percent: 10,
            longest_wait: Span::hours(24),
        }
    }
}

impl Schedule {
    /// When to try again after `attempts` failed ones, or `None` when that was the last. The same `seed` gives the same
    /// jitter. A receiver's own wish counts where it is later.
    pub fn next(&self, attempts: u32, now: Time, asked: Option<Span>, seed: u64) -> Option<Time> {
        let pause = *self.pauses.get(usize::try_from(attempts).ok()?.checked_sub(1)?)?;
        let most = u64::try_from(pause.0).unwrap_or(0) / 100 * u64::from(self.jitter_percent);
        let extra = (u128::from(scatter(seed)) * u128::from(most)) >> 64;
        let planned = now + pause + Span(i64::try_from(extra).expect("below a percentage of an i64"));
        let asked = asked.map(|wait| now + wait.min(self.longest_wait));
        Some(planned.max(asked.unwrap_or(planned)))
    }
}

/// SplitMix64: spreads neighbouring numbers over the whole range.
fn scatter(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// What came of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// A 2xx.
    Delivered,
    /// Anything else; worth another attempt.
    Failed {
        /// Why, for people: at most `NOTE_MAX_BYTES`.
        note: String,
        /// The pause that the receiver asked for.
        retry_after: Option<Span>,
    },
    /// A 410: the receiver wants nothing more, ever.
    Gone {
        /// What it answered: at most `NOTE_MAX_BYTES`.
        note: String,
    },
    /// This delivery will never be taken, others may be: a mailbox that does not exist.
    Rejected {
        /// What was answered: at most `NOTE_MAX_BYTES`.
        note: String,
    },
    /// Nothing was sent, because there is nothing to tell any more; why.
    Void(&'static str),
}

/// How much of a receiver's answer is kept for people to read.
const NOTE_MAX_BYTES: usize = 500;

/// Sends webhooks. Clones share their connections.
#[derive(Debug, Clone)]
pub struct Sender {
    guarded: Client,
    open: Client,
}

impl Sender {
    /// A sender whose attempts take at most `timeout`, from the first byte of the name look-up to the last of the answer.
    ///
    /// # Errors
    ///
    /// When the TLS library finds no root certificates on this machine.
    pub fn new(timeout: Duration) -> Result<Self, reqwest::Error> {
        crate::tls::choose();
        let builder = || {
            Client::builder()
                .user_agent(concat!("baton/", env!("CARGO_PKG_VERSION")))
                .timeout(timeout)
                .redirect(reqwest::redirect::Policy::none())
                .no_proxy()
                .pool_max_idle_per_host(8)
                .pool_idle_timeout(Duration::from_secs(60))
        };
        Ok(Self {
            guarded: builder().dns_resolver(PublicOnly).build()?,
            open: builder().build()?,
        })
    }

    /// Makes one attempt.
    pub async fn send(&self, endpoint: &Endpoint, id: &str, now: Time, body: Vec<u8>) -> Verdict {
        if let Err(error) = check_url(&endpoint.url, endpoint.allow_private) {
            return failed(chain(&error));
        }
        let at_s = now.0.div_euclid(1_000);
        let signatures: Vec<String> = endpoint
            .secrets
            .iter()
            .map(|secret| secret.sign(id, at_s, &body))
            .collect();
        let client = if endpoint.allow_private {
            &self.open
        } else {
            &self.guarded
        };
        let request = client
            .post(endpoint.url.clone())
            .header(CONTENT_TYPE, "application/cloudevents+json")
            .header("webhook-id", id)
            .header("webhook-timestamp", at_s)
            .header("webhook-signature", signatures.join(" "))
            .body(body);
        match request.send().await {
            Ok(response) => judge(response, now).await,
            Err(error) => failed(chain(&error.without_url())),
        }
    }
}

async fn judge(mut response: reqwest::Response, now: Time) -> Verdict {
    let status = response.status();
    let wait = wait_asked(response.headers(), now);
    let start = start_of(&mut response).await;
    if status.is_success() {
        return Verdict::Delivered;
    }
    let mut note = format!("answered {}", status.as_u16());
    if let Some(reason) = status.canonical_reason() {
        note.push_str(&format!(" {reason}"));
    }
    if status.is_redirection() {
        note.push_str("; redirects are not followed, set the endpoint's URL to the final one");
    }
    if !start.is_empty() {
        note.push_str(&format!(": {start}"));
    }
    let note = cut(note);
    if status == StatusCode::GONE {
        Verdict::Gone { note }
    } else {
        Verdict::Failed {
            note,
            retry_after: wait,
        }
    }
}

/// The first bytes of an answer, as one line. An answer that breaks off or is slow is no reason to send again.
async fn start_of(response: &mut reqwest::Response) -> String {
    let mut start = Vec::new();
    while start.len() < NOTE_MAX_BYTES {
        match response.chunk().await {
            Ok(Some(chunk)) => start.extend_from_slice(&chunk[..chunk.len().min(NOTE_MAX_BYTES)]),
            Ok(None) | Err(_) => break,
        }
    }
    start.truncate(NOTE_MAX_BYTES);
    let text = String::from_utf8_lossy(&start);
    text.split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// `Retry-After`: seconds, or a date.
fn wait_asked(headers: &HeaderMap, now: Time) -> Option<Span> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u32>() {
        return Some(Span::seconds(i64::from(seconds)));
    }
    let at = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
    Some((Time(at.as_millisecond()) - now).max(Span(0)))
}

fn failed(note: String) -> Verdict {
    Verdict::Failed {
        note: cut(note),
        retry_after: None,
    }
}

/// An error and its causes in one line, for a note that is read without its context.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    let mut parts: Vec<String> = causes.map(ToString::to_string).collect();
    parts.dedup();
    parts.join(": ")
}

pub(super) fn cut(mut note: String) -> String {
    note.truncate(note.floor_char_boundary(NOTE_MAX_BYTES));
    note
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The one that the official libraries test with.
    const SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

    #[test]
    fn a_signature_is_that_of_the_official_libraries() {
        let secret = Secret::parse(SECRET).expect("it is one");
        let body = br#"{"email":"test@example.com","username":"test_user"}"#;
        assert_eq!(
            secret.sign("msg_27UH4WbU6Z5A5EzD8u03UvzRbpk", 1_649_367_553, body),
            "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw="
        );
    }

    #[test]
    fn a_secret_is_checked_and_never_shown() {
        let fault = |text: &str| Secret::parse(text).expect_err("no secret").to_string();
        assert_eq!(fault("secret"), "a webhook secret begins with \"whsec_\"");
        assert_eq!(fault("whsec_%%%"), "a webhook secret is base64 after \"whsec_\"");
        assert!(fault("whsec_c2hvcnQ=").contains("this one has 5"));
        assert_eq!(format!("{:?}", Secret::parse(SECRET)), "Ok(whsec_***)");
    }

    #[test]
    fn a_failed_delivery_is_made_ten_times_over_three_days() {
        let schedule = Schedule::default();
        let pauses: Vec<i64> = (1..)
            .map_while(|attempts| schedule.next(attempts, Time(0), None, 0))
            .map(|at| at.0 / 1_000)
            .collect();
        let planned = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];
        assert_eq!(pauses.len(), planned.len());
        for (pause, planned) in pauses.iter().zip(planned) {
            assert!(
                (planned..=planned + planned / 10).contains(pause),
                "{pause} s for {planned} s"
            );
        }
    }

    #[test]
    fn jitter_is_spread_and_repeatable() {
        let schedule = Schedule::default();
        let at = |seed| schedule.next(2, Time(0), None, seed).expect("not the last").0;
        assert_eq!(at(7), at(7));
        let spread: Vec<i64> = (0..100).map(|seed| at(seed) - 300_000).collect();
        assert!(spread.iter().all(|extra| (0..=30_000).contains(extra)));
        assert!(spread.iter().any(|extra| *extra < 5_000) && spread.iter().any(|extra| *extra > 25_000));
    }

    #[test]
    fn a_receiver_may_ask_for_more_time_but_not_for_ever() {
        let schedule = Schedule::default();
        let at = |asked| schedule.next(1, Time(0), Some(asked), 0).expect("not the last");
        assert_eq!(at(Span::hours(1)), Time(Span::hours(1).0));
        assert!(at(Span::seconds(1)) >= Time(5_000));
        assert_eq!(at(Span::hours(1_000)), Time(Span::hours(24).0));
    }

    #[test]
    fn retry_after_is_read_as_seconds_and_as_a_date() {
        let asked = |text: &str, now| {
            let headers: HeaderMap = [(RETRY_AFTER, text.parse().expect("a header"))].into_iter().collect();
            wait_asked(&headers, now)
        };
        assert_eq!(asked("120", Time(0)), Some(Span::seconds(120)));
        assert_eq!(
            asked("Thu, 01 Jan 1970 00:01:00 GMT", Time(10_000)),
            Some(Span::seconds(50))
        );
        assert_eq!(asked("Thu, 01 Jan 1970 00:01:00 GMT", Time(90_000)), Some(Span(0)));
        assert_eq!(asked("soon", Time(0)), None);
    }

    #[test]
    fn an_id_survives_the_repetition_of_sequence_numbers() {
        assert_eq!(webhook_id(42, Time(255)), "evt_42_ff");
        assert_ne!(webhook_id(42, Time(255)), webhook_id(42, Time(256)));
    }
}
