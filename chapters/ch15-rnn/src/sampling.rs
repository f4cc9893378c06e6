//! Sections 15.3.7 and 15.3.9: the next character is drawn, each with its probability; a scale makes the choice bolder or safer.

use mlbook::plot::Figure;
use mlbook::prelude::*;
use mlbook::rng::RngError;

/// The book's three scores, once all the same and once with a favourite.
const EVEN: [f32; 3] = [1.0, 1.0, 1.0];
const FAVOURITE: [f32; 3] = [1.0, 1.0, 3.0];

/// Probabilities of scores times `scale`: above 1 the likely become likelier, below 1 all become alike.
pub fn probabilities(logits: &[f32], scale: f32) -> Vec<f32> {
    let largest = logits.iter().fold(f32::NEG_INFINITY, |most, &logit| most.max(logit * scale));
    let powers: Vec<f32> = logits.iter().map(|logit| (logit * scale - largest).exp()).collect();
    let sum: f32 = powers.iter().sum();
    powers.into_iter().map(|power| power / sum).collect()
}

/// Draws a place among scores: `torch.distributions.Categorical(logits=scale·logits).sample()`.
///
/// # Errors
/// [`RngError::Weights`] if a score is no number, as after a training that diverged.
pub fn draw(logits: &[f32], scale: f32, rng: &mut TorchRng) -> Result<usize, RngError> {
    Ok(rng.multinomial(&probabilities(logits, scale), 1, true)?.first().copied().unwrap_or(0))
}

/// The project `sampling`: the book's draws and probabilities.
pub fn run(run: &Run) -> anyhow::Result<()> {
    run.in_one_go()?;
    let mut report = run.report().data("three scores");
    for (logits, drawn) in [(EVEN, "0000101211"), (FAVOURITE, "0221212222")] {
        let shares = probabilities(&logits, 1.0);
        let draws = TorchRng::new(1).multinomial(&shares, 10, true)?;
        let draws: String = draws.iter().map(usize::to_string).collect();
        say!("scores {logits:?}: probabilities {shares:.4?}, ten draws {draws}, in the book {drawn}");
    }
    for (scale, first, last) in
        [(1.0, 0.10650698, 0.78698605), (0.5, 0.21194156, 0.57611686), (0.1, 0.3104238, 0.37915248)]
    {
        let shares = probabilities(&FAVOURITE, scale);
        let name = |place: &str| format!("scale {scale}, {place}");
        report = report.compare(&name("first"), f64::from(shares[0]), Book(first)).compare(
            &name("last"),
            f64::from(shares[2]),
            Book(last),
        );
    }
    run.save("scales", &scales()?)?;
    report.finish(run)?;
    Ok(())
}

/// The probabilities of the book's three scores at four scales.
fn scales() -> Result<Figure, plot::PlotError> {
    let at = |scale| probabilities(&FAVOURITE, scale);
    let groups = [2.0, 1.0, 0.5, 0.1].map(|scale| (format!("scale {scale}"), at(scale)));
    let groups: Vec<(&str, &[f32])> =
        groups.iter().map(|(name, shares)| (name.as_str(), shares.as_slice())).collect();
    plot::bars("Scores 1, 1 and 3 as probabilities", "probability", &["1", "1", "3"], &groups)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_books_draws_come_again() {
        for (logits, expected) in
            [(EVEN, [0, 0, 0, 0, 1, 0, 1, 2, 1, 1]), (FAVOURITE, [0, 2, 2, 1, 2, 1, 2, 2, 2, 2])]
        {
            let draws = TorchRng::new(1).multinomial(&probabilities(&logits, 1.0), 10, true);
            assert_eq!(draws.expect("probabilities"), expected);
        }
    }

    #[test]
    fn scores_that_are_no_numbers_are_refused() {
        assert!(draw(&[f32::NAN, 1.0], 1.0, &mut TorchRng::new(1)).is_err());
        assert_eq!(draw(&[-1e30, 1e30], 1.0, &mut TorchRng::new(1)).expect("one is certain"), 1);
    }
}
