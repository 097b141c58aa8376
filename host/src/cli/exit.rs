//! How a command ends: one enum of exit statuses, and one type for why it did not succeed.
//!
//! Scripts branch on the status, so its meanings are few, fixed and printed by `baton help exit-codes`. People read the
//! message, so it names the thing, shows the chain of causes once, and ends with what to do next.

use std::error::Error;
use std::fmt::Write as _;
use std::io;

use serde_json::{Value, json};

use crate::client::{ClientError, Problem};

/// How a command ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// What was asked is done.
    Done,
    /// It was refused, or a check failed.
    Refused,
    /// The command line cannot be understood.
    Usage,
    /// There is no daemon that can serve.
    Unreachable,
    /// A token is missing, wrong, or too weak.
    NotAllowed,
    /// A fault of Baton or of the machine.
    Internal,
}

impl Exit {
    /// All of them, by number.
    pub const ALL: [Self; 6] = [
        Self::Done,
        Self::Refused,
        Self::Usage,
        Self::Unreachable,
        Self::NotAllowed,
        Self::Internal,
    ];

    /// The exit status.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Refused => 1,
            Self::Usage => 2,
            Self::Unreachable => 3,
            Self::NotAllowed => 4,
            Self::Internal => 70,
        }
    }

    /// What it says, for people.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused => "refused, or a check failed; nothing was changed",
            Self::Usage => "the command line, the configuration or a file cannot be understood",
            Self::Unreachable => "the daemon cannot be reached, or cannot serve now",
            Self::NotAllowed => "a token is missing, wrong, or of too narrow a scope",
            Self::Internal => "a fault of Baton or of the machine; please report it",
        }
    }
}

/// The table that the help shows.
pub(crate) fn table() -> String {
    Exit::ALL.iter().fold("Exit codes:".to_owned(), |mut text, exit| {
        write!(text, "\n  {:>2}  {}", exit.code(), exit.meaning()).expect("writing to a string does not fail");
        text
    })
}

/// Why a command did not succeed.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    message: String,
    causes: Vec<String>,
    remedy: Option<String>,
    problem: Option<Box<Problem>>,
}

impl Failure {
    pub(crate) fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self {
            exit,
            message: message.into(),
            causes: Vec::new(),
            remedy: None,
            problem: None,
        }
    }

    /// With all that lies behind it.
    pub(crate) fn of(exit: Exit, error: &(dyn Error + 'static)) -> Self {
        let mut failure = Self::new(exit, error.to_string());
        let mut next = error.source();
        while let Some(cause) = next {
            failure.causes.push(cause.to_string());
            next = cause.source();
        }
        failure
    }

    pub(crate) fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }

    pub(crate) fn because(mut self, cause: &(dyn Error + 'static)) -> Self {
        let Self { message, causes, .. } = Self::of(self.exit, cause);
        self.causes.push(message);
        self.causes.extend(causes);
        self
    }

    /// A file of the user's that cannot be read or written.
    pub(crate) fn file(action: &str, path: &std::path::Path, error: &io::Error) -> Self {
        Self::new(Exit::Usage, format!("cannot {action} {}", path.display())).because(error)
    }

    /// As people read it, without colour.
    pub(crate) fn text(&self) -> String {
        let mut text = self.message.clone();
        for cause in &self.causes {
            text.push_str("\n  because ");
            text.push_str(cause);
        }
        if let Some(remedy) = &self.remedy {
            text.push_str("\n  help: ");
            text.push_str(remedy);
        }
        if let Some(id) = self
            .problem
            .as_ref()
            .map(|problem| &problem.request_id)
            .filter(|id| !id.is_empty())
        {
            text.push_str("\n  request: ");
            text.push_str(id);
        }
        text
    }

    /// As `--json` prints it.
    pub(crate) fn json(&self) -> Value {
        let Self {
            exit,
            message,
            causes,
            remedy,
            problem,
        } = self;
        let mut error = json!({ "exit": exit.code(), "message": message });
        let parts = [
            ("causes", json!(causes)),
            ("remedy", json!(remedy)),
            ("problem", json!(problem)),
        ];
        for (name, part) in parts {
            if !part.is_null() && part != json!([]) {
                error[name] = part;
            }
        }
        json!({ "error": error })
    }
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        match error {
            ClientError::Problem(problem) => of_problem(problem),
            ClientError::Address { .. } => {
                Self::of(Exit::Usage, &error).remedy("pass --url or set BATON_URL, such as http://127.0.0.1:7420")
            }
            ClientError::Token { .. } => {
                Self::of(Exit::Usage, &error).remedy("a token looks like baton_ID_SECRET; look at --token, BATON_TOKEN and admin.token")
            }
            ClientError::Unreachable { .. } => Self::of(Exit::Unreachable, &error)
                .remedy("start it with `baton serve`, or name the right one with --url or BATON_URL; `baton doctor` looks for the cause"),
            ClientError::Foreign { .. } => Self::of(Exit::Unreachable, &error).remedy("look at --url and BATON_URL"),
            ClientError::Setup(_) | ClientError::Runtime(_) => Self::of(Exit::Internal, &error),
        }
    }
}

fn of_problem(problem: Box<Problem>) -> Failure {
    let exit = match problem.status {
        401 | 403 => Exit::NotAllowed,
        502..=504 => Exit::Unreachable,
        500.. => Exit::Internal,
        _ => Exit::Refused,
    };
    let wait = problem.retry_after_s.map(|seconds| format!("try again in {seconds} s"));
    let said = [problem.advice.clone(), wait]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" - ");
    let remedy = Some(said).filter(|said| !said.is_empty());
    Failure {
        exit,
        message: problem.to_string(),
        causes: Vec::new(),
        remedy,
        problem: Some(problem),
    }
}
