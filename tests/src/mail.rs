//! A mail server at the other end of a daemon: the one of Python's aiosmtpd, in an environment of the tests' own.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;

/// The password that the server wants where it speaks TLS; the user is `baton`.
pub const PASSWORD: &str = "correct horse";

const SCRIPT: &str = include_str!("mail_server.py");

/// A running mail server; killed when it is dropped.
pub struct MailServer {
    child: Child,
    folder: tempfile::TempDir,
    /// Where it listens on 127.0.0.1.
    pub port: u16,
}

/// A Python with aiosmtpd, made once for all tests of a run; `None` where there is no pip.
fn with_mail() -> Option<&'static Path> {
    static MADE: OnceLock<Option<(tempfile::TempDir, PathBuf)>> = OnceLock::new();
    let made = MADE.get_or_init(|| {
        let folder = tempfile::tempdir().ok()?;
        let python = crate::python(folder.path(), &["aiosmtpd==1.4.6", "trustme==1.2.1"])?;
        Some((folder, python))
    });
    made.as_ref().map(|(_, python)| python.as_path())
}

impl MailServer {
    /// Starts one that speaks `plain`, `starttls` or `tls`; `None` where there is no Python with pip.
    pub fn start(mode: &str) -> Option<Self> {
        let python = with_mail()?;
        let folder = tempfile::tempdir().expect("a folder");
        let script = folder.path().join("mail_server.py");
        std::fs::write(&script, SCRIPT).expect("a folder of the test's own");
        let mut child = Command::new(python)
            // It warns of what tests do on purpose: logging in on the loopback address.
            .args(["-W", "ignore"])
            .arg(&script)
            .arg(folder.path())
            .arg(mode)
            .stdout(Stdio::piped())
            .spawn()
            .expect("python runs");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("it is piped"))
            .read_line(&mut line)
            .expect("it prints its port");
        let port = line.trim().parse().expect("it prints its port");
        Some(Self { child, folder, port })
    }

    /// The certificate that a daemon must trust.
    pub fn ca_file(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// Answers every recipient with this line from now on; takes mails again with an empty one.
    pub fn answer(&self, line: &str) {
        std::fs::write(self.folder.path().join("answer"), line).expect("a folder of the test's own");
    }

    /// The mails that have come so far.
    pub fn mails(&self) -> Vec<Value> {
        let read = |number: u32| std::fs::read(self.folder.path().join(format!("{number}.json"))).ok();
        (1..)
            .map_while(read)
            .map(|mail| serde_json::from_slice(&mail).expect("the server writes JSON"))
            .collect()
    }

    /// The mails to one address that have come so far.
    pub fn mails_to(&self, address: &str) -> Vec<Value> {
        let mut mails = self.mails();
        mails.retain(|mail| mail["to"][0] == address);
        mails
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
