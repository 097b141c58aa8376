//! The daemon: opens, starts and joins the parts, and stops them in the order that loses nothing.
//!
//! Start: lock and open the store, put the rules in force, fill the engine, then deliver, fire timers, and only
//! then listen: whoever is answered is answered by a whole daemon. Stop: no new requests, finish what has
//! begun, then the deliveries under way, then the store. A kill at any moment is a stop too; it only leaves
//! more to do for the next start.

mod activate;
mod first_token;
mod hot_folder;
mod key;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use baton_core::{BusinessId, Time};
use baton_plugin::{PluginOptions, Plugins, PluginsError};
use baton_store::{OpenError, SledStore, Store};
use tokio::net::TcpListener;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

use crate::api;
use crate::auth::Token;
use crate::calls::{RECORDING_BYTES, RecordError, Recorder};
use crate::config::{self, Config};
use crate::deliver::mail::{Post, PostError, Readers};
use crate::deliver::{self, Endpoint, EndpointError, Endpoints, Meters};
use crate::directory::Directory;
use crate::engine::{Door, Engine, EngineError, EngineParts, StartEngineError, Tenant};
use crate::observe::Metrics;
use crate::pack::{Pack, PackRef, Shelf};
use crate::rules::{Generation, Keep, LoadRulesError, Loader, Onlookers};

pub use hot_folder::Watched;
pub use key::KeyError;

/// What differs from the configuration.
#[derive(Debug, Clone, Default)]
pub struct StartOptions {
    /// Another data folder.
    pub data: Option<PathBuf>,
    /// Another address.
    pub listen: Option<SocketAddr>,
    /// Where every call of a plugin is written down with its input.
    pub record: Option<PathBuf>,
    /// Another folder for compiled plugins and their key than the data folder, which outlives a data folder that does not.
    pub compiled: Option<PathBuf>,
}

/// Why the daemon did not start. Nothing was changed but what had been begun before.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data folder cannot be used.
    #[error(transparent)]
    Store(#[from] OpenError),
    /// The key of the plugin cache cannot be had.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The plugin host does not run here.
    #[error("plugins cannot run on this machine")]
    Plugins(#[from] PluginsError),
    /// A business's rules cannot be put in force.
    #[error("the rules of business {business} cannot be put in force")]
    Rules {
        /// Whose.
        business: BusinessId,
        /// What is wrong with them.
        #[source]
        source: LoadRulesError,
    },
    /// A webhook cannot be used.
    #[error("a webhook of business {business} cannot be used")]
    Webhook {
        /// Whose.
        business: BusinessId,
        /// What is wrong with it.
        #[source]
        source: EndpointError,
    },
    /// Mail cannot be sent.
    #[error("mail of business {business} cannot be sent")]
    Mail {
        /// Whose.
        business: BusinessId,
        /// What is wrong with its server.
        #[source]
        source: PostError,
    },
    /// A webhook's secret cannot sign.
    #[error("the secret of webhook {webhook:?} of business {business} cannot be used")]
    Secret {
        /// Whose.
        business: BusinessId,
        /// Which one.
        webhook: String,
        /// What is wrong with it.
        #[source]
        source: deliver::SecretError,
    },
    /// A token of the environment is none.
    #[error(
        "the token {name:?} of business {business} is not of the form baton_ID_SECRET; make one with `baton token create`"
    )]
    Token {
        /// Whose.
        business: BusinessId,
        /// Its name.
        name: String,
    },
    /// The engine did not start.
    #[error(transparent)]
    Engine(#[from] StartEngineError),
    /// Something that start keeps could not be kept, or read.
    #[error("the data folder cannot be written or read")]
    Kept(#[from] EngineError),
    /// No deliveries can be made.
    #[error("webhooks cannot be sent from this machine")]
    Sender(#[from] reqwest::Error),
    /// Calls cannot be recorded.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}; is another daemon running there? choose another with --listen")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// The system's answer.
        #[source]
        source: std::io::Error,
    },
}

/// A running daemon.
pub struct Daemon {
    address: SocketAddr,
    data: PathBuf,
    engine: Arc<Engine>,
    stop: watch::Sender<bool>,
    api: JoinHandle<Result<(), api::ServeError>>,
    timers: JoinHandle<()>,
    deliveries: JoinHandle<()>,
    house: JoinHandle<()>,
    drain: Duration,
}

/// Options of a plugin host that keeps what it compiles in a folder, which must be there and this user's alone.
///
/// # Errors
///
/// When the key that authenticates what is kept cannot be read or made.
pub fn plugin_options(folder: &Path) -> Result<PluginOptions, KeyError> {
    Ok(PluginOptions {
        cache_dir: Some(folder.join("plugin-cache")),
        cache_key: key::cache_key(folder)?,
        ..PluginOptions::default()
    })
}

impl Daemon {
    /// Starts everything.
    ///
    /// # Errors
    ///
    /// The first thing that does not work, with its remedy.
    pub async fn start(config: Config, options: StartOptions) -> Result<Self, StartError> {
        let data = options.data.unwrap_or_else(|| config.store.dir.clone());
        let address = options.listen.unwrap_or(config.http.listen);
        let store: Arc<dyn Store> = Arc::new(SledStore::open(&data, store_options(&config.store))?);
        let meters = Meters::default();
        let metrics = Arc::new(Metrics::with(|registry| meters.register(registry)));
        let usual = plugin_options(options.compiled.as_deref().unwrap_or(&data))?;
        let plugins = PluginOptions {
            cache_dir: config.plugins.cache_dir.clone().or(usual.cache_dir),
            calls: usual.calls.max(config.plugins.threads.unwrap_or(0).into()),
            ..usual
        };
        let recorder = options.record.map(|file| Recorder::begin(&file, RECORDING_BYTES));
        let onlookers = Onlookers {
            logs: Some(Arc::default()),
            calls: recorder
                .transpose()?
                .map(|recorder| -> Arc<Keep> { Arc::new(move |call| recorder.keep(call)) }),
        };
        let loader = Loader {
            onlookers,
            plugins: Plugins::new(plugins)?,
            most: config.plugins.budget,
            find: {
                let shelf = config.shelf.clone();
                Box::new(move |word| find_pack(word, &shelf))
            },
        };
        let directory = Arc::new(Directory::default());
        let links = key::link_key(&data)?;
        let with_mail = || config.businesses.values().filter(|business| business.email.is_some());
        let has_mail = with_mail().next().is_some();
        let readers = with_mail().map(|business| business.id.clone()).collect();
        let readers = Arc::new(Readers::new(Arc::clone(&directory), readers));
        let post = Post::new(with_mail(), Arc::clone(&store), Arc::clone(&readers), links.clone());
        let post = post.map_err(|(business, source)| StartError::Mail { business, source })?;
        let endpoints = Arc::new(endpoints(&config, &*store)?.with_readers(readers));
        let (mut tenants, mut tokens) = (Vec::new(), Vec::new());
        for business in config.businesses.values() {
            tokens.extend(configured_tokens(business)?);
            let business = Arc::new(business.clone());
            let chosen = activate::choose(&*store, &business, &loader)?;
            let failed = |source| StartError::Rules {
                business: business.id.clone(),
                source,
            };
            let made = Generation::load(&loader.plugins, &business, &chosen.pack, chosen.number, loader.most);
            let generation = made.map_err(failed)?;
            generation.watch(loader.onlookers.clone());
            chosen.remember(&store, &business, &generation, &endpoints)?;
            tenants.push(Tenant::new(business, Arc::new(generation), Arc::clone(&endpoints)));
        }
        let deliveries = Arc::new(Notify::new());
        let engine = Engine::start(EngineParts {
            threads: config.plugins.threads.map(usize::from),
            store: Arc::clone(&store),
            tenants,
            tokens,
            metrics,
            clock: Box::new(system_time),
            deliveries: Arc::clone(&deliveries),
            directory,
            links,
            loader,
        })?;
        let listen_failed = |source| StartError::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(listen_failed)?;
        let address = listener.local_addr().map_err(listen_failed)?;
        first_token::make(&engine, &data).await?;
        let (stop, stopped) = watch::channel(false);
        let has_webhooks = config.businesses.values().any(|business| !business.webhooks.is_empty());
        let deliveries = if has_webhooks || has_mail {
            let options = deliver::Options {
                seed: u64::from(std::process::id()),
                ..deliver::Options::default()
            };
            let worker = deliver::Worker::new(store, endpoints, options, Arc::new(system_time), deliveries, meters)?;
            tokio::spawn(worker.with_post(Arc::new(post)).run(when(stopped.clone())))
        } else {
            // Nothing is sent, so no root certificates are asked for.
            tokio::spawn(when(stopped.clone()))
        };
        let house = Arc::clone(&engine);
        let house = tokio::spawn(async move {
            tokio::join!(Arc::clone(&house).keep_house(), house.keep_digests());
        });
        let timers = tokio::spawn(Arc::clone(&engine).fire_timers());
        engine.pass_on_what_strangers_hold();
        engine.offer_all_waiting();
        let http = api_options(&config.http);
        let drain = http.drain_timeout;
        let api = tokio::spawn(api::serve(listener, Arc::new(Door(Arc::clone(&engine))), http, stopped));
        Ok(Self {
            address,
            data,
            engine,
            stop,
            api,
            timers,
            deliveries,
            house,
            drain,
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Puts the pack of a folder in force for a business now and after each change, for as long as it is polled; `tell` hears
    /// what came of it.
    ///
    /// # Errors
    ///
    /// When there is no such business, or several and none is named.
    pub fn watch(
        &self,
        business: Option<&str>,
        folder: PathBuf,
        tell: impl Fn(Watched),
    ) -> Result<impl Future<Output = ()>, String> {
        let known: Vec<&BusinessId> = self.engine.businesses().collect();
        let names = || known.iter().map(|id| id.as_str()).collect::<Vec<_>>().join(", ");
        let meant = match (business, known.as_slice()) {
            (None, [one]) => Ok(*one),
            (None, _) => Err(format!(
                "there are several businesses; name one of {} with --business",
                names()
            )),
            (Some(name), _) => {
                let found = known.iter().find(|id| id.as_str() == name).copied();
                found.ok_or_else(|| format!("there is no business `{name}`; there is {}", names()))
            }
        };
        Ok(hot_folder::watch(
            Arc::clone(&self.engine),
            meant?.clone(),
            folder,
            tell,
        ))
    }

    /// Its data folder.
    pub fn data(&self) -> &std::path::Path {
        &self.data
    }

    /// Stops in order: finishes what was acknowledged, then what is being delivered, then closes the store.
    pub async fn stop(self) {
        tracing::info!("stopping");
        self.stop.send_replace(true);
        match self.api.await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "requests were cut off"),
            Err(error) => tracing::error!(%error, "the API ended otherwise than by stopping"),
        }
        if !self.engine.stop(self.drain).await {
            tracing::warn!("steps were still under way and go on at the next start");
        }
        self.house.abort();
        for (part, task) in [("timers", self.timers), ("deliveries", self.deliveries)] {
            if let Err(error) = task.await {
                tracing::error!(part, %error, "a part ended otherwise than by stopping");
            }
        }
        tracing::info!("stopped");
    }
}

/// The system's clock, in the one place that may look at it.
pub fn system_time() -> Time {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Time(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

async fn when(mut stopped: watch::Receiver<bool>) {
    // A sender that is gone stops too.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

fn store_options(settings: &config::Store) -> baton_store::Options {
    let config::Store {
        dir: _,
        cache_bytes,
        reserve_bytes,
        queue,
        group_max,
        copy_before_recovery,
    } = settings.clone();
    let usual = baton_store::Options::default();
    baton_store::Options {
        cache_bytes,
        reserve_bytes,
        queue,
        group_max,
        copy_before_recovery,
        ..usual
    }
}

fn api_options(settings: &config::Http) -> api::Options {
    let config::Http {
        listen: _,
        body_bytes,
        request_timeout,
        header_timeout,
        write_timeout,
        drain_timeout,
        connections,
        in_flight,
        streams,
        rate_per_second,
        rate_burst,
        heartbeat,
        metrics,
    } = settings.clone();
    let metrics = match metrics {
        config::MetricsAccess::Open => api::MetricsAccess::Open,
        config::MetricsAccess::Loopback => api::MetricsAccess::Loopback,
        config::MetricsAccess::Token => api::MetricsAccess::Token,
    };
    api::Options {
        body_bytes,
        request_timeout,
        header_timeout,
        write_timeout,
        drain_timeout,
        connections,
        in_flight,
        streams,
        rate_per_second,
        rate_burst,
        heartbeat,
        metrics,
    }
}

/// A pack by `name` or `name@version`, built in or installed. A file or folder of the machine is not to be named over the API:
/// what is wrong with a pack is told with its lines.
fn find_pack(word: &str, shelf: &Shelf) -> Result<Arc<Pack>, String> {
    if PackRef::is_path(word) {
        return Err(format!(
            "{word:?} is a file or folder of the machine; install it with `baton pack install` and name it"
        ));
    }
    let found = PackRef::named(word, shelf)?;
    let pack = Pack::load(&found).map_err(|errors| errors.to_string())?;
    Ok(Arc::new(pack))
}

fn endpoints(config: &Config, store: &dyn Store) -> Result<Endpoints, StartError> {
    let mut all = Vec::new();
    for business in config.businesses.values() {
        for webhook in &business.webhooks {
            let config::Webhook {
                id,
                url,
                secret,
                events,
                allow_private,
            } = webhook.clone();
            let wrong = |source| StartError::Webhook {
                business: business.id.clone(),
                source,
            };
            let secret = deliver::Secret::parse(secret.expose()).map_err(|source| StartError::Secret {
                business: business.id.clone(),
                webhook: id.clone(),
                source,
            })?;
            let made = Endpoint::new(
                business.id.clone(),
                &id,
                url.as_str(),
                vec![secret],
                events,
                allow_private,
            );
            all.push(made.map_err(wrong)?);
        }
    }
    Endpoints::new(all, store).map_err(|error| {
        StartError::Kept(EngineError::Stored {
            what: "endpoint".to_owned(),
            source: Box::new(error),
        })
    })
}

fn configured_tokens(business: &config::Business) -> Result<Vec<Token>, StartError> {
    let made = business.tokens.iter().map(|token| {
        let wrong = || StartError::Token {
            business: business.id.clone(),
            name: token.name.clone(),
        };
        Token::configured(&business.id, token).ok_or_else(wrong)
    });
    made.collect()
}
