//! Sound, as a player in the page.

use super::html::escape;
use super::{Content, Show};
use crate::plot::base64;

/// Samples of one channel from -1 to 1, louder ones cut off.
///
/// ```
/// use mlbook::notebook::{Audio, show};
/// let tone: Vec<f32> = (0..8000).map(|i| (f64::from(i) * 440.0 * std::f64::consts::TAU / 8000.0).sin() as f32).collect();
/// show(&Audio::new(&tone, 8000));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Audio {
    samples: Vec<i16>,
    rate: u32,
}

impl Audio {
    /// `rate` samples are a second.
    pub fn new(samples: &[f32], rate: u32) -> Self {
        // NaN becomes silence.
        let sample = |&value: &f32| (value.clamp(-1.0, 1.0) * f32::from(i16::MAX)).round() as i16;
        Self { samples: samples.iter().map(sample).collect(), rate }
    }

    /// How long it plays.
    pub fn seconds(&self) -> f64 {
        self.samples.len() as f64 / f64::from(self.rate.max(1))
    }

    /// The sound as a WAV file: 16-bit PCM, one channel (RIFF, Multimedia Programming Interface 1.0, 1991).
    pub fn wav(&self) -> Vec<u8> {
        let bytes = u32::try_from(self.samples.len() * 2).unwrap_or(u32::MAX);
        let mut wav = Vec::with_capacity(44 + self.samples.len() * 2);
        wav.extend(b"RIFF");
        wav.extend(bytes.saturating_add(36).to_le_bytes());
        wav.extend(b"WAVEfmt ");
        wav.extend(16_u32.to_le_bytes());
        // PCM, one channel.
        wav.extend([1, 0, 1, 0]);
        wav.extend(self.rate.to_le_bytes());
        wav.extend(self.rate.saturating_mul(2).to_le_bytes());
        // Two bytes a sample, of 16 bits.
        wav.extend([2, 0, 16, 0]);
        wav.extend(b"data");
        wav.extend(bytes.to_le_bytes());
        wav.extend(self.samples.iter().flat_map(|sample| sample.to_le_bytes()));
        wav
    }
}

impl Show for Audio {
    fn content(&self) -> Content {
        let text = format!("sound, {:.1} s at {} Hz", self.seconds(), self.rate);
        let data = base64::encode(&self.wav());
        let player = format!(
            "<audio controls title=\"{}\" src=\"data:audio/wav;base64,{data}\"></audio>",
            escape(&text)
        );
        Content::text(text).html(player)
    }
}

#[cfg(test)]
mod tests {
    use super::Audio;

    #[test]
    fn a_wav_file_says_how_long_it_is() {
        let audio = Audio::new(&[0.0, 2.0, -1.0, f32::NAN], 8000);
        let wav = audio.wav();
        assert_eq!(wav.len(), 44 + 8);
        assert_eq!(&wav[..12], b"RIFF\x2c\0\0\0WAVE");
        assert_eq!(&wav[40..], [8, 0, 0, 0, 0, 0, 0xff, 0x7f, 0x01, 0x80, 0, 0]);
        assert_eq!(audio.seconds(), 0.0005);
    }
}
