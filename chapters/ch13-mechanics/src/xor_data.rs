//! Section 13.1.9: points of the plane whose class is whether their coordinates have the same sign: no line separates them.

use mlbook::plot::{Figure, Panel, PlotError, Series};
use mlbook::prelude::*;
use mlbook::rng::RngError;

/// Points, half of them for training.
const POINTS: usize = 200;
/// What the classes are called: coordinates of different, or of the same sign.
pub const CLASSES: [&str; 2] = ["class 0", "class 1"];

/// Points and their classes in host memory.
#[derive(Clone, Debug)]
pub struct Points {
    /// Coordinates from −1 to 1.
    pub x: Vec<[f32; 2]>,
    /// 0 or 1.
    pub y: Vec<f32>,
}

impl Points {
    /// 100 points for training and 100 for validation: `numpy.random.uniform(-1, 1, (200, 2))` after `numpy.random.seed(seed)`.
    ///
    /// # Errors
    /// None for an interval of finite ends in their order.
    pub fn train_and_valid(seed: u64) -> Result<(Self, Self), RngError> {
        let coordinates = NumpyRng::new(seed as u32).uniform(2 * POINTS, -1.0, 1.0)?;
        let (points, _) = coordinates.as_chunks::<2>();
        let part = |points: &[[f64; 2]]| Self {
            x: points.iter().map(|point| point.map(|value| value as f32)).collect(),
            y: points.iter().map(|[x1, x2]| if x1 * x2 < 0.0 { 0.0 } else { 1.0 }).collect(),
        };
        let (train, valid) = points.split_at(POINTS / 2);
        Ok((part(train), part(valid)))
    }

    /// How many points there are.
    pub fn len(&self) -> usize {
        self.y.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.y.is_empty()
    }

    /// The points at `rows`.
    ///
    /// # Shapes
    /// - returns x: `[rows, 2]`, y: `[rows, 1]`
    pub fn batch(&self, rows: &[usize], device: &Device) -> (Tensor<2>, Tensor<2>) {
        let x: Vec<f32> = rows.iter().flat_map(|&row| self.x[row]).collect();
        let y: Vec<f32> = rows.iter().map(|&row| self.y[row]).collect();
        let tensor =
            |values, columns| Tensor::from_data(TensorData::new(values, [rows.len(), columns]), device);
        (tensor(x, 2), tensor(y, 1))
    }

    /// All points, shaped as those of [`batch`](Self::batch).
    pub fn all(&self, device: &Device) -> (Tensor<2>, Tensor<2>) {
        let rows: Vec<usize> = (0..self.len()).collect();
        self.batch(&rows, device)
    }
}

/// All points of both halves, with a marker for each class.
pub fn figure(halves: [&Points; 2]) -> Result<Figure, PlotError> {
    let mut panel = Panel::new("", "x1", "x2");
    for (class, name) in CLASSES.iter().enumerate() {
        let points = halves.iter().flat_map(|half| half.x.iter().zip(&half.y));
        let of_class = points.filter(|&(_, &y)| y as usize == class).map(|(&[x1, x2], _)| (x1, x2));
        let (x1, x2): (Vec<f32>, Vec<f32>) = of_class.unzip();
        panel = panel.with(Series::points(name, &x1, &x2));
    }
    plot::scatter(&panel)
}
