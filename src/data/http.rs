//! GET requests for a whole file or a range of it, with every answer sorted by what it means for a download.

use std::io::Read;
use std::ops::Range;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ureq::http::{HeaderMap, header};

use super::retry::show_duration;

/// How long to wait for a server.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TimeOuts {
    /// Until the connection stands, its encryption included.
    pub connect: Duration,
    /// Until the next byte arrives.
    pub stall: Duration,
}

impl Default for TimeOuts {
    fn default() -> Self {
        Self { connect: Duration::from_secs(15), stall: Duration::from_secs(30) }
    }
}

/// A request without a usable answer.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    #[error("{url}: the server answers {status}{}", meaning(*status))]
    Status { url: String, status: u16, retry_after: Option<Duration> },
    #[error("{url}: no connection within {}", show_duration(*limit))]
    Connect { url: String, limit: Duration },
    #[error("{url}: no byte arrived for {}", show_duration(*limit))]
    Stalled { url: String, limit: Duration },
    #[error("{url}: the server cannot be trusted ({reason}). Check this computer's date and its network.")]
    Untrusted { url: String, reason: String },
    #[error("{url}: {reason}")]
    Network { url: String, reason: String },
    #[error("{url}: not an address that can be asked ({reason})")]
    Address { url: String, reason: String },
}

impl HttpError {
    /// Whether the same request may well succeed later.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Status { status, .. } => matches!(status, 408 | 425 | 429 | 500 | 502 | 503 | 504),
            Self::Connect { .. } | Self::Stalled { .. } | Self::Network { .. } => true,
            Self::Untrusted { .. } | Self::Address { .. } => false,
        }
    }

    /// The wait that the server asked for.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}

fn meaning(status: u16) -> &'static str {
    match status {
        401 | 403 => " (access denied)",
        404 | 410 => " (not there)",
        416 => " (no such range)",
        429 => " (too many requests)",
        500 | 502 | 503 | 504 => " (out of order)",
        _ => "",
    }
}

/// The bytes that a request asks for.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// From here on; 0 asks for the whole file.
    pub from: u64,
    /// Up to here, exclusive; none for the rest of the file.
    pub until: Option<u64>,
    /// The entity tag of the file that the range must belong to; if it has changed, the whole comes.
    pub tag: Option<String>,
}

/// An answer with a body.
pub struct Answer {
    /// Where the body begins in the file: 0 if the server sends the whole.
    pub start: u64,
    /// Size of the whole file, as far as the server tells it.
    pub total: Option<u64>,
    /// A strong entity tag, which makes a later range request safe.
    pub tag: Option<String>,
    body: ureq::BodyReader<'static>,
    url: String,
    stall: Duration,
}

impl Answer {
    /// The next bytes of the body; 0 at its end.
    ///
    /// # Errors
    /// [`HttpError::Stalled`] or [`HttpError::Network`].
    pub fn read(&mut self, buffer: &mut [u8]) -> Result<usize, HttpError> {
        self.body.read(buffer).map_err(|e| sort(&self.url, ureq::Error::from(e), None, self.stall))
    }
}

/// A client that keeps its connections.
#[derive(Clone)]
pub struct Client {
    agent: ureq::Agent,
    time_outs: TimeOuts,
}

impl Client {
    /// A client with these limits. Statuses are sorted here, redirects followed, content taken as it is
    /// stored.
    pub fn new(time_outs: TimeOuts) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_resolve(Some(time_outs.connect))
            .timeout_connect(Some(time_outs.connect))
            .timeout_recv_response(Some(time_outs.stall))
            .timeout_per_read(Some(time_outs.stall))
            .accept_encoding("identity")
            .user_agent(concat!("mlbook/", env!("CARGO_PKG_VERSION")))
            .build();
        Self { agent: config.new_agent(), time_outs }
    }

    /// Asks for a file or a range of it.
    ///
    /// # Errors
    /// [`HttpError`]; [`HttpError::is_passing`] tells whether to ask again.
    pub fn get(&self, url: &str, wanted: &Wanted) -> Result<Answer, HttpError> {
        let mut request = self.agent.get(url);
        let is_range = wanted.from > 0 || wanted.until.is_some();
        if is_range {
            let last = wanted.until.map_or(String::new(), |end| (end.saturating_sub(1)).to_string());
            request = request.header(header::RANGE, format!("bytes={}-{last}", wanted.from));
        }
        if let Some(tag) = wanted.tag.as_ref().filter(|_| is_range) {
            request = request.header(header::IF_RANGE, tag);
        }
        let TimeOuts { connect, stall } = self.time_outs;
        let response = request.call().map_err(|e| sort(url, e, Some(connect), stall))?;
        let (parts, body) = response.into_parts();
        let status = parts.status.as_u16();
        let range = content_range(&parts.headers);
        let (start, total) = match (status, range) {
            (200, _) => (0, length(&parts.headers)),
            (206, Some((range, total))) => (range.start, total),
            (206, None) => return Err(unusable(url, "206 without a range in Content-Range")),
            _ => {
                let retry_after = text(&parts.headers, header::RETRY_AFTER)
                    .and_then(|value| parse_retry_after(&value, SystemTime::now()));
                return Err(HttpError::Status { url: url.to_string(), status, retry_after });
            }
        };
        let tag = text(&parts.headers, header::ETAG).filter(|tag| !tag.starts_with("W/"));
        Ok(Answer { start, total, tag, body: body.into_reader(), url: url.to_string(), stall })
    }
}

fn unusable(url: &str, reason: &str) -> HttpError {
    HttpError::Network { url: url.to_string(), reason: format!("the answer makes no sense: {reason}") }
}

/// Sorts what went wrong below HTTP. Before the connection stands, `connect` was the limit.
fn sort(url: &str, error: ureq::Error, connect: Option<Duration>, stall: Duration) -> HttpError {
    use ureq::{Error, Timeout};
    let url = url.to_string();
    match error {
        Error::Timeout(Timeout::Connect | Timeout::Resolve) => {
            HttpError::Connect { url, limit: connect.unwrap_or(stall) }
        }
        Error::Timeout(_) => HttpError::Stalled { url, limit: stall },
        Error::Io(e) if matches!(e.kind(), std::io::ErrorKind::TimedOut | std::io::ErrorKind::WouldBlock) => {
            HttpError::Stalled { url, limit: stall }
        }
        Error::BadUri(reason) => HttpError::Address { url, reason },
        Error::Http(e) => HttpError::Address { url, reason: e.to_string() },
        Error::Io(e) if e.kind() == std::io::ErrorKind::ConnectionRefused => {
            HttpError::Network { url, reason: "connection refused".to_string() }
        }
        Error::Io(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => {
            HttpError::Network { url, reason: "the connection ended midway".to_string() }
        }
        // Broken encryption and bad certificates come as invalid data.
        Error::Io(e) if e.kind() == std::io::ErrorKind::InvalidData => {
            HttpError::Untrusted { url, reason: e.to_string() }
        }
        Error::Io(e) => HttpError::Network { url, reason: e.to_string() },
        Error::Rustls(e) => HttpError::Untrusted { url, reason: e.to_string() },
        Error::HostNotFound => HttpError::Network { url, reason: "the host is not found".to_string() },
        other => HttpError::Network { url, reason: other.to_string() },
    }
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_string)
}

fn length(headers: &HeaderMap) -> Option<u64> {
    text(headers, header::CONTENT_LENGTH)?.parse().ok()
}

/// `bytes 100-199/1000` as 100..200 and, unless it is `*`, 1000.
fn content_range(headers: &HeaderMap) -> Option<(Range<u64>, Option<u64>)> {
    let value = text(headers, header::CONTENT_RANGE)?;
    let (range, total) = value.strip_prefix("bytes ")?.split_once('/')?;
    let (first, last) = range.split_once('-')?;
    let (first, last) = (first.trim().parse::<u64>().ok()?, last.trim().parse::<u64>().ok()?);
    Some((first..last.checked_add(1)?, total.trim().parse().ok()))
}

/// The wait that a `Retry-After` header asks for at the time `now`: seconds, or an HTTP date; a date that has
/// passed means none.
pub fn parse_retry_after(value: &str, now: SystemTime) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let moment = UNIX_EPOCH + Duration::from_secs(parse_http_date(value)?);
    Some(moment.duration_since(now).unwrap_or_default())
}

/// Seconds since 1970 of `Sun, 06 Nov 1994 08:49:37 GMT`, the form that RFC 9110 has servers write.
fn parse_http_date(value: &str) -> Option<u64> {
    let mut words = value.split_once(", ")?.1.split(' ');
    let day: u64 = words.next()?.parse().ok()?;
    let names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let name = words.next()?;
    let month = names.iter().position(|known| *known == name)? as u64;
    let year: u64 = words.next()?.parse().ok()?;
    let mut clock = words.next()?.splitn(3, ':').map(|part| part.parse::<u64>().ok());
    let (hour, minute, second) = (clock.next()??, clock.next()??, clock.next()??);
    let is_gmt = words.next()? == "GMT" && words.next().is_none();
    let in_range =
        (1970..=9999).contains(&year) && (1..=31).contains(&day) && hour < 24 && minute < 60 && second < 61;
    if !is_gmt || !in_range {
        return None;
    }
    // Years counted from March put the leap day last, so that months have fixed lengths before it.
    let (march_year, march_month) = if month < 2 { (year - 1, month + 10) } else { (year, month - 2) };
    let days = march_year * 365 + march_year / 4 - march_year / 100
        + march_year / 400
        + (march_month * 153 + 2) / 5
        + day
        - 1;
    let days_to_1970 = 719_468;
    Some((days - days_to_1970) * 86_400 + hour * 3600 + minute * 60 + second)
}
