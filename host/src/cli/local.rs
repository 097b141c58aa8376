//! The parts of the daemon that a command needs in its own process: the one seam between the command line and them.
//!
//! Everything here takes words of the command line and gives back plain values or a [`Failure`]; so commands stay free
//! of configuration, store and plugins, and a change of those is felt in this file alone.

use std::fs;
use std::io::{Read, Write};
use std::net::{IpAddr, SocketAddr};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;

use baton_core::story::{Story, Transcript};
use baton_core::{AgentId, BusinessId, Time};
use baton_plugin::Plugins;
use baton_store::admin::{self, BackupSummary, Report};
use baton_store::{FactChange, FactTable, OpenError, Options, SledStore, Step, Store, commit_and_wait};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::exit::{Exit, Failure};
use crate::auth::{Realm, Scope, Token};
use crate::backtest::Recorded;
use crate::client::TokenRequest;
use crate::config::Config;
use crate::daemon::{Daemon, StartError, StartOptions, Watched, plugin_options};
use crate::pack::{Pack, PackRef};
use crate::record;
use crate::report::{Moment, Period};
use crate::simulate::{SimulateError, Stage};

mod contact;
pub(super) use contact::{Wanted, erase, export, find};

mod calls;
pub(super) use calls::{Again, BenchPlan, Benched, bench, call_of, in_words, recorded_calls, replay};

mod pack;
pub(super) use crate::pack::Scaffold;
pub(super) use pack::{
    InstalledPack, PackSummary, Packs, Tested, Written, build, check_pack, inspect, keygen, new_pack, sign, test_pack,
    verify_archive,
};

/// How the daemon is to run; what is absent is as the configuration says.
pub(super) struct Setup {
    pub(super) config: Option<PathBuf>,
    pub(super) data: Option<PathBuf>,
    pub(super) listen: Option<SocketAddr>,
    /// A folder whose pack is put in force whenever it changes, and for which business.
    pub(super) watch: Option<(PathBuf, Option<String>)>,
    /// A log filter that goes before the configuration's.
    pub(super) log: Option<String>,
    /// Where every call of a plugin is written down with its input.
    pub(super) record: Option<PathBuf>,
    /// Whether the data folder goes away with the process.
    pub(super) passing: bool,
}

/// A daemon that answers.
pub(super) struct Ready {
    pub(super) address: SocketAddr,
    pub(super) data: PathBuf,
    pub(super) config: Option<PathBuf>,
}

/// When to stop.
pub(super) type Stop = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Tells a story, given its file's name and its text.
pub(super) type Player = Box<dyn FnMut(&str, &str) -> Result<(Story, Transcript), Failure>>;

/// By which rules a story is told.
pub(super) struct Rules {
    pub(super) pack: Option<String>,
    pub(super) config: Option<PathBuf>,
    pub(super) business: Option<String>,
}

/// What the doctor looks at.
pub(super) struct Settings {
    pub(super) listen: SocketAddr,
    pub(super) data: PathBuf,
    pub(super) reserve_bytes: u64,
    /// Names of the businesses' packs, each once.
    pub(super) packs: Vec<String>,
    pub(super) webhooks: Vec<Webhook>,
}

/// Where events go.
pub(super) struct Webhook {
    /// `default/crm`
    pub(super) name: String,
    pub(super) url: reqwest::Url,
    pub(super) allow_private: bool,
}

/// Runs the daemon: reads the configuration, sets up the log, starts, calls `ready` once it answers, and returns when it
/// was stopped and has finished what it acknowledged.
pub(super) async fn serve(setup: &Setup, ready: &mut dyn FnMut(&Ready), stop: Stop) -> Result<(), Failure> {
    let Setup {
        config,
        data,
        listen,
        watch,
        log,
        record,
        passing,
    } = setup;
    let loaded = config_of(config.as_deref(), data.as_deref())?;
    let filter = log.as_deref().unwrap_or(&loaded.log.level);
    crate::observe::init(filter, log_format(loaded.log.format)).map_err(|error| Failure::of(Exit::Usage, &error))?;
    let options = StartOptions {
        data: data.clone(),
        listen: *listen,
        record: record.clone(),
        compiled: passing.then(own_cache).flatten(),
    };
    let daemon = Daemon::start(loaded, options).await.map_err(|error| of_start(&error))?;
    ready(&Ready {
        address: daemon.address(),
        data: daemon.data().to_owned(),
        config: config.clone(),
    });
    match watch {
        Some((folder, business)) => {
            let watching = daemon.watch(business.as_deref(), folder.clone(), told_of);
            let watching = watching.map_err(|why| Failure::new(Exit::Usage, why))?;
            tokio::select! {
                () = watching => {}
                () = stop => {}
            }
        }
        None => stop.await,
    }
    daemon.stop().await;
    Ok(())
}

/// Somebody sits in front of it and edits: not for a log.
#[allow(clippy::print_stderr, reason = "the terminal of whoever writes the pack")]
fn told_of(watched: Watched) {
    match watched {
        Watched::InForce(rules) => eprintln!("{rules} is in force"),
        Watched::Wrong(why) => eprintln!("{why}\n\nthe rules in force stay"),
    }
}

fn of_start(error: &StartError) -> Failure {
    match error {
        StartError::Store(error) => of_open(error),
        StartError::Rules { .. }
        | StartError::Webhook { .. }
        | StartError::Mail { .. }
        | StartError::Secret { .. }
        | StartError::Token { .. } => Failure::of(Exit::Usage, error),
        StartError::Record(_) => Failure::of(Exit::Usage, error),
        StartError::Key(_)
        | StartError::Plugins(_)
        | StartError::Engine(_)
        | StartError::Kept(_)
        | StartError::Sender(_)
        | StartError::Listen { .. } => Failure::of(Exit::Refused, error),
    }
}

/// Makes the rules ready to be told stories.
pub(super) fn player(rules: &Rules) -> Result<Player, Failure> {
    let stage = stage(rules)?;
    Ok(Box::new(move |file, text| {
        stage.tell(file, text, true).map_err(|error| of_simulate(&error))
    }))
}

/// The rules of a pack, for a business of the configuration or for a made-up one.
pub(super) fn stage(rules: &Rules) -> Result<Stage, Failure> {
    let Rules {
        pack: named,
        config,
        business,
    } = rules;
    let plugins = plugins()?;
    let (pack, business, most) = match (config, named) {
        (None, named) => {
            let pack = pack(named.as_deref().unwrap_or("default"))?;
            (Arc::new(pack), None, crate::config::Budget::default())
        }
        (Some(file), named) => {
            let config = config_of(Some(file), None)?;
            let wanted = business.as_deref().unwrap_or("default");
            let found = config.businesses.values().find(|known| known.id.as_str() == wanted);
            let names = || {
                config
                    .businesses
                    .keys()
                    .map(BusinessId::as_str)
                    .collect::<Vec<_>>()
                    .join(", ")
            };
            let found = found.ok_or_else(|| {
                Failure::new(Exit::Usage, format!("no business {wanted:?}"))
                    .remedy(format!("name one with --business: {}", names()))
            })?;
            let pack = match named {
                Some(named) => Arc::new(pack(named)?),
                None => Arc::clone(&found.pack),
            };
            (pack, Some(Arc::new(found.clone())), config.plugins.budget)
        }
    };
    Stage::new(&plugins, &pack, business, most).map_err(|error| of_simulate(&error))
}

/// The conversations of a business in which anything happened since a moment, from a data folder that no daemon holds.
pub(super) fn recorded(data: &Path, business: &str, since: &str, stage: &Stage) -> Result<Vec<Recorded>, Failure> {
    let usage = |why: String| Failure::new(Exit::Usage, why);
    let business = BusinessId::new(business).map_err(|error| usage(error.to_string()))?;
    let since = Moment::parse(since).ok_or_else(|| {
        usage(format!(
            "{since:?} is no time; write it as 30d, 2026-03-02 or 2026-03-02T17:30:00Z"
        ))
    })?;
    let store = open(data)?;
    let period = Period::new(&since, &Moment::NOW, stage.calendar(), crate::daemon::system_time());
    let period = period.map_err(|error| usage(error.to_string()))?;
    let read = crate::backtest::read(&store, &business, period).map_err(|error| Failure::of(Exit::Refused, &error));
    store.close().map_err(|error| of_open(&error))?;
    read
}

fn plugins() -> Result<Plugins, Failure> {
    // Without a folder they are compiled each time, which takes some seconds.
    let options = own_cache().and_then(|folder| plugin_options(&folder).ok());
    Plugins::new(options.unwrap_or_default()).map_err(|error| Failure::of(Exit::Internal, &error))
}

/// The user's folder for what can be made again: of commands that have no data folder, and of the demo.
fn own_cache() -> Option<PathBuf> {
    let set = |name| {
        std::env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    let caches = set("XDG_CACHE_HOME").or_else(|| Some(set("HOME")?.join(".cache")))?;
    let folder = caches.join("baton");
    let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder);
    made.ok().map(|()| folder)
}

fn of_simulate(error: &SimulateError) -> Failure {
    match error {
        SimulateError::Rules(_) => Failure::of(Exit::Refused, error),
        SimulateError::Story { .. } | SimulateError::Run { .. } => Failure::of(Exit::Usage, error),
    }
}

/// The packs that this program carries, as the API would list them.
pub(super) fn built_in_packs() -> Result<Vec<Value>, Failure> {
    let load = |built_in: PackRef| {
        let pack = Pack::load(&built_in).map_err(|error| Failure::of(Exit::Internal, &error))?;
        Ok(json!({ "name": pack.name, "version": pack.version.to_string(), "description": pack.description }))
    };
    PackRef::built_in().map(load).collect()
}

/// The OpenAPI document.
pub(super) fn openapi() -> Result<String, Failure> {
    Ok(crate::api::openapi_json())
}

/// Reads the configuration for the doctor.
pub(super) fn settings(config: Option<&Path>) -> Result<Settings, Failure> {
    let config = config_of(config, None)?;
    let businesses = || config.businesses.values();
    let packs: std::collections::BTreeSet<_> = businesses().map(|business| business.pack.id()).collect();
    let webhooks = businesses().flat_map(|business| {
        business.webhooks.iter().map(|webhook| Webhook {
            name: format!("{}/{}", business.id, webhook.id),
            url: webhook.url.clone(),
            allow_private: webhook.allow_private,
        })
    });
    Ok(Settings {
        listen: config.http.listen,
        data: config.store.dir.clone(),
        reserve_bytes: config.store.reserve_bytes,
        packs: packs.into_iter().collect(),
        webhooks: webhooks.collect(),
    })
}

/// Whether a webhook may go to an address without `allow_private`.
pub(super) fn is_public(address: IpAddr) -> bool {
    crate::deliver::check_address(address).is_ok()
}

/// Verifies the store in a data folder that no daemon holds.
pub(super) fn verify(data: &Path) -> Result<Report, Failure> {
    must_be_there(data)?;
    admin::verify(data, Options::default()).map_err(|error| of_open(&error))
}

/// Writes a backup of a data folder that no daemon holds.
pub(super) fn backup(data: &Path, out: &mut dyn Write) -> Result<BackupSummary, Failure> {
    let store = open(data)?;
    let done = admin::backup(&store, out, Some(&readable)).map_err(|error| Failure::of(Exit::Refused, &error));
    store.close().map_err(|error| of_open(&error))?;
    done
}

/// What stands readable beside a row of a backup.
fn readable(kind: admin::Kind, payload: &[u8]) -> Option<Value> {
    let kind = match kind {
        admin::Kind::Conversation => record::Kind::Conversation,
        admin::Kind::Message => record::Kind::Message,
        admin::Kind::Handover => record::Kind::Handover,
        admin::Kind::Task => record::Kind::Task,
        admin::Kind::Event => record::Kind::Event,
        admin::Kind::Fact(_) => return None,
    };
    record::to_json(kind, payload)
}

/// Makes a data folder of a backup, whole or not at all.
pub(super) fn restore(input: &mut dyn Read, data: &Path) -> Result<BackupSummary, Failure> {
    admin::restore(input, data, Options::default()).map_err(|error| Failure::of(Exit::Refused, &error))
}

/// Makes a token in a data folder that no daemon holds; answers as the API does.
pub(super) fn create_token(data: &Path, business: &str, request: &TokenRequest) -> Result<Value, Failure> {
    let usage = |message: String| Failure::new(Exit::Usage, message);
    let TokenRequest {
        name,
        scope,
        agent,
        expires_at,
    } = request;
    let realm = match business {
        "*" => Realm::Every,
        business => Realm::One(BusinessId::new(business).map_err(|error| usage(error.to_string()))?),
    };
    let expires_at = expires_at
        .as_ref()
        .map(|at| at.parse::<Timestamp>().map(|at| Time(at.as_millisecond())));
    let request = crate::auth::TokenRequest {
        realm,
        scope: scope.parse::<Scope>().map_err(|error| usage(error.to_string()))?,
        agent: agent
            .as_deref()
            .map(AgentId::new)
            .transpose()
            .map_err(|error| usage(error.to_string()))?,
        name: name.clone(),
        expires_at: expires_at.transpose().map_err(|error| usage(error.to_string()))?,
    };
    let now = Time(Timestamp::now().as_millisecond());
    let minted = Token::mint(request, now).map_err(|error| Failure::of(Exit::Refused, &error))?;
    let store = open(data)?;
    keep(&store, &minted.token, true)?;
    store.close().map_err(|error| of_open(&error))?;
    let mut told = token_json(&minted.token);
    told["text"] = json!(minted.text);
    Ok(told)
}

/// All tokens of a data folder that no daemon holds, by id.
pub(super) fn tokens(data: &Path) -> Result<Vec<Value>, Failure> {
    let store = open(data)?;
    let mut told = Vec::new();
    let mut after = None;
    loop {
        let page = store
            .facts(FactTable::Tokens, "", after.as_deref(), 200)
            .map_err(|error| Failure::of(Exit::Refused, &error))?;
        for fact in &page {
            let token = Token::from_bytes(&fact.payload);
            told.push(token_json(&token.map_err(|error| {
                Failure::new(Exit::Refused, format!("token {} cannot be read", fact.key)).because(&error)
            })?));
        }
        match page.into_iter().last() {
            Some(last) => after = Some(last.key),
            None => break,
        }
    }
    store.close().map_err(|error| of_open(&error))?;
    Ok(told)
}

/// Makes a token of a data folder that no daemon holds worth nothing.
pub(super) fn revoke_token(data: &Path, id: &str) -> Result<(), Failure> {
    let store = open(data)?;
    let found = store
        .fact(FactTable::Tokens, id)
        .map_err(|error| Failure::of(Exit::Refused, &error))?;
    let Some(found) = found else {
        return Err(Failure::new(Exit::Refused, format!("no token {id:?}")).remedy("baton token list shows the ids"));
    };
    let unreadable = |error| Failure::new(Exit::Refused, format!("token {id} cannot be read")).because(&error);
    keep(&store, &Token::from_bytes(&found).map_err(unreadable)?, false)?;
    store.close().map_err(|error| of_open(&error))
}

/// Keeps a token, or takes it away; and writes down that it was done.
fn keep(store: &SledStore, token: &Token, is_new: bool) -> Result<(), Failure> {
    let change = FactChange {
        table: FactTable::Tokens,
        key: token.id.clone(),
        payload: is_new.then(|| token.to_bytes()),
    };
    // Which business reads of a token for every one: the one that is there when nobody names any.
    let business = match &token.realm {
        Realm::One(business) => business.as_str(),
        Realm::Every => "default",
    };
    let (was, is) = match is_new {
        true => (Value::Null, token_json(token)),
        false => (token_json(token), Value::Null),
    };
    let action = if is_new { "token.create" } else { "token.revoke" };
    let row = contact::entry(business, action, token.id.clone(), was, is);
    let step = Step {
        facts: vec![change, row],
        ..Step::default()
    };
    commit_and_wait(store, step)
        .map(drop)
        .map_err(|error| Failure::of(Exit::Refused, &error))
}

fn token_json(token: &Token) -> Value {
    let Token {
        id,
        realm,
        scope,
        agent,
        name,
        created_at,
        expires_at,
        digest: _,
    } = token;
    let time = |at: Time| Timestamp::from_millisecond(at.0).map(|at| at.to_string()).ok();
    json!({
        "id": id, "business": realm.to_string(), "scope": scope.as_str(), "agent": agent.as_ref().map(ToString::to_string), "name": name,
        "created_at": time(*created_at), "expires_at": expires_at.and_then(time),
    })
}

/// Opens the store of a folder that has one; a mistyped name must not make a new one.
fn open(data: &Path) -> Result<SledStore, Failure> {
    must_be_there(data)?;
    SledStore::open(data, Options::default()).map_err(|error| of_open(&error))
}

fn must_be_there(data: &Path) -> Result<(), Failure> {
    match fs::metadata(data.join("FORMAT")) {
        Ok(_) => Ok(()),
        Err(error) => Err(Failure::new(
            Exit::Refused,
            format!("there is no data folder of baton at {}", data.display()),
        )
        .because(&error)
        .remedy("name it with --data or BATON_DATA")),
    }
}

fn of_open(error: &OpenError) -> Failure {
    match error {
        OpenError::InUse { .. } => Failure::of(Exit::Refused, error)
            .remedy("a daemon that runs holds it; stop the daemon first, or ask it with --url and a token"),
        OpenError::Io { .. }
        | OpenError::NewerFormat { .. }
        | OpenError::NotAStore { .. }
        | OpenError::NoRoomForCopy { .. }
        | OpenError::Lost { .. }
        | OpenError::Database { .. }
        | OpenError::Read { .. } => Failure::of(Exit::Refused, error),
    }
}

fn pack(name: &str) -> Result<Pack, Failure> {
    Pack::load(&own_pack(name)?).map_err(|error| Failure::of(Exit::Refused, &error))
}

/// A pack as a command line names it: an archive, a folder, a built-in one, or one that is installed where the
/// environment says.
fn own_pack(name: &str) -> Result<PackRef, Failure> {
    let usage = |message: String| Failure::new(Exit::Usage, message);
    let set = |name| {
        std::env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    let config = crate::cli::serve::config_or_default(set("BATON_CONFIG"));
    let packs = Packs::of(config.as_deref(), set("BATON_DATA").as_deref());
    let nowhere = || Packs::of(None, None);
    let packs = packs.or_else(|_| nowhere())?;
    PackRef::find(name, Path::new(""), packs.shelf()).map_err(usage)
}

fn config_of(file: Option<&Path>, data: Option<&Path>) -> Result<Config, Failure> {
    match file {
        None => Ok(Config::embedded()),
        Some(file) => Config::load_for(file, data).map_err(|error| Failure::of(Exit::Usage, &error)),
    }
}

fn log_format(format: crate::config::LogFormat) -> crate::observe::LogFormat {
    match format {
        crate::config::LogFormat::Auto => crate::observe::LogFormat::Auto,
        crate::config::LogFormat::Pretty => crate::observe::LogFormat::Pretty,
        crate::config::LogFormat::Json => crate::observe::LogFormat::Json,
    }
}

#[cfg(test)]
pub(super) mod tests;
