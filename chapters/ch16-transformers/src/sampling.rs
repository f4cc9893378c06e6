//! How the next token is chosen from its scores: the likeliest, or one drawn among the likely.

use clap::Args;
use mlbook::cli::rule;
use mlbook::rng::RngError;
use mlbook::rng::TorchRng;

/// Flags that say how tokens are chosen.
#[derive(Args, Clone, Debug)]
pub struct Sampling {
    /// Always take the likeliest token
    #[arg(long)]
    pub greedy: bool,
    /// Below 1 the text is safer, above 1 wilder
    #[arg(long, default_value_t = 1.0, value_parser = rule::positive)]
    pub temperature: f64,
    /// Draw among so many of the likeliest
    #[arg(long, value_name = "K", value_parser = rule::at_least_one)]
    pub top_k: Option<usize>,
    /// Draw among the likeliest that together have this probability
    #[arg(long, value_name = "P", value_parser = rule::share)]
    pub top_p: Option<f64>,
}

impl Default for Sampling {
    fn default() -> Self {
        Self { greedy: false, temperature: 1.0, top_k: None, top_p: None }
    }
}

impl Sampling {
    /// Chooses a token by its scores.
    ///
    /// # Errors
    /// [`RngError::Weights`] if a score is no number, as after a training that diverged.
    pub fn choose(&self, logits: &[f32], rng: &mut TorchRng) -> Result<usize, RngError> {
        if self.greedy {
            return Ok(likeliest(logits));
        }
        Ok(rng.multinomial(&self.probabilities(logits), 1, true)?.first().copied().unwrap_or(0))
    }

    /// The probability of every token; those that are out of the draw have none.
    pub fn probabilities(&self, logits: &[f32]) -> Vec<f32> {
        let most = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let temperature = self.temperature as f32;
        let mut shares: Vec<f32> = logits.iter().map(|logit| ((logit - most) / temperature).exp()).collect();
        if let Some(count) = self.top_k {
            let least = sorted(&shares).get(count.saturating_sub(1)).copied().unwrap_or(0.0);
            keep(&mut shares, least);
        }
        if let Some(share) = self.top_p {
            let wanted = share as f32 * shares.iter().sum::<f32>();
            let mut sum = 0.0;
            // The one with which the sum gets there is still in.
            let inside = |&share: &f32| {
                sum += share;
                sum >= wanted
            };
            if let Some(least) = sorted(&shares).into_iter().find(inside) {
                keep(&mut shares, least);
            }
        }
        let sum: f32 = shares.iter().sum();
        shares.into_iter().map(|share| share / sum).collect()
    }
}

/// The first of the highest scores.
pub fn likeliest(logits: &[f32]) -> usize {
    let higher = |best: usize, next: usize| if logits[next] > logits[best] { next } else { best };
    (0..logits.len()).reduce(higher).unwrap_or(0)
}

fn sorted(shares: &[f32]) -> Vec<f32> {
    let mut sorted = shares.to_vec();
    sorted.sort_unstable_by(|a, b| b.total_cmp(a));
    sorted
}

/// Takes those below `least` out of the draw.
fn keep(shares: &mut [f32], least: f32) {
    for share in shares {
        if *share < least {
            *share = 0.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOGITS: [f32; 4] = [1.0, 3.0, 2.0, -1.0];

    #[test]
    fn the_unlikely_are_out_of_the_draw() {
        let all = Sampling::default().probabilities(&LOGITS);
        assert!((all.iter().sum::<f32>() - 1.0).abs() < 1e-6 && (all[1] - 0.6572).abs() < 1e-3, "{all:?}");
        let two = Sampling { top_k: Some(2), ..Sampling::default() }.probabilities(&LOGITS);
        assert_eq!((two[0], two[3]), (0.0, 0.0));
        assert!((two[1] - 0.7311).abs() < 1e-3, "{two:?}");
        // 0.657 alone is not 0.8; with the next it is 0.899.
        let likely = Sampling { top_p: Some(0.8), ..Sampling::default() }.probabilities(&LOGITS);
        assert_eq!(likely, two);
        let safe = Sampling { temperature: 0.1, ..Sampling::default() }.probabilities(&LOGITS);
        assert!(safe[1] > 0.999);
        let everything = Sampling { top_k: Some(9), top_p: Some(1.0), ..Sampling::default() };
        assert_eq!(everything.probabilities(&LOGITS), all);
    }

    #[test]
    fn greedy_takes_the_likeliest_and_what_is_no_number_is_refused() {
        let mut rng = TorchRng::new(1);
        let greedy = Sampling { greedy: true, ..Sampling::default() };
        assert_eq!(greedy.choose(&LOGITS, &mut rng).ok(), Some(1));
        assert!(Sampling::default().choose(&[f32::NAN, 1.0], &mut rng).is_err());
    }
}
