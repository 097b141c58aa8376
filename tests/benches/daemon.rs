//! The daemon from outside: one message after the other, and many clients at once, durable each.
//!
//! `cargo bench -p baton-tests --bench daemon`. The client shares the machine with the daemon, so it does as little as it
//! can: one connection for each client, requests made beforehand, answers looked at for their status only.

#![allow(clippy::print_stdout, reason = "the figures are its purpose")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use baton_tests::Daemon;

const PROGRAM: &str = env!("CARGO_BIN_EXE_baton-under-test");
const RUN: Duration = Duration::from_secs(8);
const ROUNDS: usize = 3;

/// An ordinary chat that needs nobody: the customer and the bot in turns.
const TEXTS: [&str; 8] = [
    "Hi, my air conditioner has been making a clicking noise since Tuesday. What could that be?",
    "A clicking noise often comes from the relay. Does it click when the unit starts, or all the time?",
    "Only when it starts, and then it runs as usual. It is the model from 2019 with the white front.",
    "Then it is most likely the contactor. You can book a visit for a check on our page, from tomorrow on.",
    "Good to know. What would a visit like that cost, roughly, and how long does it usually take?",
    "A check takes about an hour and costs 89 dollars. The part, if it is needed, is another 40.",
    "All right, I will look at my calendar tonight and pick a day next week. Thursday could work.",
    "Thursday still has openings in the morning and after four. Have a good evening!",
];

fn main() {
    if std::env::args().any(|arg| arg == "--test") {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let daemon = Daemon::start(PROGRAM, &folder.path().join("data"), None);
    let address = daemon.url.trim_start_matches("http://").to_owned();
    println!(
        "clients  messages/s  median ms  p99 ms   (best and worst of {ROUNDS} rounds of {} s)",
        RUN.as_secs()
    );
    for clients in [1, 16, 64] {
        let mut rounds: Vec<(f64, f64, f64)> = (0..ROUNDS)
            .map(|round| run(&address, daemon.token(), clients, round))
            .collect();
        rounds.sort_by(|a, b| b.0.total_cmp(&a.0));
        for (mark, (rate, median, p99)) in [("best", rounds[0]), ("worst", rounds[ROUNDS - 1])] {
            println!("{clients:>7}  {rate:>10.0}  {median:>9.2}  {p99:>6.2}   {mark}");
        }
    }
    daemon.stop();
}

/// Messages a second, and the median and p99 of their times in milliseconds.
fn run(address: &str, token: &str, clients: usize, round: usize) -> (f64, f64, f64) {
    let began = Instant::now();
    let threads: Vec<_> = (0..clients)
        .map(|client| {
            let (address, token) = (address.to_owned(), token.to_owned());
            std::thread::spawn(move || talk(&address, &token, &format!("b{clients}-{round}-{client}"), began + RUN))
        })
        .collect();
    let mut times: Vec<f64> = threads
        .into_iter()
        .flat_map(|t| t.join().expect("a client does not panic"))
        .collect();
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    (times.len() as f64 / began.elapsed().as_secs_f64(), at(0.5), at(0.99))
}

/// One customer after the other, each with a handful of ordinary messages of some 100 characters.
fn talk(address: &str, token: &str, name: &str, until: Instant) -> Vec<f64> {
    let stream = TcpStream::connect(address).expect("the daemon listens");
    stream.set_nodelay(true).expect("it is a socket");
    let mut reader = BufReader::new(stream.try_clone().expect("it is a socket"));
    let (mut writer, mut times, mut n) = (stream, Vec::new(), 0_usize);
    while Instant::now() < until {
        let (conversation, speaker) = (n / TEXTS.len(), if n % 2 == 0 { "customer" } else { "bot" });
        let text = TEXTS[n % TEXTS.len()];
        let body = format!(
            "{{\"id\":\"m{n}\",\"speaker\":\"{speaker}\",\"text\":\"{text}\",\"channel\":\"web\",\"bot\":\"bot\"}}"
        );
        let request = format!(
            "POST /v1/conversations/{name}-{conversation}/messages HTTP/1.1\r\nhost: b\r\nauthorization: Bearer {token}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        let began = Instant::now();
        writer.write_all(request.as_bytes()).expect("the daemon reads");
        let status = answer(&mut reader);
        assert_eq!(status, 200, "an ordinary message is judged");
        times.push(began.elapsed().as_secs_f64() * 1e3);
        n += 1;
    }
    times
}

fn answer(reader: &mut BufReader<TcpStream>) -> u16 {
    let (mut status, mut length, mut line) = (0, 0, String::new());
    loop {
        line.clear();
        reader.read_line(&mut line).expect("the daemon answers");
        if line == "\r\n" {
            break;
        }
        if let Some(rest) = line.strip_prefix("HTTP/1.1 ") {
            status = rest[..3].parse().expect("a status");
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().expect("a length");
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("the daemon answers whole");
    status
}
