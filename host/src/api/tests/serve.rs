//! Real connections: slow clients are ended, and a stop finishes what had begun.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use super::{HELLO, World};
use crate::api::{Backend, Options, ServeError, serve};
use crate::auth::Scope;

async fn start(world: &World, options: Options) -> (std::net::SocketAddr, JoinHandle<Result<(), ServeError>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("bound");
    let backend = Arc::clone(&world.fake) as Arc<dyn Backend>;
    (
        address,
        tokio::spawn(serve(listener, backend, options, world.stop.subscribe())),
    )
}

async fn open(address: std::net::SocketAddr, request: &str) -> TcpStream {
    let mut socket = TcpStream::connect(address).await.expect("it listens");
    socket.write_all(request.as_bytes()).await.expect("it reads");
    socket
}

/// All that comes until the connection ends; fails after 10 s.
async fn rest(mut socket: TcpStream) -> String {
    let mut text = Vec::new();
    let read = timeout(Duration::from_secs(10), socket.read_to_end(&mut text)).await;
    read.expect("the connection ends").expect("it ends in order");
    String::from_utf8(text).expect("UTF-8")
}

fn say(world: &World, conversation: &str) -> String {
    let (token, length) = (&world.tokens[&Scope::Bot], HELLO.len());
    format!(
        "POST /v1/conversations/{conversation}/messages HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{HELLO}"
    )
}

#[tokio::test]
async fn a_client_that_trickles_its_headers_is_ended() {
    let world = World::new();
    let (address, _) = start(
        &world,
        Options {
            header_timeout: Duration::from_millis(100),
            ..Options::default()
        },
    )
    .await;
    let socket = open(address, "GET /healthz HTTP/1.1\r\nhost: x\r\n").await;
    assert_eq!(rest(socket).await, "");
    let socket = open(address, "GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
    assert!(rest(socket).await.ends_with("alive\n"));
}

#[tokio::test]
async fn a_body_that_never_ends_is_answered_in_time() {
    let world = World::new();
    let (address, _) = start(
        &world,
        Options {
            request_timeout: Duration::from_millis(100),
            ..Options::default()
        },
    )
    .await;
    let request = say(&world, "chat-17").replace("\r\nhost: x", "\r\nhost: x\r\nconnection: close");
    let socket = open(address, &request[..request.len() - 1]).await;
    let answer = rest(socket).await;
    assert!(
        answer.starts_with("HTTP/1.1 503") && answer.contains("/problems/timed-out"),
        "{answer}"
    );
    assert!(world.fake.said().is_empty());
}

#[tokio::test]
async fn a_client_that_does_not_read_its_events_is_dropped() {
    let world = World::new();
    let options = Options {
        write_timeout: Duration::from_millis(200),
        ..Options::default()
    };
    let (address, _) = start(&world, options).await;
    // More than the buffers of both ends of a socket hold.
    let long = format!("message.{}", "x".repeat(64 * 1024));
    world.fake.publish(&vec![long.as_str(); 400]);
    let token = &world.tokens[&Scope::Operator];
    let mut socket = open(
        address,
        &format!("GET /v1/events?after=0 HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n\r\n"),
    )
    .await;
    sleep(Duration::from_secs(1)).await;
    let mut text = Vec::new();
    let read = timeout(Duration::from_secs(10), socket.read_to_end(&mut text))
        .await
        .expect("the connection ends");
    assert!(
        read.is_err() || text.len() < 400 * 64 * 1024,
        "all {} bytes came",
        text.len()
    );
}

#[tokio::test]
async fn a_stop_finishes_what_had_begun_ends_streams_and_accepts_nothing_more() {
    let world = World::new();
    let (address, served) = start(&world, Options::default()).await;
    let token = &world.tokens[&Scope::Operator];
    let stream = open(
        address,
        &format!("GET /v1/events HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n\r\n"),
    )
    .await;
    let request = say(&world, "chat-17");
    let (first, last) = request.split_at(request.len() - 1);
    let mut begun = open(address, first).await;
    let idle = open(address, "").await;
    sleep(Duration::from_millis(100)).await;
    world.stop.send_replace(true);
    sleep(Duration::from_millis(100)).await;
    assert!(TcpStream::connect(address).await.is_err(), "nothing more is accepted");
    begun.write_all(last.as_bytes()).await.expect("it still reads");
    let answer = rest(begun).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let events = rest(stream).await;
    assert!(events.ends_with("0\r\n\r\n"), "the stream ends in order: {events}");
    assert_eq!(rest(idle).await, "");
    served.await.expect("no panic").expect("all was finished");
    assert_eq!(world.fake.said().len(), 1);
}

#[tokio::test]
async fn a_stop_waits_no_longer_than_it_is_told() {
    let world = World::new();
    let (address, served) = start(
        &world,
        Options {
            drain_timeout: Duration::from_millis(100),
            ..Options::default()
        },
    )
    .await;
    let _slow = open(address, &say(&world, "slow")).await;
    sleep(Duration::from_millis(100)).await;
    world.stop.send_replace(true);
    let error = served.await.expect("no panic").expect_err("a request was cut off");
    assert_eq!(
        error.to_string(),
        "1 connections were still open after 100 ms and were cut off"
    );
}
