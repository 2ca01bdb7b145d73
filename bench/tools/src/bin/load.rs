//! Sends the uploads of a set over kept-alive connections, as fast as the server takes them.
//!
//! `load PORT TOKEN CONNECTIONS CONTENT_TYPE SET`: every body is in memory before the clock starts. Prints one JSON object: uploads,
//! executions taken in, answers other than 202, wall seconds, latencies and the loader's own CPU seconds.

use std::error::Error;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use proctor_bench_tools::{cpu_seconds, read_bodies};

const ANSWER_SECONDS_MAX: Duration = Duration::from_secs(120);

#[derive(Default)]
struct Tally {
    latencies_us: Vec<u64>,
    executions: u64,
    refused: Vec<String>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [port, token, connections, content_type, set] = arguments.as_slice() else {
        return Err("usage: load PORT TOKEN CONNECTIONS CONTENT_TYPE SET".into());
    };
    let (port, connections): (u16, usize) = (port.parse()?, connections.parse()?);
    let bodies = read_bodies(Path::new(set))?;
    let next = AtomicUsize::new(0);
    let (began, cpu_before) = (Instant::now(), cpu_seconds()?);
    let tallies = thread::scope(|scope| {
        let senders: Vec<_> = (0..connections).map(|_| scope.spawn(|| send_all(port, token, content_type, &bodies, &next))).collect();
        senders.into_iter().map(|sender| sender.join().expect("a sender panicked")).collect::<io::Result<Vec<_>>>()
    })?;
    let (seconds, cpu) = (began.elapsed().as_secs_f64(), cpu_seconds()? - cpu_before);
    print_report(&bodies, tallies, seconds, cpu);
    Ok(())
}

fn send_all(port: u16, token: &str, content_type: &str, bodies: &[Vec<u8>], next: &AtomicUsize) -> io::Result<Tally> {
    let stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(ANSWER_SECONDS_MAX))?;
    let mut answers = BufReader::new(stream.try_clone()?);
    let mut tally = Tally::default();
    while let Some(body) = bodies.get(next.fetch_add(1, Ordering::Relaxed)) {
        let began = Instant::now();
        send(&stream, token, content_type, body)?;
        let (status, answer) = read_answer(&mut answers)?;
        tally.latencies_us.push(began.elapsed().as_micros().try_into().unwrap_or(u64::MAX));
        if status == 202 {
            tally.executions += queued(&answer).unwrap_or_default();
        } else {
            tally.refused.push(format!("{status} {answer}"));
        }
    }
    Ok(tally)
}

fn send(mut stream: &TcpStream, token: &str, content_type: &str, body: &[u8]) -> io::Result<()> {
    let mut request = format!(
        "POST /v1/uploads HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Token token=\"{token}\"\r\n\
         Content-Type: {content_type}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    // A small body goes out with its head, in one call.
    if body.len() <= 256 * 1024 {
        request.extend_from_slice(body);
        return stream.write_all(&request);
    }
    stream.write_all(&request)?;
    stream.write_all(body)
}

fn read_answer(answers: &mut BufReader<TcpStream>) -> io::Result<(u16, String)> {
    let mut line = String::new();
    answers.read_line(&mut line)?;
    let malformed = || io::Error::new(io::ErrorKind::InvalidData, "the answer is not HTTP");
    let status = line.split(' ').nth(1).and_then(|code| code.parse().ok()).ok_or_else(malformed)?;
    let mut length = 0;
    loop {
        line.clear();
        answers.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().map_err(|_| malformed())?;
        }
    }
    let mut body = vec![0; length];
    answers.read_exact(&mut body)?;
    Ok((status, String::from_utf8_lossy(&body).into_owned()))
}

/// The number behind `"queued":`.
fn queued(answer: &str) -> Option<u64> {
    let rest = answer.split_once("\"queued\":")?.1;
    rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

fn print_report(bodies: &[Vec<u8>], tallies: Vec<Tally>, seconds: f64, cpu: f64) {
    let mut latencies: Vec<u64> = tallies.iter().flat_map(|tally| tally.latencies_us.iter().copied()).collect();
    latencies.sort_unstable();
    let quantile = |share: f64| latencies.get(((latencies.len().max(1) - 1) as f64 * share) as usize).map_or(0.0, |us| *us as f64 / 1e3);
    let refused: Vec<&String> = tallies.iter().flat_map(|tally| &tally.refused).collect();
    let report = serde_json::json!({
        "uploads": latencies.len(),
        "bytes": bodies.iter().map(Vec::len).sum::<usize>(),
        "executions": tallies.iter().map(|tally| tally.executions).sum::<u64>(),
        "refused": refused.len(),
        "first_refusals": refused.iter().take(3).collect::<Vec<_>>(),
        "seconds": seconds,
        "loader_cpu_seconds": cpu,
        "latency_ms": { "p50": quantile(0.5), "p95": quantile(0.95), "p99": quantile(0.99), "max": quantile(1.0) },
    });
    println!("{report}");
}
