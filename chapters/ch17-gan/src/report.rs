//! The end of a run: figures, the table *book / here*, and what went wrong, if something did.

use mlbook::prelude::*;

use crate::figures;
use crate::game::Game;
use crate::learn::{Played, Reals};
use crate::score::mmd;

/// The book's score of its dense GAN, 17.1.9.
const BOOK_SCORE: Book = Book(0.896_277);

/// Figures, the table *book / here*, and at last what went wrong, if something did.
///
/// # Errors
/// Files; a game that failed.
pub fn report<G: Game>(
    played: &Played<G>,
    reals: &Reals,
    score_digits: usize,
    book: &[(usize, f64, f64)],
    discriminator: &str,
    run: &Run,
) -> anyhow::Result<()> {
    figures::save(played, run)?;
    let mut report = run.report().data(reals.source.clone()).first_losses(&played.history.first_losses);
    for &(epoch, generator_loss, discriminator_loss) in book {
        let Some(record) = played.history.epochs.get(epoch - 1) else { continue };
        for (name, there) in [("generator loss", generator_loss), (discriminator, discriminator_loss)] {
            let Some(here) = record.get(name) else { continue };
            let name = format!("{name}, epoch {epoch}");
            report = match there.is_nan() || !run.flags.book {
                true => report.metric(&name, here),
                false => report.compare(&name, here, Book(there)),
            };
        }
    }
    for name in ["generator loss", discriminator, "variety"] {
        report = report.metric(&format!("{name}, last"), played.history.last(name).unwrap_or(f64::NAN));
    }
    let score = score(played, reals, score_digits);
    report = match run.flags.book {
        true => report.compare("score", score, BOOK_SCORE),
        false => report.metric("score", score),
    };
    report.finish(run)?;
    match played.trouble {
        Some(trouble) => Err(anyhow::anyhow!("{trouble}")),
        None => Ok(()),
    }
}

/// Section 17.1.9: the last epoch's samples, from 0 to 1, against real digits from −1 to 1, as the book compares them.
fn score<G: Game>(played: &Played<G>, reals: &Reals, digits: usize) -> f64 {
    let digits = digits.min(reals.images.len());
    let real = reals.images.inputs.clone().inner().narrow(0, 0, digits).flatten::<2>(1, 3); // [digits, 784]
    let fake: Vec<f32> = played.album.last().iter().map(|&grey| f32::from(grey) / 255.0).collect();
    let rows = fake.len() / real.dims()[1];
    let fake = Tensor::<2>::from_data(TensorData::new(fake, [rows, real.dims()[1]]), &real.device());
    mmd(&real, &fake, 1.0)
}
