//! The same work with several seeds, on all cores.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use mlbook::statistics::mean_and_std;

/// `work` for each seed, in the order of the seeds; `threads` of them at a time.
///
/// # Errors
/// The first that a seed met.
pub fn over_seeds<T: Send, E: Send>(
    seeds: &[u64],
    threads: usize,
    work: impl Fn(u64) -> Result<T, E> + Sync,
) -> Result<Vec<T>, E> {
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, Result<T, E>)>> = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..threads.clamp(1, seeds.len().max(1)) {
            scope.spawn(|| {
                while let Some((place, &seed)) = {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    seeds.get(place).map(|seed| (place, seed))
                } {
                    let outcome = work(seed);
                    done.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push((place, outcome));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    done.sort_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, outcome)| outcome).collect()
}

/// Mean and standard deviation (of the population).
pub fn mean_and_spread(values: &[f64]) -> (f64, f64) {
    mean_and_std(values, 0)
}

/// How many seeds to train at a time: one for each core, if a seed keeps to one core.
pub fn threads(by_hand: bool) -> usize {
    if by_hand { std::thread::available_parallelism().map_or(1, usize::from) } else { 1 }
}
