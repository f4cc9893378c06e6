//! The generator of Gymnasium's environments, so that a seed begins the same episodes here and there:
//! `numpy.random.Generator(PCG64(SeedSequence(seed)))`.

/// Multiplier of PCG64's linear congruential generator (O'Neill, 2014).
const MULTIPLIER: u128 = 0x2360_ED05_1FC6_5DA4_4385_DF64_9FCC_F645;
/// Words in the pool of a `SeedSequence`.
const POOL: usize = 4;

/// `gymnasium.utils.seeding.np_random(seed)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GymRng {
    state: u128,
    increment: u128,
}

impl GymRng {
    /// The generator that `env.reset(seed=seed)` sets up.
    pub fn new(seed: u64) -> Self {
        let words = seed_sequence(seed);
        let wide = |high: u64, low: u64| (u128::from(high) << 64) | u128::from(low);
        let mut rng = Self { state: 0, increment: (wide(words[2], words[3]) << 1) | 1 };
        rng.advance();
        rng.state = rng.state.wrapping_add(wide(words[0], words[1]));
        rng.advance();
        rng
    }

    /// `uniform(low, high)`: a number from [low, high).
    pub fn uniform(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.random()
    }

    /// `random()`: a number from [0, 1).
    pub fn random(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 / 9_007_199_254_740_992.0
    }

    fn next_u64(&mut self) -> u64 {
        self.advance();
        let folded = (self.state >> 64) as u64 ^ self.state as u64;
        folded.rotate_right((self.state >> 122) as u32)
    }

    fn advance(&mut self) {
        self.state = self.state.wrapping_mul(MULTIPLIER).wrapping_add(self.increment);
    }
}

/// `SeedSequence(seed).generate_state(4, numpy.uint64)`.
fn seed_sequence(seed: u64) -> [u64; 4] {
    let mut hasher = Hasher { constant: 0x43B0_D7E5, multiplier: 0x931E_8875 };
    let mut pool = [seed as u32, (seed >> 32) as u32, 0, 0].map(|word| hasher.hash(word));
    for source in 0..POOL {
        for target in (0..POOL).filter(|&target| target != source) {
            pool[target] = mixed(pool[target], hasher.hash(pool[source]));
        }
    }
    let mut hasher = Hasher { constant: 0x8B51_F9DD, multiplier: 0x58F3_8DED };
    let mut word = |i: usize| u64::from(hasher.hash(pool[i % POOL]));
    [0, 1, 2, 3].map(|i| {
        let low = word(2 * i);
        low | (word(2 * i + 1) << 32)
    })
}

struct Hasher {
    constant: u32,
    multiplier: u32,
}

impl Hasher {
    fn hash(&mut self, word: u32) -> u32 {
        let word = word ^ self.constant;
        self.constant = self.constant.wrapping_mul(self.multiplier);
        let word = word.wrapping_mul(self.constant);
        word ^ (word >> 16)
    }
}

fn mixed(x: u32, y: u32) -> u32 {
    let word = x.wrapping_mul(0xCA01_F9DD).wrapping_sub(y.wrapping_mul(0x4973_F715));
    word ^ (word >> 16)
}
