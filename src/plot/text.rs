//! The bundled font, and how much room a text takes in it.
//!
//! Browsers that lack DejaVu Sans fall back to fonts that are narrower, so what fits here fits there.

use std::sync::{Arc, LazyLock};

use ab_glyph::{Font, FontRef};
use resvg::usvg::fontdb::Database;

/// The families that an SVG names, first choice first.
pub(super) const FAMILIES: &str = "DejaVu Sans, Verdana, Segoe UI, Helvetica, Arial, sans-serif";

/// Font sizes in CSS pixels: 15 px are 11.25 points.
pub(super) const TEXT: f64 = 15.0;
pub(super) const TITLE: f64 = 17.0;
/// Distance between two lines of a text, in font sizes.
pub(super) const LINE: f64 = 1.3;

static REGULAR: &[u8] = include_bytes!("assets/DejaVuSans.ttf");
static BOLD: &[u8] = include_bytes!("assets/DejaVuSans-Bold.ttf");

static FACES: LazyLock<[Option<FontRef<'static>>; 2]> =
    LazyLock::new(|| [REGULAR, BOLD].map(|bytes| FontRef::try_from_slice(bytes).ok()));

static DATABASE: LazyLock<Arc<Database>> = LazyLock::new(|| {
    let mut fonts = Database::new();
    fonts.load_font_data(REGULAR.to_vec());
    fonts.load_font_data(BOLD.to_vec());
    fonts.set_sans_serif_family("DejaVu Sans");
    Arc::new(fonts)
});

/// The fonts that a figure's SVG needs, for renderers built on `usvg`.
pub fn fonts() -> Arc<Database> {
    Arc::clone(&DATABASE)
}

/// Width of `text` in pixels at `size` pixels per em.
pub(super) fn width(text: &str, size: f64, bold: bool) -> f64 {
    let Some(face) = &FACES[usize::from(bold)] else {
        return text.chars().count() as f64 * size * 0.7;
    };
    let em = f64::from(face.units_per_em().unwrap_or(1000.0));
    let advance = |c| match face.glyph_id(c) {
        missing if missing.0 == 0 => em,
        glyph => f64::from(face.h_advance_unscaled(glyph)),
    };
    text.chars().map(advance).sum::<f64>() / em * size
}

/// Makes any string one line that XML can hold: control characters become spaces, non-characters become
/// U+FFFD.
pub(super) fn clean(text: &str) -> String {
    let legal = |c: char| match c {
        c if c.is_control() => ' ',
        '\u{FFFE}' | '\u{FFFF}' => '\u{FFFD}',
        c => c,
    };
    text.trim().chars().map(legal).collect()
}

/// `text` if it fits into `room` pixels, else as much of its beginning as fits, with an ellipsis.
pub(super) fn fit(text: &str, size: f64, bold: bool, room: f64) -> String {
    let text = clean(text);
    if width(&text, size, bold) <= room {
        return text;
    }
    let room = room - width("…", size, bold);
    let mut used = 0.0;
    let kept: String = text
        .chars()
        .take_while(|c| {
            used += width(c.encode_utf8(&mut [0; 4]), size, bold);
            used <= room
        })
        .collect();
    kept.trim_end().to_string() + "…"
}

/// `text` broken at spaces into at most `most` lines of `room` pixels; what remains ends in an ellipsis.
pub(super) fn wrap(text: &str, size: f64, bold: bool, room: f64, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in clean(text).split_whitespace() {
        match lines.last_mut() {
            Some(line) if width(&format!("{line} {word}"), size, bold) <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_string()),
        }
    }
    if lines.len() > most && most > 0 {
        let rest = lines.split_off(most - 1).join(" ");
        lines.push(rest);
    }
    lines.iter().map(|line| fit(line, size, bold, room)).collect()
}
