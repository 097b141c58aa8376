//! A daemon of a test's own, and a client that shows its token.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use serde_json::Value;

use crate::guests::target_folder;

/// The program under test.
pub fn baton(program: &str) -> Command {
    let mut command = Command::new(program);
    // What the developer's shell has set is not what the test wants.
    for name in ["BATON_URL", "BATON_TOKEN", "BATON_CONFIG", "BATON_LOG"] {
        command.env_remove(name);
    }
    // Where commands without a data folder keep compiled rules: the tests' own, kept from one run to the next.
    command.env("XDG_CACHE_HOME", target_folder().join("tmp/cache"));
    command
}

/// A client of a test's own, whose requests fail when there is no answer within that time.
pub fn http(within: Duration) -> reqwest::blocking::Client {
    baton_host::tls::choose();
    let client = reqwest::blocking::Client::builder().no_proxy().timeout(within).build();
    client.expect("nothing in it depends on the machine")
}

/// A running daemon; killed when it is dropped.
pub struct Daemon {
    child: Child,
    /// `http://127.0.0.1:PORT`
    pub url: String,
    token: String,
    data: PathBuf,
    client: reqwest::blocking::Client,
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// JSON; null where there is none.
    pub body: Value,
}

impl Reply {
    /// The body of an answer that must have succeeded.
    #[track_caller]
    pub fn ok(self) -> Value {
        assert!(self.status < 300, "{} {}", self.status, self.body);
        self.body
    }
}

impl Daemon {
    /// Starts a daemon on a data folder, with a configuration file where one is given.
    #[track_caller]
    pub fn start(program: &str, data: &Path, config: Option<&Path>) -> Self {
        bring_compiled_rules(program, data);
        Self::start_cold(program, data, config)
    }

    /// Starts a daemon with more in its environment.
    #[track_caller]
    pub fn start_with(program: &str, data: &Path, config: Option<&Path>, env: &[(&str, &str)]) -> Self {
        bring_compiled_rules(program, data);
        Self::start_in(program, data, config, env, &[])
    }

    /// Starts a daemon with more on its command line.
    #[track_caller]
    pub fn start_asked(program: &str, data: &Path, config: Option<&Path>, args: &[&str]) -> Self {
        bring_compiled_rules(program, data);
        Self::start_in(program, data, config, &[], args)
    }

    /// Starts a daemon that compiles its rules anew where its folder is new.
    #[track_caller]
    pub fn start_cold(program: &str, data: &Path, config: Option<&Path>) -> Self {
        Self::start_in(program, data, config, &[], &[])
    }

    #[track_caller]
    fn start_in(program: &str, data: &Path, config: Option<&Path>, env: &[(&str, &str)], args: &[&str]) -> Self {
        let mut command = baton(program);
        command.envs(env.iter().copied());
        command
            .arg("serve")
            .arg("--data")
            .arg(data)
            .args(["--listen", "127.0.0.1:0"])
            .args(args);
        if let Some(config) = config {
            command.arg("--config").arg(config);
        }
        let mut child = command.stderr(Stdio::piped()).spawn().expect("the program runs");
        let mut lines = BufReader::new(child.stderr.take().expect("it is piped")).lines();
        let mut told = Vec::new();
        let url = loop {
            let Some(line) = lines.next() else {
                panic!("it ended before it served:\n{}", told.join("\n"))
            };
            let line = line.expect("it prints text");
            if let Some((_, url)) = line.split_once("serves at ") {
                break url.split_whitespace().next().expect("an address follows").to_owned();
            }
            told.push(line);
        };
        // Whoever does not read would stop it from writing.
        std::thread::spawn(move || lines.for_each(drop));
        let token = std::fs::read_to_string(data.join("admin.token"))
            .unwrap_or_default()
            .trim()
            .to_owned();
        let client = http(Duration::from_secs(30));
        Self {
            child,
            url,
            token,
            data: data.to_owned(),
            client,
        }
    }

    /// Its data folder.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The admin token.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Takes another token.
    pub fn with_token(mut self, token: &str) -> Self {
        token.clone_into(&mut self.token);
        self
    }

    /// Ends it as a power cut would end the process: at once.
    pub fn kill(mut self) {
        self.child.kill().expect("it is ours");
        self.child.wait().expect("it is ours");
    }

    /// Asks it to stop, and waits until it has.
    pub fn stop(mut self) {
        let told = Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status()
            .expect("kill runs");
        assert!(told.success());
        let ended = self.child.wait().expect("it is ours");
        assert!(ended.success(), "it stopped with {ended}");
    }

    /// A GET.
    pub fn get(&self, path: &str) -> Reply {
        self.send(self.client.get(format!("{}{path}", self.url)))
    }

    /// A POST of JSON.
    pub fn post(&self, path: &str, body: &Value) -> Reply {
        self.send(self.client.post(format!("{}{path}", self.url)).json(body))
    }

    /// A PUT of JSON.
    pub fn put(&self, path: &str, body: &Value) -> Reply {
        self.send(self.client.put(format!("{}{path}", self.url)).json(body))
    }

    /// A DELETE.
    pub fn delete(&self, path: &str) -> Reply {
        self.send(self.client.delete(format!("{}{path}", self.url)))
    }

    /// A message of a speaker, with whatever else is said of it.
    pub fn say(&self, conversation: &str, id: &str, speaker: &str, text: &str, more: Value) -> Reply {
        let mut body = serde_json::json!({
            "id": id, "speaker": speaker, "text": text, "channel": "web", "bot": "bot",
        });
        let own = body.as_object_mut().expect("it is one");
        own.extend(more.as_object().cloned().unwrap_or_default());
        self.post(&format!("/v1/conversations/{conversation}/messages"), &body)
    }

    /// A GET with another token.
    pub fn get_as(&self, token: &str, path: &str) -> Reply {
        send(self.client.get(format!("{}{path}", self.url)), token)
    }

    /// A PUT of JSON with another token.
    pub fn put_as(&self, token: &str, path: &str, body: &Value) -> Reply {
        send(self.client.put(format!("{}{path}", self.url)).json(body), token)
    }

    fn send(&self, request: reqwest::blocking::RequestBuilder) -> Reply {
        send(request, &self.token)
    }
}

fn send(request: reqwest::blocking::RequestBuilder, token: &str) -> Reply {
    let answer = request.bearer_auth(token).send().expect("the daemon answers");
    let status = answer.status().as_u16();
    let text = answer.text().expect("a text");
    Reply {
        status,
        body: serde_json::from_str(&text).unwrap_or(Value::String(text)),
    }
}

/// Compiling the rules takes seconds in a debug build, so one daemon does it for all the folders of a test run.
fn bring_compiled_rules(program: &str, data: &Path) {
    static COMPILED: OnceLock<tempfile::TempDir> = OnceLock::new();
    if data.exists() {
        return;
    }
    let compiled = COMPILED.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a folder");
        let config = folder.path().join("baton.toml");
        let businesses = "[business.default]\npack = \"hvac\"\n[business.other]\npack = \"default\"\n";
        std::fs::write(&config, businesses).expect("a folder of the test's own");
        Daemon::start_cold(program, &folder.path().join("data"), Some(&config)).stop();
        folder
    });
    let (from, to) = (compiled.path().join("data"), data);
    std::fs::create_dir_all(to.join("plugin-cache")).expect("a folder of the test's own");
    std::fs::set_permissions(
        to.join("plugin-cache"),
        std::os::unix::fs::PermissionsExt::from_mode(0o700),
    )
    .expect("a folder of the test's own");
    std::fs::copy(from.join("plugin-cache.key"), to.join("plugin-cache.key")).expect("a daemon makes a key");
    for entry in std::fs::read_dir(from.join("plugin-cache"))
        .expect("a daemon keeps what it compiled")
        .flatten()
    {
        std::fs::copy(entry.path(), to.join("plugin-cache").join(entry.file_name())).expect("a file of ours");
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
