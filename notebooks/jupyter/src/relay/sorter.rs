//! Sorts what the runtime prints: the engine's protocol, displays, text.
//!
//! The runtime's standard output carries all three, in any order and cut into any pieces: a marker may stand behind text that has
//! no newline, and a display may be larger than what the front end can take.

use memchr::memmem;
use serde_json::{Map, Value};

use crate::event::Frame;

const FRAME: &[u8] = b"\x1eMLBOOK ";
const EVCXR: &[u8] = b"EVCXR_";
const BEGIN_CONTENT: &str = "EVCXR_BEGIN_CONTENT ";
const END_CONTENT: &[u8] = b"EVCXR_END_CONTENT";
const COMPLETE: &str = "EVCXR_EXECUTION_COMPLETE";
/// The engine's words, at the beginning of a line or behind text without a newline.
const ENGINE: [&str; 5] = [
    COMPLETE,
    "EVCXR_PANIC_NOTIFICATION",
    "EVCXR_ERROR_OCCURRED",
    "EVCXR_VARIABLE_CHANGED_TYPE:",
    "EVCXR_INPUT_REQUEST",
];
/// A display of more bytes than this is not shown: browsers choke on it, and Jupyter's server cuts the connection.
pub const LARGEST_DISPLAY: usize = 16_000_000;

/// A piece of output.
#[derive(Debug, PartialEq)]
pub enum Sorted {
    Text(String),
    Frame(Frame),
    /// A line for the engine.
    Engine(String),
}

/// Takes pieces of output as they come and gives sorted ones.
#[derive(Default)]
pub struct Sorter {
    /// Bytes of the line under way.
    line: Vec<u8>,
    /// How many bytes of a line too long to keep have been thrown away.
    thrown_away: usize,
    content: Option<Content>,
    /// Blocks of different types that came one right after the other: one value in several forms.
    value: Map<String, Value>,
    decoder: Decoder,
}

struct Content {
    mime: String,
    bytes: Vec<u8>,
    too_large: usize,
}

impl Sorter {
    /// Takes the next piece.
    pub fn feed(&mut self, piece: &[u8]) -> Vec<Sorted> {
        let mut sorted = Vec::new();
        for part in piece.split_inclusive(|&byte| byte == b'\n') {
            self.keep(part);
            if part.ends_with(b"\n") {
                self.line_ended(&mut sorted);
            }
        }
        self.send_begun_line(&mut sorted);
        sorted
    }

    /// What is left when the output has ended.
    pub fn end(&mut self) -> Vec<Sorted> {
        let mut sorted = Vec::new();
        if !self.line.is_empty() {
            self.line_ended(&mut sorted);
        }
        self.send_value(false, &mut sorted);
        sorted
    }

    fn keep(&mut self, part: &[u8]) {
        let room = (LARGEST_DISPLAY + FRAME.len()).saturating_sub(self.line.len());
        let kept = part.len().min(room);
        self.line.extend_from_slice(&part[..kept]);
        self.thrown_away += part.len() - kept;
    }

    fn line_ended(&mut self, sorted: &mut Vec<Sorted>) {
        let line = std::mem::take(&mut self.line);
        let thrown_away = std::mem::take(&mut self.thrown_away);
        if self.content.is_some() {
            return self.content_line(&line, thrown_away, sorted);
        }
        let Some(at) = marker(&line) else {
            return self.text(&line, sorted);
        };
        self.text(&line[..at], sorted);
        let marked = &line[at..];
        if let Some(frame) = marked.strip_prefix(FRAME) {
            self.send_value(false, sorted);
            sorted.push(Sorted::Frame(read_frame(frame, thrown_away)));
            return;
        }
        let words = String::from_utf8_lossy(marked).trim_end().to_owned();
        if let Some(mime) = words.strip_prefix(BEGIN_CONTENT) {
            self.content = Some(Content { mime: mime.to_owned(), bytes: vec![], too_large: 0 });
        } else {
            self.send_value(words == COMPLETE, sorted);
            sorted.push(Sorted::Engine(words));
        }
    }

    fn content_line(&mut self, line: &[u8], thrown_away: usize, sorted: &mut Vec<Sorted>) {
        let Some(content) = &mut self.content else { return };
        if line.starts_with(END_CONTENT) {
            if let Some(content) = self.content.take() {
                self.content_ended(content, sorted);
            }
            return;
        }
        content.too_large += thrown_away;
        if content.bytes.len() + line.len() > LARGEST_DISPLAY {
            content.too_large += line.len();
        } else {
            content.bytes.extend_from_slice(line);
        }
        // A panic or the end inside of a block: nothing else will end it.
        if line.starts_with(EVCXR) {
            let words = String::from_utf8_lossy(line).trim_end().to_owned();
            self.content = None;
            sorted.push(Sorted::Engine(words));
        }
    }

    fn content_ended(&mut self, mut content: Content, sorted: &mut Vec<Sorted>) {
        if content.bytes.last() == Some(&b'\n') {
            content.bytes.pop();
        }
        if self.value.contains_key(&content.mime) {
            self.send_value(false, sorted);
        }
        if content.too_large > 0 {
            let bytes = content.bytes.len() + content.too_large;
            self.value = too_large(bytes);
        } else {
            let text = String::from_utf8_lossy(&content.bytes).into_owned();
            self.value.insert(content.mime, Value::String(text));
        }
    }

    /// Sends blocks that belong together. Those right before the cell's end are the value of its last expression.
    fn send_value(&mut self, at_end: bool, sorted: &mut Vec<Sorted>) {
        let data = std::mem::take(&mut self.value);
        if data.is_empty() {
            return;
        }
        let frame = if at_end { Frame::Value { data } } else { Frame::Display { id: None, data } };
        sorted.push(Sorted::Frame(frame));
    }

    fn text(&mut self, bytes: &[u8], sorted: &mut Vec<Sorted>) {
        let text = self.decoder.decode(bytes);
        if text.is_empty() {
            return;
        }
        self.send_value(false, sorted);
        match sorted.last_mut() {
            Some(Sorted::Text(before)) => before.push_str(&text),
            _ => sorted.push(Sorted::Text(text)),
        }
    }

    /// Text without a newline is shown at once (a question, a line that is drawn over by `\r`), unless it may become a marker.
    fn send_begun_line(&mut self, sorted: &mut Vec<Sorted>) {
        // A marker found before stands at the beginning; the line may be long, so it is not looked at again.
        let begun = self.line.starts_with(FRAME) || is_engine_word(&self.line);
        if self.content.is_some() || self.line.is_empty() || begun {
            return;
        }
        let held = marker(&self.line).unwrap_or_else(|| {
            let half = (1..FRAME.len()).rev().find(|&n| {
                let evcxr = &EVCXR[..n.min(EVCXR.len())];
                self.line.ends_with(&FRAME[..n]) || self.line.ends_with(evcxr)
            });
            self.line.len() - half.unwrap_or(0)
        });
        let rest = self.line.split_off(held);
        let line = std::mem::replace(&mut self.line, rest);
        self.text(&line, sorted);
    }
}

/// Where a frame or one of the engine's words begins in a line.
fn marker(line: &[u8]) -> Option<usize> {
    let frame = memmem::find(line, FRAME);
    let evcxr = memmem::find_iter(line, EVCXR).find(|&at| is_engine_word(&line[at..]));
    match (frame, evcxr) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

/// Whether the engine (or evcxr's display code) says this; a half word at the end of a piece counts.
fn is_engine_word(bytes: &[u8]) -> bool {
    if bytes.len() < EVCXR.len() || !bytes.starts_with(EVCXR) {
        return false;
    }
    ENGINE.into_iter().chain([BEGIN_CONTENT, "EVCXR_END_CONTENT"]).any(|word| {
        let length = word.len().min(bytes.len());
        bytes[..length] == word.as_bytes()[..length]
    })
}

fn read_frame(bytes: &[u8], thrown_away: usize) -> Frame {
    if thrown_away > 0 {
        return Frame::Display { id: None, data: too_large(bytes.len() + thrown_away) };
    }
    serde_json::from_slice(bytes).unwrap_or_else(|error| {
        let mut data = Map::new();
        data.insert("text/plain".to_owned(), format!("(a display that cannot be read: {error})").into());
        Frame::Display { id: None, data }
    })
}

fn too_large(bytes: usize) -> Map<String, Value> {
    let (found, most) = ((bytes + 500_000) / 1_000_000, LARGEST_DISPLAY / 1_000_000);
    let text = format!(
        "(a display of {found} MB is not shown: browsers take up to {most} MB. Save it to a file, or show less.)"
    );
    Map::from_iter([("text/plain".to_owned(), Value::String(text))])
}

/// Bytes to text. Pieces may end in the middle of a character; bytes that are no UTF-8 become `�`.
#[derive(Default)]
pub struct Decoder {
    rest: Vec<u8>,
}

impl Decoder {
    pub fn decode(&mut self, bytes: &[u8]) -> String {
        let mut all = std::mem::take(&mut self.rest);
        all.extend_from_slice(bytes);
        let mut text = String::with_capacity(all.len());
        let mut chunks = all.utf8_chunks().peekable();
        while let Some(chunk) = chunks.next() {
            text.push_str(chunk.valid());
            let invalid = chunk.invalid();
            if invalid.is_empty() {
                continue;
            }
            let may_go_on = chunks.peek().is_none() && is_begun_character(invalid);
            if may_go_on {
                self.rest = invalid.to_vec();
            } else {
                text.push(char::REPLACEMENT_CHARACTER);
            }
        }
        text
    }
}

/// Whether more bytes could make a character of these.
fn is_begun_character(bytes: &[u8]) -> bool {
    let needed = match bytes.first() {
        Some(0xC2..=0xDF) => 2,
        Some(0xE0..=0xEF) => 3,
        Some(0xF0..=0xF4) => 4,
        _ => return false,
    };
    bytes.len() < needed && std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(sorted: &[Sorted]) -> String {
        sorted.iter().map(|s| if let Sorted::Text(text) = s { text.as_str() } else { "" }).collect()
    }

    fn sort(output: &[u8]) -> Vec<Sorted> {
        let mut sorter = Sorter::default();
        let mut sorted = sorter.feed(output);
        sorted.extend(sorter.end());
        sorted
    }

    #[test]
    fn a_marker_behind_text_without_a_newline_is_found() {
        let sorted = sort(b"loss 0.5EVCXR_EXECUTION_COMPLETE\n");
        assert_eq!(
            sorted,
            [Sorted::Text("loss 0.5".into()), Sorted::Engine("EVCXR_EXECUTION_COMPLETE".into())]
        );
    }

    #[test]
    fn the_last_blocks_are_the_value_and_earlier_ones_are_displays() {
        let block =
            |mime: &str, text: &str| format!("EVCXR_BEGIN_CONTENT {mime}\n{text}\nEVCXR_END_CONTENT\n");
        let output = block("text/plain", "a") + &block("text/plain", "b") + &block("text/html", "<b>b</b>");
        let sorted = sort((output + "EVCXR_EXECUTION_COMPLETE\n").as_bytes());
        let data = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|&(mime, text)| (mime.to_owned(), Value::from(text))).collect::<Map<_, _>>()
        };
        let first = Frame::Display { id: None, data: data(&[("text/plain", "a")]) };
        let last = Frame::Value { data: data(&[("text/plain", "b"), ("text/html", "<b>b</b>")]) };
        assert_eq!(sorted[..2], [Sorted::Frame(first), Sorted::Frame(last)]);
    }

    #[test]
    fn a_figure_of_50_mb_becomes_a_note() {
        let mut output = b"\x1eMLBOOK {\"op\":\"display\",\"data\":{\"image/svg+xml\":\"".to_vec();
        output.resize(50_000_000, b'x');
        output.extend_from_slice(b"\"}}\nafter\n");
        let mut sorter = Sorter::default();
        let sorted: Vec<Sorted> = output.chunks(1 << 16).flat_map(|piece| sorter.feed(piece)).collect();
        let [Sorted::Frame(Frame::Display { data, .. }), Sorted::Text(after)] = &sorted[..] else {
            panic!("{} pieces", sorted.len())
        };
        assert!(data["text/plain"].as_str().is_some_and(|note| note.contains("50 MB")));
        assert_eq!(after, "after\n");
    }

    #[test]
    fn bytes_that_are_no_text_are_replaced() {
        assert_eq!(text(&sort(b"a\xffb\xc3\n")), "a\u{fffd}b\u{fffd}\n");
    }

    proptest! {
        /// However the output is cut into pieces, the same text, displays and words come out.
        #[test]
        fn cutting_changes_nothing(cuts in prop::collection::vec(1usize..9, 1..200)) {
            let output = "Größe 3\r\u{1e}MLBOOK {\"op\":\"clear\"}\nEVCXER_ EVCXR_x\nab€EVCXR_PANIC_NOTIFICATION\n\
                          EVCXR_BEGIN_CONTENT text/plain\n1\n2\nEVCXR_END_CONTENT\nend".as_bytes();
            let mut sorter = Sorter::default();
            let mut pieces = Vec::new();
            let mut rest = output;
            for cut in cuts.into_iter().cycle() {
                if rest.is_empty() { break }
                let (piece, after) = rest.split_at(cut.min(rest.len()));
                pieces.extend(sorter.feed(piece));
                rest = after;
            }
            pieces.extend(sorter.end());
            let whole = sort(output);
            prop_assert_eq!(text(&pieces), text(&whole));
            let marks = |sorted: Vec<Sorted>| sorted.into_iter().filter(|s| !matches!(s, Sorted::Text(_))).collect::<Vec<_>>();
            prop_assert_eq!(marks(pieces), marks(whole));
        }
    }
}
