//! Sections 17.1.7 and 17.2.4: losses, samples, the same noise over the epochs, walks between two vectors of noise.

use mlbook::data::mnist::{COLUMNS, PIXELS, ROWS};
use mlbook::plot::{Figure, Image, Panel, PlotError, Series, Tone};
use mlbook::prelude::*;

use crate::game::Game;
use crate::learn::{Played, grey};
use crate::noise::walk;

/// Walks in the figure, and pictures of each.
const WALKS: usize = 4;
const STEPS: usize = 9;

/// Saves all figures of a run.
///
/// # Errors
/// A file that cannot be written.
pub fn save<G: Game>(played: &Played<G>, run: &Run) -> anyhow::Result<()> {
    run.save("losses", &losses(&played.history)?)?;
    run.save("samples", &played.album.grid()?)?;
    run.save("page", &plot::image_grid(&[played.album.last_page()?], 1)?)?;
    run.save("walk", &walks(&played.game, &played.fixed)?)?;
    let gif = run.path("samples.gif");
    played.album.animation()?.save(&gif)?;
    say!("figure  {}", gif.display());
    Ok(())
}

/// The losses by epoch; beside them what the discriminator thinks of real and made pictures, or how much the critic is punished. The
/// discriminator's loss is halved, as in the book: it is a sum of two.
pub fn losses(history: &History) -> Result<Figure, PlotError> {
    let line = |metric: &str, name: &str, factor: f64| {
        let (epochs, values) = history.curve(metric);
        let values: Vec<f64> = values.into_iter().map(|value| value * factor).collect();
        (!epochs.is_empty()).then(|| Series::line(name, &epochs, &values))
    };
    let panel = |y: &str, lines: Vec<Option<Series>>| {
        lines.into_iter().flatten().fold(Panel::new("", "epoch", y), Panel::with)
    };
    let loss = panel(
        "loss",
        vec![
            line("generator loss", "generator", 1.0),
            line("discriminator loss", "half the discriminator", 0.5),
            line("critic loss", "critic", 1.0),
        ],
    );
    let beside = match history.last("penalty") {
        Some(_) => panel("gradient penalty", vec![line("penalty", "penalty", 1.0)]).y_shows(0.0),
        None => panel(
            "probability of being real",
            vec![line("D(real)", "real", 1.0), line("D(fake)", "made", 1.0)],
        ),
    };
    plot::curves(&[loss, beside])
}

/// Pictures of noise on the way from one vector to another, a walk in each row.
pub fn walks<G: Game>(game: &G, fixed: &Tensor<2>) -> Result<Figure, PlotError> {
    let mut pictures = Vec::new();
    for nth in 0..WALKS {
        let end = |k: usize| fixed.clone().narrow(0, 2 * nth + k, 1); // [1, z_size]
        let made = grey(&game.pictures(walk(end(0), end(1), STEPS)));
        for pixels in made.chunks(PIXELS) {
            pictures.push(Image::gray(COLUMNS, ROWS, pixels)?.caption("", Tone::Plain));
        }
    }
    plot::image_grid(&pictures, STEPS)
}
