//! The one generator of a run, shared by all who draw from it: initial weights, batch orders, drop-out masks.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::TorchRng;

/// A handle to a [`TorchRng`], as PyTorch's default generator is shared by a program. Clones draw from the same stream.
#[derive(Clone, Debug)]
pub struct Generator(Arc<Mutex<TorchRng>>);

impl Generator {
    /// A generator in the state after `torch.manual_seed(seed)`.
    pub fn seeded(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(TorchRng::new(seed))))
    }

    /// `torch.manual_seed(seed)` in the middle of a program: everyone who shares the generator draws from the seed on.
    pub fn reseed(&self, seed: u64) {
        *self.lock() = TorchRng::new(seed);
    }

    /// The generator itself, to draw from or to replace.
    pub fn lock(&self) -> MutexGuard<'_, TorchRng> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
