//! Speed, measured the same way here and in PyTorch: the median time of a training step after a warm-up.

use std::collections::BTreeMap;
use std::time::Instant;

/// Milliseconds of a step, by the name of what was measured. Chapters print this as JSON; `book bench` reads it.
pub type Measures = BTreeMap<String, f64>;

/// Steps before the first that counts: caches fill, memory is claimed.
const WARM_UP: usize = 5;

/// The median time of `steps` calls of `step`, in milliseconds.
pub fn median_ms(steps: usize, mut step: impl FnMut()) -> f64 {
    for _ in 0..WARM_UP {
        step();
    }
    let mut times: Vec<f64> = (0..steps.max(1))
        .map(|_| {
            let started = Instant::now();
            step();
            started.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
