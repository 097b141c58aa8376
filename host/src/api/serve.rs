//! Connections: who may hold one, how slow they may be, and how all of them end.
//!
//! `axum::serve` sets no timer, so hyper's header timeout would never run and a client could hold a connection
//! with one byte a minute; so connections are driven here. Three clocks guard one: the header timeout
//! (slow request heads), the request timeout of `gate` (slow bodies, slow answers) and the write timeout
//! (clients that do not read).

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulConnection, GracefulShutdown};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::{sleep, timeout};
use tokio_io_timeout::TimeoutStream;
use tower::ServiceExt;

use super::{Backend, Options, router};

/// The other end of a request's connection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) SocketAddr);

/// Why serving ended other than by being asked to.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Requests that had begun were cut off; what they had committed stays.
    #[error("{connections} connections were still open after {waited_ms} ms and were cut off")]
    Drain {
        /// How many.
        connections: usize,
        /// How long they were waited for.
        waited_ms: u128,
    },
}

/// Serves the API until `stop` turns `true`; then accepts nothing more, ends event streams, finishes the requests
/// that have begun, and returns.
///
/// # Errors
///
/// When requests did not finish within [`Options::drain_timeout`].
pub async fn serve(
    listener: TcpListener,
    backend: Arc<dyn Backend>,
    options: Options,
    mut stop: watch::Receiver<bool>,
) -> Result<(), ServeError> {
    let app = router(backend, options.clone(), stop.clone());
    let slots = Arc::new(Semaphore::new(options.connections));
    let graceful = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            // A sender that is gone stops too: nobody could ask us later.
            _ = stop.wait_for(|stop| *stop) => break,
            accepted = async {
                let slot = Arc::clone(&slots).acquire_owned().await.expect("it is never closed");
                (slot, listener.accept().await)
            } => accepted,
        };
        let (slot, (socket, peer)) = match accepted {
            (slot, Ok(accepted)) => (slot, accepted),
            (_, Err(error)) => {
                // Out of descriptors, most likely: some time lets connections end. One that was reset is no harm.
                tracing::warn!(%error, "a connection was not accepted");
                sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let connection = graceful.watch(connect(socket, peer, app.clone(), &options));
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%peer, %error, "a connection ended early");
            }
            drop(slot);
        });
    }
    drop(listener);
    let open = || options.connections - slots.available_permits();
    tracing::info!(
        connections = open(),
        "nothing more is accepted; finishing what has begun"
    );
    timeout(options.drain_timeout, graceful.shutdown())
        .await
        .map_err(|_| ServeError::Drain {
            connections: open(),
            waited_ms: options.drain_timeout.as_millis(),
        })
}

/// One connection, to be driven to its end.
fn connect(
    socket: TcpStream,
    peer: SocketAddr,
    app: Router,
    options: &Options,
) -> impl GracefulConnection<Error = hyper::Error> + Send + use<> {
    // Answers are small and waited for.
    if let Err(error) = socket.set_nodelay(true) {
        tracing::debug!(%peer, %error, "TCP_NODELAY was not set");
    }
    let mut socket = TimeoutStream::new(socket);
    socket.set_write_timeout(Some(options.write_timeout));
    let service = app.map_request(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(Peer(peer));
        request.map(Body::new)
    });
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(options.header_timeout)
        .serve_connection(TokioIo::new(Box::pin(socket)), TowerToHyperService::new(service))
}
