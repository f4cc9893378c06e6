//! A web server on this computer that fails on purpose, by a script, and keeps a log of what it was asked.

use std::collections::{HashMap, VecDeque};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// What the server does with one request.
#[derive(Clone, Debug)]
pub enum Act {
    /// Serves the file, or the range that is asked for.
    Serve,
    /// Serves the whole file, whatever is asked for.
    IgnoreRange,
    /// Answers this status, with a Retry-After if there is one.
    Status(u16, Option<&'static str>),
    /// Announces all bytes and closes the connection after this many.
    Drop(usize),
    /// Announces all bytes and says nothing more after this many.
    Stall(usize),
    /// Takes the request and never answers.
    Mute,
    /// Announces and sends only this many bytes.
    Shorten(usize),
    /// Sends only this many bytes, without saying how many there are.
    EndEarly(usize),
    /// Serves with one bit of this byte turned over.
    Alter(usize),
    /// Sends this many bytes too many, without saying how many there are.
    Lengthen(usize),
    /// Answers a range with the one that begins a byte later.
    ShiftRange,
}

/// One request, as it was asked and answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    pub path: String,
    /// First byte and, if given, last byte.
    pub range: Option<(usize, Option<usize>)>,
    pub if_range: Option<String>,
    /// Bytes of body handed to the connection.
    pub sent: usize,
}

#[derive(Default)]
struct State {
    files: HashMap<String, Vec<u8>>,
    scripts: HashMap<String, VecDeque<Act>>,
    log: Vec<Request>,
    tag: String,
}

/// The server; it ends when it is dropped.
pub struct Server {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    closed: Arc<AtomicBool>,
}

impl Server {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("its address");
        let state = Arc::new(Mutex::new(State { tag: "\"first\"".to_string(), ..State::default() }));
        let closed = Arc::new(AtomicBool::new(false));
        let (shared, end) = (state.clone(), closed.clone());
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if end.load(Ordering::SeqCst) {
                    return;
                }
                let (shared, end) = (shared.clone(), end.clone());
                thread::spawn(move || answer(stream, &shared, &end));
            }
        });
        Self { address, state, closed }
    }

    /// Serves `bytes` at `path`, after these acts have been played, one for each request.
    pub fn put(&self, path: &str, bytes: &[u8], script: impl IntoIterator<Item = Act>) -> String {
        let mut state = self.state.lock().expect("no panic");
        state.files.insert(path.to_string(), bytes.to_vec());
        state.scripts.insert(path.to_string(), script.into_iter().collect());
        format!("http://{}{path}", self.address)
    }

    /// The entity tag from now on.
    pub fn set_tag(&self, tag: &str) {
        self.state.lock().expect("no panic").tag = tag.to_string();
    }

    /// The requests so far.
    pub fn log(&self) -> Vec<Request> {
        self.state.lock().expect("no panic").log.clone()
    }

    /// The requests for one path.
    pub fn asked(&self, path: &str) -> Vec<Request> {
        self.log().into_iter().filter(|request| request.path == path).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.closed.store(true, Ordering::SeqCst);
        // The listener waits for one more connection before it looks.
        let _ = TcpStream::connect(self.address);
    }
}

/// An address where nobody listens.
pub fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("its address");
    drop(listener);
    format!("http://{address}/file")
}

fn answer(mut stream: TcpStream, shared: &Mutex<State>, closed: &AtomicBool) {
    let Some(mut request) = read_request(&stream) else {
        let _ =
            stream.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        return;
    };
    let (body, act, tag, place) = {
        let mut state = shared.lock().expect("no panic");
        let act = state.scripts.get_mut(&request.path).and_then(VecDeque::pop_front).unwrap_or(Act::Serve);
        let body = state.files.get(&request.path).cloned();
        request.sent = 0;
        state.log.push(request.clone());
        (body, act, state.tag.clone(), state.log.len() - 1)
    };
    let Some(body) = body else {
        let _ = stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        return;
    };
    let (head, bytes) = prepare(&request, &act, body, &tag);
    if matches!(act, Act::Mute) {
        return hold(&mut stream, closed);
    }
    let most = match act {
        Act::Drop(count) | Act::Stall(count) => count.min(bytes.len()),
        _ => bytes.len(),
    };
    if stream.write_all(head.as_bytes()).is_err() {
        return;
    }
    for piece in bytes[..most].chunks(16 << 10) {
        if stream.write_all(piece).is_err() {
            return;
        }
        shared.lock().expect("no panic").log[place].sent += piece.len();
    }
    let _ = stream.flush();
    if matches!(act, Act::Stall(_)) {
        return hold(&mut stream, closed);
    }
    let _ = stream.shutdown(Shutdown::Write);
}

/// Head and body of the answer, before a fault cuts it off.
fn prepare(request: &Request, act: &Act, mut body: Vec<u8>, tag: &str) -> (String, Vec<u8>) {
    let close = format!("ETag: {tag}\r\nConnection: close\r\n");
    match act {
        Act::Status(status, retry_after) => {
            let retry_after = retry_after.map_or(String::new(), |value| format!("Retry-After: {value}\r\n"));
            return (
                format!("HTTP/1.1 {status} Fault\r\n{retry_after}Content-Length: 0\r\n{close}\r\n"),
                Vec::new(),
            );
        }
        Act::Shorten(count) => body.truncate(*count),
        Act::Alter(place) => body[*place] ^= 1,
        Act::EndEarly(count) => {
            body.truncate(*count);
            return (format!("HTTP/1.1 200 OK\r\n{close}\r\n"), body);
        }
        Act::Lengthen(count) => {
            body.extend(vec![7; *count]);
            return (format!("HTTP/1.1 200 OK\r\n{close}\r\n"), body);
        }
        _ => {}
    }
    let total = body.len();
    let is_same = request.if_range.as_deref().is_none_or(|known| known == tag);
    let range = request.range.filter(|_| is_same && !matches!(act, Act::IgnoreRange));
    let Some((first, last)) = range else {
        return (format!("HTTP/1.1 200 OK\r\nContent-Length: {total}\r\n{close}\r\n"), body);
    };
    if first >= total {
        let head =
            format!("HTTP/1.1 416 No\r\nContent-Range: bytes */{total}\r\nContent-Length: 0\r\n{close}\r\n");
        return (head, Vec::new());
    }
    let first = if matches!(act, Act::ShiftRange) { first + 1 } else { first };
    let last = last.unwrap_or(total - 1).min(total - 1);
    let bytes = body[first..=last].to_vec();
    let length = bytes.len();
    let range = format!("Content-Range: bytes {first}-{last}/{total}\r\nContent-Length: {length}\r\n");
    (format!("HTTP/1.1 206 Partial Content\r\n{range}{close}\r\n"), bytes)
}

fn read_request(stream: &TcpStream) -> Option<Request> {
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next()?.ok()?;
    let path = first.split(' ').nth(1)?.to_string();
    let mut request = Request { path, range: None, if_range: None, sent: 0 };
    for line in lines {
        let line = line.ok()?;
        if line.is_empty() {
            return Some(request);
        }
        let (name, value) = line.split_once(':')?;
        match name.to_ascii_lowercase().as_str() {
            "range" => {
                let (first, last) = value.trim().strip_prefix("bytes=")?.split_once('-')?;
                request.range = Some((first.parse().ok()?, last.parse().ok()));
            }
            "if-range" => request.if_range = Some(value.trim().to_string()),
            _ => {}
        }
    }
    None
}

/// Keeps the connection open, in silence, until the other side or the server ends it.
fn hold(stream: &mut TcpStream, closed: &AtomicBool) {
    let _ = stream.set_read_timeout(Some(Duration::from_millis(10)));
    while !closed.load(Ordering::SeqCst) {
        match stream.read(&mut [0; 64]) {
            Ok(0) => return,
            Ok(_) => {}
            Err(e) if matches!(e.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) => {}
            Err(_) => return,
        }
    }
}
