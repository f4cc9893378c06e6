//! Section 13.3.5: event files, which TensorBoard shows as curves: `tensorboard --logdir out`.
//!
//! A file is a row of records: the length of the data (8 bytes), a check sum of the length (4), the data, a check sum of the data
//! (4), all little-endian. The data is an `Event` of TensorBoard's protocol buffers, of which a scalar needs four fields:
//!
//! ```text
//! Event   { double wall_time = 1; int64 step = 2; string file_version = 3; Summary summary = 5; }
//! Summary { repeated Value value = 1; }
//! Value   { string tag = 1; float simple_value = 2; }
//! ```

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use mlbook::files::{self, FileError};
use mlbook::train::learner::Curves;

/// What every event file says first.
const VERSION: &str = "brain.Event:2";

/// An event file that grows.
///
/// Records are written through at each [`flush`](Curves::flush). A crash may leave half a record at the end, which TensorBoard skips.
#[derive(Debug)]
pub struct EventFile {
    path: PathBuf,
    file: BufWriter<File>,
}

impl EventFile {
    /// A new event file in `folder`. A run that goes on adds a file to those that are there: TensorBoard reads them as one.
    pub fn create(folder: &Path) -> Result<Self, FileError> {
        files::create_dir(folder)?;
        let now = since_1970();
        // TensorBoard looks for `tfevents` and reads a folder's files in the order of their names.
        let name = format!("events.out.tfevents.{:010}.{:09}.mlbook", now.as_secs(), now.subsec_nanos());
        let path = folder.join(name);
        let file = File::create_new(&path).map_err(|e| FileError::new(&path, "write", e))?;
        let mut events = Self { path, file: BufWriter::new(file) };
        let mut version = wall_time();
        put_bytes(&mut version, 3, VERSION.as_bytes());
        events.record(&version)?;
        Ok(events)
    }

    fn record(&mut self, data: &[u8]) -> Result<(), FileError> {
        let length = (data.len() as u64).to_le_bytes();
        let parts: [&[u8]; 4] =
            [&length, &masked_crc(&length).to_le_bytes(), data, &masked_crc(data).to_le_bytes()];
        self.file.write_all(&parts.concat()).map_err(|e| FileError::new(&self.path, "write", e))
    }
}

impl Curves for EventFile {
    fn point(&mut self, tag: &str, step: usize, value: f64) -> Result<(), FileError> {
        let mut point = Vec::new();
        put_bytes(&mut point, 1, tag.as_bytes());
        put_key(&mut point, 2, Wire::Bits32);
        point.extend((value as f32).to_le_bytes());

        let mut summary = Vec::new();
        put_bytes(&mut summary, 1, &point);

        let mut event = wall_time();
        put_key(&mut event, 2, Wire::Varint);
        put_varint(&mut event, step as u64);
        put_bytes(&mut event, 5, &summary);
        self.record(&event)
    }

    /// Hands all records to the system, so that TensorBoard sees them.
    fn flush(&mut self) -> Result<(), FileError> {
        self.file.flush().map_err(|e| FileError::new(&self.path, "write", e))
    }
}

/// CRC-32C, turned and shifted: a check sum of data that holds check sums is a poor one otherwise.
fn masked_crc(data: &[u8]) -> u32 {
    crc32c::crc32c(data).rotate_right(15).wrapping_add(0xA282_EAD8)
}

/// How a field's value is laid out.
#[derive(Clone, Copy)]
enum Wire {
    Varint = 0,
    Bits64 = 1,
    Bytes = 2,
    Bits32 = 5,
}

fn put_key(message: &mut Vec<u8>, field: u64, wire: Wire) {
    put_varint(message, field << 3 | wire as u64);
}

/// Seven bits a byte, the lowest first; the highest bit says that more follow.
fn put_varint(message: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        message.push(number as u8 | 0x80);
        number >>= 7;
    }
    message.push(number as u8);
}

/// A text, or a message within the message.
fn put_bytes(message: &mut Vec<u8>, field: u64, bytes: &[u8]) {
    put_key(message, field, Wire::Bytes);
    put_varint(message, bytes.len() as u64);
    message.extend(bytes);
}

/// An event that has only its time.
fn wall_time() -> Vec<u8> {
    let mut event = Vec::new();
    put_key(&mut event, 1, Wire::Bits64);
    event.extend(since_1970().as_secs_f64().to_le_bytes());
    event
}

/// A clock that stands before 1970 counts as 1970: the time only labels points.
fn since_1970() -> std::time::Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_masked_check_sum_is_tensorflows() {
        // The first 12 bytes of any event file of TensorFlow whose version record has 24 bytes.
        assert_eq!(crc32c::crc32c(b"123456789"), 0xE306_9283);
        assert_eq!(masked_crc(&24_u64.to_le_bytes()).to_le_bytes(), [0xA3, 0x7F, 0x4B, 0x22]);
    }

    #[test]
    fn long_numbers_take_seven_bits_a_byte() {
        let mut message = Vec::new();
        put_varint(&mut message, 300);
        assert_eq!(message, [0xAC, 0x02]);
    }
}
