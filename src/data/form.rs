//! Whether a file of which no hash is known is at least of its kind: no page of an error, not cut short.

use std::io::Read;
use std::path::Path;

use crate::files::{self, FileError};

/// The longest header of a safetensors file that is read, and the longest JSON.
const LONGEST: u64 = 100 << 20;

/// What is wrong with the file at `path`, by the ending of its `name`: what it should be, and why it is none. Nothing is known of
/// other kinds than `.json` and `.safetensors`.
///
/// # Errors
/// [`FileError`] if it cannot be read.
pub(super) fn check(path: &Path, name: &str) -> Result<Option<(&'static str, String)>, FileError> {
    let ending = Path::new(name).extension().and_then(|ending| ending.to_str());
    let problem = match ending {
        Some("json") => json(path)?.map(|problem| ("JSON", problem)),
        Some("safetensors") => safetensors(path)?.map(|problem| ("safetensors file", problem)),
        _ => None,
    };
    Ok(problem)
}

fn json(path: &Path) -> Result<Option<String>, FileError> {
    let mut bytes = Vec::new();
    files::open(path)?.take(LONGEST).read_to_end(&mut bytes).map_err(|e| FileError::new(path, "read", e))?;
    Ok(serde_json::from_slice::<serde_json::Value>(&bytes).err().map(|error| error.to_string()))
}

/// The header must be JSON, and the tensors that it lists must end where the file does.
fn safetensors(path: &Path) -> Result<Option<String>, FileError> {
    let mut file = files::open(path)?;
    let failed = |e| FileError::new(path, "read", e);
    let size = file.metadata().map_err(failed)?.len();
    let mut length = [0; 8];
    if size < 8 {
        return Ok(Some(format!("{size} bytes are too few for a header")));
    }
    file.read_exact(&mut length).map_err(failed)?;
    let length = u64::from_le_bytes(length);
    if length > (size - 8).min(LONGEST) {
        return Ok(Some(format!("a header of {length} bytes in a file of {size}")));
    }
    let mut header = Vec::new();
    file.take(length).read_to_end(&mut header).map_err(failed)?;
    let header: serde_json::Map<String, serde_json::Value> = match serde_json::from_slice(&header) {
        Ok(header) => header,
        Err(error) => return Ok(Some(error.to_string())),
    };
    let ends = header.values().filter_map(|tensor| tensor["data_offsets"][1].as_u64());
    let (end, has) = (ends.max().unwrap_or(0), size - 8 - length);
    Ok((end != has).then(|| format!("its tensors need {end} bytes and it has {has}")))
}
