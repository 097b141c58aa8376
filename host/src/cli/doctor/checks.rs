//! The checks themselves, each a function from what is there to a line of the report.

use std::fs::{self, File, TryLockError};
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
use std::path::Path;

use jiff::tz::TimeZone;
use jiff::{Timestamp, fmt::rfc2822};
use reqwest::header::{DATE, HeaderMap};

use super::super::local::{self, Webhook};
use super::super::remote::TOKEN_FILE;
use super::super::screen::Mark;
use crate::client::{Client, ClientError};

/// No Baton is older: a clock before it was never set.
const FIRST_RELEASE: &str = "2026-01-01T00:00:00Z";
/// A clock that is further off than this spoils deadlines that people see.
const CLOCK_OFF_S: i64 = 5;
/// Space at which a warning is due, as a multiple of the reserve at which writes are refused.
const COMFORT: u64 = 8;

/// A line of the report.
pub(super) struct Check {
    pub(super) mark: Mark,
    pub(super) about: &'static str,
    pub(super) found: String,
    pub(super) remedy: Option<String>,
}

impl Check {
    pub(super) fn good(about: &'static str, found: impl Into<String>) -> Self {
        Self {
            mark: Mark::Good,
            about,
            found: found.into(),
            remedy: None,
        }
    }

    pub(super) fn doubtful(about: &'static str, found: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            mark: Mark::Doubtful,
            about,
            found: found.into(),
            remedy: Some(remedy.into()),
        }
    }

    pub(super) fn bad(about: &'static str, found: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            mark: Mark::Bad,
            about,
            found: found.into(),
            remedy: Some(remedy.into()),
        }
    }
}

type Daemon = Result<HeaderMap, ClientError>;

/// Whether the clock can be right, and agrees with the daemon's.
pub(super) fn clock(daemon: &Daemon) -> Check {
    let date = daemon
        .as_ref()
        .ok()
        .and_then(|headers| headers.get(DATE)?.to_str().ok());
    clock_at(
        Timestamp::now(),
        date.and_then(|date| rfc2822::parse(date).ok())
            .map(|date| date.timestamp()),
    )
}

fn clock_at(now: Timestamp, daemon: Option<Timestamp>) -> Check {
    let remedy = "set the clock, and let it be kept by NTP: deadlines are computed from it";
    let first: Timestamp = FIRST_RELEASE.parse().expect("a constant that is a time");
    if now < first {
        return Check::bad("clock", format!("{now} is before the first release of baton"), remedy);
    }
    let off_s = daemon.map_or(0, |daemon| now.as_second() - daemon.as_second());
    match off_s.abs() > CLOCK_OFF_S {
        true => Check::doubtful("clock", format!("{off_s} s ahead of the daemon's"), remedy),
        false => Check::good("clock", now.to_string()),
    }
}

/// Whether calendars can be computed.
pub(super) fn zones() -> Check {
    let remedy = "this build has no time zone data; install another one";
    match TimeZone::get("Europe/Berlin") {
        Err(error) => Check::bad("time zones", error.to_string(), remedy),
        Ok(_) => match TimeZone::system().iana_name() {
            Some(name) => Check::good("time zones", format!("there; local times are shown in {name}")),
            None => Check::doubtful(
                "time zones",
                "there, but the local zone is not known",
                "set TZ, or use --utc",
            ),
        },
    }
}

/// The data folder: there, of a known format, free, with room, its token private.
pub(super) fn folder(data: &Path, reserve_bytes: u64) -> Vec<Check> {
    let shown = data.display();
    let parent = data
        .ancestors()
        .find(|folder| folder.is_dir())
        .unwrap_or(Path::new("."));
    let mut all = vec![space(parent, reserve_bytes)];
    if !data.exists() {
        all.push(Check::good(
            "data folder",
            format!("{shown} is not there yet; `baton serve` makes it"),
        ));
        return all;
    }
    all.push(match fs::read_to_string(data.join("FORMAT")) {
        Ok(format) => Check::good("data folder", format!("{shown} holds {}", format.trim())),
        Err(_) if fs::read_dir(data).is_ok_and(|mut entries| entries.next().is_none()) => {
            Check::good("data folder", format!("{shown} is empty"))
        }
        Err(error) => Check::bad(
            "data folder",
            format!("{shown} is no data folder of baton: FORMAT: {error}"),
            "choose another folder, or restore a backup",
        ),
    });
    all.extend(lock(data));
    all.extend(first_token(data));
    all
}

fn space(folder: &Path, reserve_bytes: u64) -> Check {
    let mib = |bytes: u64| bytes >> 20;
    let free = match rustix::fs::statvfs(folder) {
        Ok(about) => about.f_bavail.saturating_mul(about.f_frsize),
        Err(error) => {
            return Check::bad(
                "free space",
                format!("{} cannot be asked: {error}", folder.display()),
                "look at the file system",
            );
        }
    };
    let found = format!("{} MiB; writes are refused below {} MiB", mib(free), mib(reserve_bytes));
    match free {
        free if free < reserve_bytes => Check::bad("free space", found, "free some space, or choose another disk"),
        free if free < reserve_bytes.saturating_mul(COMFORT) => {
            Check::doubtful("free space", found, "free some space soon")
        }
        _ => Check::good("free space", found),
    }
}

fn lock(data: &Path) -> Option<Check> {
    let file = File::options().read(true).write(true).open(data.join("LOCK")).ok()?;
    // Let go of at once: the file is closed at the end of this function.
    Some(match file.try_lock() {
        Ok(()) => Check::good("lock", "nobody holds the data folder"),
        Err(TryLockError::WouldBlock) => {
            let pid = fs::read_to_string(data.join("LOCK")).unwrap_or_default();
            Check::good("lock", format!("process {} holds the data folder", pid.trim()))
        }
        Err(TryLockError::Error(error)) => Check::bad("lock", error.to_string(), "use a file system that can lock"),
    })
}

fn first_token(data: &Path) -> Option<Check> {
    use std::os::unix::fs::PermissionsExt;
    let file = data.join(TOKEN_FILE);
    let mode = fs::metadata(&file).ok()?.permissions().mode() & 0o777;
    let shown = file.display();
    Some(match mode & 0o077 {
        0 => Check::good("first token", format!("{shown} is private")),
        _ => Check::bad(
            "first token",
            format!("others may read {shown} (mode {mode:o})"),
            format!("chmod 600 {shown}; revoke the token if others were there"),
        ),
    })
}

/// Every row of the store.
pub(super) fn store(data: &Path) -> Check {
    match local::verify(data) {
        Ok(report) if report.is_sound() => Check::good("store", format!("{} rows are sound", report.rows)),
        Ok(report) => Check::bad(
            "store",
            format!("{} of {} rows are damaged", report.damage_count, report.rows),
            "`baton store verify` names them; restore a backup",
        ),
        Err(failure) => Check::bad("store", failure.text(), "verify it while no daemon runs"),
    }
}

/// Whether a daemon answers and can serve.
pub(super) fn daemon(client: &Client, daemon: &Daemon) -> Check {
    let url = client.url();
    match daemon {
        Ok(_) => Check::good("daemon", format!("ready at {url}")),
        Err(ClientError::Problem(problem)) => {
            Check::bad("daemon", format!("not ready at {url}: {problem}"), "look at its log")
        }
        Err(ClientError::Unreachable { .. }) => Check::doubtful(
            "daemon",
            format!("none answers at {url}"),
            "start it with `baton serve`, or name it with --url",
        ),
        Err(error) => Check::bad("daemon", error.to_string(), "look at --url and BATON_URL"),
    }
}

/// Whether the daemon could listen.
pub(super) fn port(address: SocketAddr) -> Check {
    match TcpListener::bind(address) {
        Ok(_) => Check::good("port", format!("{address} is free")),
        Err(error) => Check::bad(
            "port",
            format!("{address} cannot be listened on: {error}"),
            "stop who has it, or choose another with --listen",
        ),
    }
}

/// Whether a webhook's host has an address that may be sent to.
pub(super) fn webhook(webhook: &Webhook) -> Check {
    let Webhook {
        name,
        url,
        allow_private,
    } = webhook;
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let port = url.port_or_known_default().unwrap_or(443);
    let addresses: Vec<_> = match (host, port).to_socket_addrs() {
        Ok(addresses) => addresses.map(|address| address.ip()).collect(),
        Err(error) => {
            return Check::bad(
                "webhook",
                format!("{name}: {host} has no address: {error}"),
                "correct its url, or the name service",
            );
        }
    };
    match addresses
        .iter()
        .find(|address| !allow_private && !local::is_public(**address))
    {
        Some(private) => Check::bad(
            "webhook",
            format!("{name}: {host} is at {private}, which is not public"),
            "set allow_private = true if it may be reached there",
        ),
        None => Check::good("webhook", format!("{name}: {host} has {} addresses", addresses.len())),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_clock_that_was_never_set_fails_and_one_that_is_off_is_doubtful() {
        let at = |text: &str| text.parse::<Timestamp>().expect("a time");
        assert_eq!(clock_at(at("1970-01-01T00:10:00Z"), None).mark, Mark::Bad);
        let now = at("2026-03-02T10:00:00Z");
        assert_eq!(clock_at(now, None).mark, Mark::Good);
        assert_eq!(clock_at(now, Some(at("2026-03-02T10:00:05Z"))).mark, Mark::Good);
        let off = clock_at(now, Some(at("2026-03-02T09:59:00Z")));
        assert_eq!(
            (off.mark, off.found.as_str()),
            (Mark::Doubtful, "60 s ahead of the daemon's")
        );
    }

    #[test]
    fn too_little_space_fails_before_the_store_refuses() {
        let here = tempfile::tempdir().expect("a folder");
        assert_eq!(space(here.path(), 1).mark, Mark::Good);
        assert_eq!(space(here.path(), u64::MAX).mark, Mark::Bad);
        assert_eq!(space(Path::new("/nowhere/at/all"), 1).mark, Mark::Bad);
    }

    #[test]
    fn a_folder_of_something_else_a_held_lock_and_an_open_token_are_told() {
        let here = tempfile::tempdir().expect("a folder");
        fs::write(here.path().join("LOCK"), "17\n").expect("written");
        let token = here.path().join(TOKEN_FILE);
        fs::write(&token, "baton_x").expect("written");
        fs::set_permissions(&token, fs::Permissions::from_mode(0o644)).expect("set");
        let held = File::open(here.path().join("LOCK")).expect("opened");
        held.try_lock().expect("free");
        let told: Vec<_> = folder(here.path(), 1)
            .into_iter()
            .skip(1)
            .map(|check| (check.about, check.mark, check.found))
            .collect();
        assert_eq!((told[0].0, told[0].1), ("data folder", Mark::Bad));
        assert_eq!(
            (told[1].0, told[1].2.as_str()),
            ("lock", "process 17 holds the data folder")
        );
        assert_eq!((told[2].0, told[2].1), ("first token", Mark::Bad));
        fs::set_permissions(&token, fs::Permissions::from_mode(0o600)).expect("set");
        assert_eq!(first_token(here.path()).map(|check| check.mark), Some(Mark::Good));
    }

    #[test]
    fn a_port_that_is_taken_fails() {
        let taken = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let address = taken.local_addr().expect("bound");
        assert_eq!(port(address).mark, Mark::Bad);
        drop(taken);
        assert_eq!(port(address).mark, Mark::Good);
    }

    #[test]
    fn a_webhook_at_a_private_address_must_be_allowed() {
        let hook = |url: &str, allow_private| {
            webhook(&Webhook {
                name: "default/crm".into(),
                url: url.parse().expect("a url"),
                allow_private,
            })
        };
        let private = hook("http://127.0.0.1:9/hook", false);
        assert_eq!(
            (private.mark, private.found.as_str()),
            (Mark::Bad, "default/crm: 127.0.0.1 is at 127.0.0.1, which is not public")
        );
        assert_eq!(hook("http://127.0.0.1:9/hook", true).mark, Mark::Good);
        assert_eq!(hook("https://[2606:4700::1111]/", false).mark, Mark::Good);
    }
}
