//! The samples of every epoch, made of the same noise, in a folder of pictures; grids and an animation of them.

use std::path::PathBuf;
use std::time::Duration;

use mlbook::data::images;
use mlbook::data::mnist::{COLUMNS, PIXELS, ROWS};
use mlbook::files;
use mlbook::plot::{Animation, Figure, Image, PlotError, Tone};
use mlbook::prelude::*;

use crate::learn::grey;

/// Samples of an epoch: a square of them.
pub const PAGE: usize = SIDE * SIDE;
const SIDE: usize = 8;
/// Samples of an epoch in the grid.
const SHOWN: usize = 5;
/// Rows of the grid at most, and the epochs that the book shows.
const ROWS_OF_GRID: usize = 6;
const BOOK_EPOCHS: [usize; ROWS_OF_GRID] = [1, 2, 4, 10, 50, 100];

/// The pages of a run's folder `samples`.
#[derive(Clone, Debug)]
pub struct Album {
    folder: PathBuf,
    /// Of each epoch, from the first on: `[64, 784]`, from 0 to 255.
    pages: Vec<Vec<u8>>,
}

impl Album {
    /// The album of a run: a new one, or with `--resume` the one that is there.
    ///
    /// # Errors
    /// A folder that cannot be made, or a page that is no picture.
    pub fn open(run: &Run) -> anyhow::Result<Self> {
        let mut album = Self { folder: run.path("samples"), pages: vec![] };
        if !run.flags.resume {
            files::clear_dir(&album.folder)?;
            return Ok(album);
        }
        while album.path(album.pages.len() + 1).exists() {
            let page = images::read(&album.path(album.pages.len() + 1))?;
            let whole = page.dimensions() == ((SIDE * COLUMNS) as u32, (SIDE * ROWS) as u32);
            anyhow::ensure!(whole, "{}: not a page of samples", album.path(album.pages.len() + 1).display());
            let grey: Vec<u8> = page.pixels().map(|pixel| pixel.0[0]).collect();
            album.pages.push(apart(&grey));
        }
        Ok(album)
    }

    /// Forgets what came after an epoch, for a run that goes on from there.
    ///
    /// # Errors
    /// A page is missing.
    pub fn keep_until(&mut self, epochs: usize) -> anyhow::Result<()> {
        anyhow::ensure!(
            self.pages.len() >= epochs,
            "{}: the samples of epoch {} are missing. Run without --resume",
            self.folder.display(),
            self.pages.len() + 1
        );
        self.pages.truncate(epochs);
        Ok(())
    }

    /// Adds an epoch's samples, `[64, 1, 28, 28]`.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn add(&mut self, epoch: usize, samples: &Tensor<4>) -> anyhow::Result<()> {
        let page = grey(samples);
        let bytes = together(&page).into_iter().flat_map(|grey| [grey; 3]).collect();
        let size = ((SIDE * COLUMNS) as u32, (SIDE * ROWS) as u32);
        if let Some(picture) = image::RgbImage::from_raw(size.0, size.1, bytes) {
            images::write_png(&self.path(epoch), &picture)?;
        }
        self.pages.push(page);
        Ok(())
    }

    /// Section 17.1.8: the first five samples in the epochs that the book shows, or in epochs of a shorter run.
    pub fn grid(&self) -> Result<Figure, PlotError> {
        let mut pictures = Vec::new();
        for epoch in self.shown_epochs() {
            for nth in 0..SHOWN {
                let pixels = &self.pages[epoch - 1][nth * PIXELS..][..PIXELS];
                let caption = if nth == 0 { format!("epoch {epoch}") } else { String::new() };
                pictures.push(Image::gray(COLUMNS, ROWS, pixels)?.caption(&caption, Tone::Plain));
            }
        }
        plot::image_grid(&pictures, SHOWN)
    }

    fn shown_epochs(&self) -> Vec<usize> {
        let last = self.pages.len();
        let mut epochs: Vec<usize> = BOOK_EPOCHS.into_iter().filter(|&epoch| epoch < last).collect();
        epochs.push(last);
        epochs.truncate(ROWS_OF_GRID);
        epochs.retain(|&epoch| epoch > 0);
        epochs
    }

    /// The last epoch's samples as one picture.
    pub fn last_page(&self) -> Result<Image, PlotError> {
        let page = self.pages.last().map(|page| together(page)).unwrap_or_default();
        Image::gray(SIDE * COLUMNS, SIDE * ROWS, &page)
    }

    /// The last epoch's samples, `[64, 784]`, from 0 to 255.
    pub fn last(&self) -> &[u8] {
        self.pages.last().map_or(&[], Vec::as_slice)
    }

    /// How the pictures of the same noise change from epoch to epoch.
    pub fn animation(&self) -> Result<Animation, PlotError> {
        // Ten seconds or less, and the last for as long as five others.
        let delay = (10_000 / self.pages.len().max(1)).clamp(100, 700) as u64;
        let mut animation = Animation::new(Duration::from_millis(delay)).magnified(2);
        let last = self.pages.last().into_iter().flat_map(|page| std::iter::repeat_n(page, 4));
        for page in self.pages.iter().chain(last) {
            animation.push(Image::gray(SIDE * COLUMNS, SIDE * ROWS, &together(page))?)?;
        }
        Ok(animation)
    }

    fn path(&self, epoch: usize) -> PathBuf {
        self.folder.join(format!("epoch-{epoch:03}.png"))
    }
}

/// 64 pictures as one.
fn together(pictures: &[u8]) -> Vec<u8> {
    (0..PAGE * PIXELS).map(|place| pictures[of_page(place)]).collect()
}

/// The reverse of [`together`].
fn apart(page: &[u8]) -> Vec<u8> {
    let mut pictures = vec![0; PAGE * PIXELS];
    for (place, &pixel) in page.iter().enumerate() {
        pictures[of_page(place)] = pixel;
    }
    pictures
}

/// Which pixel of which picture stands at a place of the page.
fn of_page(place: usize) -> usize {
    let (y, x) = (place / (SIDE * COLUMNS), place % (SIDE * COLUMNS));
    let picture = y / ROWS * SIDE + x / COLUMNS;
    picture * PIXELS + y % ROWS * COLUMNS + x % COLUMNS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_comes_apart_into_its_pictures() {
        let pictures: Vec<u8> = (0..PAGE * PIXELS).map(|k| (k * 7 % 251) as u8).collect();
        let page = together(&pictures);
        assert_eq!(apart(&page), pictures);
        // The second picture stands right of the first.
        assert_eq!(page[COLUMNS], pictures[PIXELS]);
        assert_eq!(page[SIDE * COLUMNS], pictures[COLUMNS]);
    }
}
