//! MT19937, the Mersenne Twister of Matsumoto and Nishimura (1998), which PyTorch and NumPy both stand on.
//!
//! The crate `rand_mt` computes the same sequence but keeps its state to itself; a checkpoint has to store
//! it. The tests compare the two.

use std::fmt::{self, Write as _};

use serde::{Deserialize, Serialize};

use super::RngError;

const WORDS: usize = 624;
const SHIFT: usize = 397;
const HEX_PER_WORD: usize = 8;

/// The generator: 624 words of state and the tempered outputs made from them, handed out one by one.
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "Saved", into = "Saved")]
pub(super) struct Mt19937 {
    state: Box<[u32; WORDS]>,
    /// Outputs of `state`, made all at once, since that is several times faster than one at a time.
    outputs: Box<[u32; WORDS]>,
    used: usize,
}

impl Mt19937 {
    /// The state that seed `seed` gives (`init_genrand` of the original).
    pub fn new(seed: u32) -> Self {
        let mut state = Box::new([0; WORDS]);
        let mut word = seed;
        for (index, slot) in state.iter_mut().enumerate() {
            if index > 0 {
                word = (word ^ (word >> 30)).wrapping_mul(1_812_433_253).wrapping_add(index as u32);
            }
            *slot = word;
        }
        Self { state, outputs: Box::new([0; WORDS]), used: WORDS }
    }

    /// The next 32 random bits.
    #[inline]
    pub fn next_u32(&mut self) -> u32 {
        if self.used >= WORDS {
            self.advance();
        }
        let output = self.outputs[self.used];
        self.used += 1;
        output
    }

    /// The next 64 random bits.
    #[inline]
    pub fn next_u64(&mut self) -> u64 {
        let high = self.next_u32();
        pair(high, self.next_u32())
    }

    /// Calls `take` on slices that together are the next `count` outputs.
    pub fn take(&mut self, mut count: usize, mut take: impl FnMut(&[u32])) {
        while count > 0 {
            if self.used >= WORDS {
                self.advance();
            }
            let end = WORDS.min(self.used + count);
            take(&self.outputs[self.used..end]);
            count -= end - self.used;
            self.used = end;
        }
    }

    fn advance(&mut self) {
        let state = &mut self.state;
        for i in 0..WORDS - SHIFT {
            state[i] = state[i + SHIFT] ^ twist(state[i], state[i + 1]);
        }
        for i in WORDS - SHIFT..WORDS - 1 {
            state[i] = state[i + SHIFT - WORDS] ^ twist(state[i], state[i + 1]);
        }
        state[WORDS - 1] = state[SHIFT - 1] ^ twist(state[WORDS - 1], state[0]);
        self.temper();
        self.used = 0;
    }

    fn temper(&mut self) {
        for (output, &word) in self.outputs.iter_mut().zip(self.state.iter()) {
            let mut y = word ^ (word >> 11);
            y ^= (y << 7) & 0x9d2c_5680;
            y ^= (y << 15) & 0xefc6_0000;
            *output = y ^ (y >> 18);
        }
    }
}

/// 64 random bits from two outputs, the earlier one on top.
#[inline]
pub(super) fn pair(high: u32, low: u32) -> u64 {
    (u64::from(high) << 32) | u64::from(low)
}

fn twist(word: u32, next: u32) -> u32 {
    let mixed = (word & 0x8000_0000) | (next & 0x7fff_ffff);
    (mixed >> 1) ^ ((mixed & 1).wrapping_neg() & 0x9908_b0df)
}

/// The outputs follow from the state, and none are made before the first draw.
impl PartialEq for Mt19937 {
    fn eq(&self, other: &Self) -> bool {
        self.state == other.state && self.used == other.used
    }
}

impl fmt::Debug for Mt19937 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mt19937").field("first_word", &self.state[0]).field("used", &self.used).finish()
    }
}

/// The state as it is stored: the words in hexadecimal, and how many of their outputs have been handed out.
#[derive(Serialize, Deserialize)]
struct Saved {
    words: String,
    used: usize,
}

impl From<Mt19937> for Saved {
    fn from(rng: Mt19937) -> Self {
        let mut words = String::with_capacity(WORDS * HEX_PER_WORD);
        for word in rng.state.iter() {
            // Writing into a String cannot fail.
            let _ = write!(words, "{word:08x}");
        }
        Self { words, used: rng.used }
    }
}

impl TryFrom<Saved> for Mt19937 {
    type Error = RngError;

    fn try_from(saved: Saved) -> Result<Self, RngError> {
        let hex = saved.words.as_bytes();
        if hex.len() != WORDS * HEX_PER_WORD || !hex.iter().all(u8::is_ascii_hexdigit) {
            return Err(RngError::State(format!(
                "its words are not {} hexadecimal digits",
                WORDS * HEX_PER_WORD
            )));
        }
        if saved.used > WORDS {
            return Err(RngError::State(format!("position {} of {WORDS}", saved.used)));
        }
        let mut rng = Self { state: Box::new([0; WORDS]), outputs: Box::new([0; WORDS]), used: saved.used };
        for (slot, digits) in rng.state.iter_mut().zip(hex.chunks_exact(HEX_PER_WORD)) {
            *slot = digits.iter().fold(0, |word, &digit| (word << 4) | hex_value(digit));
        }
        if saved.used < WORDS {
            rng.temper();
        }
        Ok(rng)
    }
}

fn hex_value(digit: u8) -> u32 {
    (digit as char).to_digit(16).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_rand_mt() {
        for seed in [0, 1, 5489, u32::MAX] {
            let mut ours = Mt19937::new(seed);
            let mut theirs = rand_mt::Mt::new(seed);
            for _ in 0..3000 {
                assert_eq!(ours.next_u32(), theirs.next_u32());
            }
        }
    }

    #[test]
    fn slices_are_the_same_stream_as_single_draws() {
        let mut single = Mt19937::new(7);
        let mut sliced = Mt19937::new(7);
        for count in [0, 1, 623, 624, 625, 2000] {
            let mut outputs = Vec::new();
            sliced.take(count, |slice| outputs.extend_from_slice(slice));
            let expected: Vec<u32> = (0..count).map(|_| single.next_u32()).collect();
            assert_eq!(outputs, expected);
        }
    }

    #[test]
    fn damaged_states_are_refused() {
        let saved = serde_json::to_string(&Mt19937::new(1)).unwrap();
        for (what, damaged) in [
            ("hexadecimal digits", saved.replacen('0', "g", 1)),
            ("hexadecimal digits", saved.replacen("0", "", 1)),
            ("position 625 of 624", saved.replace(":624}", ":625}")),
        ] {
            let error = serde_json::from_str::<Mt19937>(&damaged).unwrap_err().to_string();
            assert!(error.contains(what), "{error}");
        }
    }
}
