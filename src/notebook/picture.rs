//! Tensors that are images, as pictures.

use burn::tensor::Tensor;
use burn::tensor::kind::Autodiff;

use super::corner::{self, Side, Source};
use super::html::{escape, heading};
use super::{Content, Show, html, tensor};
use crate::plot::{Image, PlotError, base64};

/// An image has at least so many rows and columns, and is not much longer than wide; a smaller one is more likely a matrix.
const SMALLEST: usize = 8;
const LONGEST_TO_SHORTEST: usize = 8;
/// Of a batch, this many are shown.
const MOST_IMAGES: usize = 12;
/// A side is shown by at most so many of its pixels.
const MOST_PIXELS: usize = 512;
/// A small image is magnified to about this many pixels.
const MAGNIFIED: usize = 112;

/// A tensor that shows as an image; see [`as_image`].
#[derive(Clone, Debug)]
pub struct Picture {
    title: String,
    images: Result<Images, String>,
}

/// A tensor as an image, also where its shape alone does not say so: `[height, width]`, `[1 or 3, height, width]` or
/// `[images, 1 or 3, height, width]`, of any size. Photographs and digits are grey or coloured as they are,
/// matrices and small filters blue below 0 and vermilion above.
pub fn as_image<const D: usize, K: Autodiff>(tensor: &Tensor<D, K>) -> Picture {
    let title = tensor::title(tensor);
    let source = Source { dims: &tensor.dims(), title: &title, read: &|sides| corner::read(tensor, sides) };
    Picture::of(&source)
}

impl Picture {
    fn of(tensor: &Source) -> Self {
        let images = match layout(tensor.dims) {
            Some(layout) => Images::read(tensor, layout).map_err(|e| e.to_string()),
            None => Err(format!(
                "{:?} is no image. It needs the shape [height, width], [1 or 3, height, width] or \
                 [images, 1 or 3, height, width].",
                tensor.dims
            )),
        };
        Self { title: tensor.title.to_owned(), images }
    }
}

impl Show for Picture {
    fn content(&self) -> Content {
        let Self { title, images } = self;
        match images {
            Ok(images) => Content::text(format!("{title}, {}", images.range)).html(format!(
                "{}{}",
                heading(title),
                images.html()
            )),
            Err(problem) => Content::text(format!("{title}\n{problem}")),
        }
    }
}

/// The pictures of a tensor whose shape is that of images.
pub(super) fn of_images(tensor: &Source) -> Option<String> {
    let layout = layout(tensor.dims).filter(|_| tensor.dims.len() > 2)?;
    let images = layout.is_photograph().then(|| Images::read(tensor, layout))?;
    images.ok().map(|images| images.html())
}

/// The axes of images.
#[derive(Clone, Copy, Debug)]
struct Layout {
    count: usize,
    channels: usize,
    height: usize,
    width: usize,
}

impl Layout {
    /// Whether it is large enough for a photograph or a digit, and no long strip. Others are matrices more likely.
    fn is_photograph(self) -> bool {
        let (short, long) = (self.height.min(self.width), self.height.max(self.width));
        short >= SMALLEST && long <= LONGEST_TO_SHORTEST * short
    }
}

fn layout(dims: &[usize]) -> Option<Layout> {
    let (count, channels, height, width) = match *dims {
        [height, width] => (1, 1, height, width),
        [channels, height, width] => (1, channels, height, width),
        [count, channels, height, width] => (count, channels, height, width),
        _ => return None,
    };
    let is_image = matches!(channels, 1 | 3) && count * height * width > 0;
    is_image.then_some(Layout { count, channels, height, width })
}

/// Pictures as PNG files.
#[derive(Clone, Debug)]
struct Images {
    pngs: Vec<Vec<u8>>,
    /// How many more there are.
    more: usize,
    /// From what to what their numbers go.
    range: String,
}

impl Images {
    fn read(tensor: &Source, layout: Layout) -> Result<Self, PlotError> {
        let axes = tensor.dims.len();
        let mut sides: Vec<Side> =
            tensor.dims.iter().map(|&length| Side::spread(length, MOST_PIXELS)).collect();
        if axes == 4 {
            sides[0] = Side::shortened(layout.count, MOST_IMAGES, MOST_IMAGES, 0);
        }
        let shown = layout.count.min(MOST_IMAGES);
        let [height, width] = [sides[axes - 2].places.len(), sides[axes - 1].places.len()];
        let values: Vec<f64> = (tensor.read)(&sides).iter::<f64>().collect();
        let range = Range::of(&values, axes > 2 && layout.is_photograph());
        let pngs = values.chunks(layout.channels * height * width).map(|values| {
            let image = match (layout.channels, range.kind) {
                (1, Kind::Heat) => Image::heat(width, height, values, range.low, range.high)?,
                _ => Image::planes(width, height, values, range.low, range.high)?,
            };
            image.png(MAGNIFIED.div_ceil(width.max(height)))
        });
        Ok(Self { pngs: pngs.collect::<Result<_, _>>()?, more: layout.count - shown, range: range.text() })
    }

    fn html(&self) -> String {
        let mut page =
            String::from("<div style=\"display:flex;flex-wrap:wrap;gap:4px;align-items:flex-end\">");
        for png in &self.pngs {
            page.push_str(&html::picture("image/png", &base64::encode(png)));
        }
        if self.more > 0 {
            page.push_str(&format!("<span style=\"opacity:.75\">and {} more</span>", self.more));
        }
        page.push_str(&format!(
            "</div><div style=\"opacity:.6\"><small>{}</small></div>",
            escape(&self.range)
        ));
        page
    }
}

/// What the darkest and the brightest pixel stand for.
#[derive(Clone, Copy, Debug)]
struct Range {
    low: f64,
    high: f64,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// From black to white.
    Brightness,
    /// Colours of a heat map.
    Heat,
}

impl Range {
    fn of(values: &[f64], is_photograph: bool) -> Self {
        let finite = || values.iter().copied().filter(|value| value.is_finite());
        let low = finite().fold(f64::INFINITY, f64::min);
        let high = finite().fold(f64::NEG_INFINITY, f64::max);
        let are_bytes = || high <= 255.0 && finite().all(|value| value.fract() == 0.0);
        let (low, high, is_bright) = match (low, high) {
            (low, high) if low > high || low >= 0.0 && high <= 1.0 => (0.0, 1.0, true),
            (low, _) if low >= 0.0 && are_bytes() => (0.0, 255.0, true),
            // What tanh gives, and images that were scaled so.
            (low, high) if is_photograph && low >= -1.0 && high <= 1.0 => (-1.0, 1.0, true),
            (low, high) if low < high => (low, high, is_photograph),
            // All the same.
            (low, _) => (low - 0.5, low + 0.5, is_photograph),
        };
        Self { low, high, kind: if is_bright { Kind::Brightness } else { Kind::Heat } }
    }

    fn text(self) -> String {
        let Self { low, high, kind } = self;
        match kind {
            Kind::Brightness => format!("black is {}, white is {}", short(low), short(high)),
            Kind::Heat => format!("from {} to {}", short(low), short(high)),
        }
    }
}

/// At most four decimals.
fn short(number: f64) -> String {
    let text = format!("{number:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
