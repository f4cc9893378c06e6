//! Animations as GIF files.

use std::borrow::Cow;
use std::collections::btree_map::{BTreeMap, Entry};
use std::path::Path;
use std::time::Duration;

use gif::{Encoder, Frame, Repeat};

use super::{Image, PlotError};
use crate::files;

/// Images that are shown one after the other, over and over.
#[derive(Clone, Debug)]
pub struct Animation {
    frames: Vec<Image>,
    delay: Duration,
    scale: usize,
}

impl Animation {
    /// An animation without frames yet; each will be shown for `delay` (GIF counts hundredths of a second).
    pub fn new(delay: Duration) -> Self {
        Self { frames: Vec::new(), delay, scale: 1 }
    }

    /// Shows each pixel as a square of `scale` by `scale`.
    pub fn magnified(mut self, scale: usize) -> Self {
        self.scale = scale;
        self
    }

    /// Adds a frame.
    ///
    /// # Errors
    /// When it is not as large as the first.
    pub fn push(&mut self, frame: Image) -> Result<(), PlotError> {
        let text = |(width, height): (usize, usize)| format!("{width} × {height}");
        match self.frames.first() {
            Some(first) if first.size() != frame.size() => Err(PlotError::FrameSize {
                frame: self.frames.len(),
                found: text(frame.size()),
                expected: text(first.size()),
            }),
            _ => {
                self.frames.push(frame);
                Ok(())
            }
        }
    }

    /// How many frames there are.
    pub fn len(&self) -> usize {
        self.frames.len()
    }

    /// Whether there is no frame yet.
    pub fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    /// The animation as a GIF file. Up to 256 colours per frame are kept exactly; more are reduced to the
    /// nearest of 256.
    ///
    /// # Errors
    /// No frame, or a width or height (magnified) outside of 1..=65,535.
    pub fn gif(&self) -> Result<Vec<u8>, PlotError> {
        let first = self.frames.first();
        let first = first.ok_or(PlotError::Nothing { figure: "animation".to_string(), needed: "frame" })?;
        let (width, height) = (self.side(first.width)?, self.side(first.height)?);
        let failed = |e: gif::EncodingError| PlotError::Render { format: "GIF", reason: e.to_string() };
        let mut file = Vec::new();
        let mut encoder = Encoder::new(&mut file, width, height, &[]).map_err(failed)?;
        encoder.set_repeat(Repeat::Infinite).map_err(failed)?;
        for image in &self.frames {
            let mut frame = frame(image, self.scale, width, height);
            frame.delay = u16::try_from(self.delay.as_millis() / 10).unwrap_or(u16::MAX);
            encoder.write_frame(&frame).map_err(failed)?;
        }
        drop(encoder);
        Ok(file)
    }

    /// Writes the GIF file, whole or not at all.
    ///
    /// # Errors
    /// As [`Animation::gif`], or when the file cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), PlotError> {
        Ok(files::write(path, &self.gif()?)?)
    }

    fn side(&self, pixels: usize) -> Result<u16, PlotError> {
        let side = pixels.saturating_mul(self.scale);
        u16::try_from(side).ok().filter(|&s| s > 0).ok_or_else(|| PlotError::OutOfRange {
            figure: "animation".to_string(),
            what: "a frame's width or height",
            found: side.to_string(),
            low: 1,
            high: usize::from(u16::MAX),
        })
    }
}

fn frame(image: &Image, scale: usize, width: u16, height: u16) -> Frame<'static> {
    let (colours, indices) = match exact_palette(&image.rgb) {
        Some(exact) => exact,
        None => {
            // Speed 10 of 1..=30: NeuQuant looks at every tenth pixel.
            let reduced = Frame::from_rgb_speed(image.width as u16, image.height as u16, &image.rgb, 10);
            (reduced.palette.unwrap_or_default(), reduced.buffer.into_owned())
        }
    };
    let buffer = Cow::Owned(magnified(&indices, image.width, scale));
    Frame { width, height, palette: Some(colours), buffer, ..Frame::default() }
}

/// The colours of an image and each pixel's index among them; `None` if there are more than 256.
fn exact_palette(rgb: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let (pixels, _) = rgb.as_chunks::<3>();
    let mut index: BTreeMap<[u8; 3], u8> = BTreeMap::new();
    for &pixel in pixels {
        let next = u8::try_from(index.len());
        if let Entry::Vacant(new) = index.entry(pixel) {
            new.insert(next.ok()?);
        }
    }
    let mut colours = vec![[0; 3]; index.len()];
    for (&colour, &i) in &index {
        colours[usize::from(i)] = colour;
    }
    let indices = pixels.iter().filter_map(|p| index.get(p).copied()).collect();
    Some((colours.concat(), indices))
}

fn magnified(indices: &[u8], width: usize, scale: usize) -> Vec<u8> {
    let mut large = Vec::with_capacity(indices.len() * scale * scale);
    for row in indices.chunks(width.max(1)) {
        let wide: Vec<u8> = row.iter().flat_map(|&i| std::iter::repeat_n(i, scale)).collect();
        for _ in 0..scale {
            large.extend_from_slice(&wide);
        }
    }
    large
}
