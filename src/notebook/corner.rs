//! The few numbers of a tensor that are shown, read without copying the others.

use burn::tensor::kind::Autodiff;
use burn::tensor::{Device, Int, Tensor, TensorData};

/// A side up to this long is shown whole, a longer one by its first and last places.
const WHOLE: usize = 12;
const FIRST: usize = 8;
const LAST: usize = 3;

/// The places of a side that are shown, and how many stand before those that are left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Side {
    pub places: Vec<usize>,
    /// None if nothing is left out.
    pub gap_after: Option<usize>,
}

impl Side {
    /// At most a dozen places of a side, from both ends.
    pub fn ends(length: usize) -> Self {
        Self::shortened(length, WHOLE, FIRST, LAST)
    }

    /// The places of a side of a length up to `whole`, else the first and last.
    pub fn shortened(length: usize, whole: usize, first: usize, last: usize) -> Self {
        if length <= whole {
            return Self { places: (0..length).collect(), gap_after: None };
        }
        Self { places: (0..first).chain(length - last..length).collect(), gap_after: Some(first) }
    }

    /// At most `most` places, evenly spread.
    pub fn spread(length: usize, most: usize) -> Self {
        let step = length.div_ceil(most.max(1)).max(1);
        Self { places: (0..length).step_by(step).collect(), gap_after: None }
    }
}

/// A tensor without its type: cells that show one compile little.
pub(super) struct Source<'a> {
    pub dims: &'a [usize],
    /// `[2, 3] · f32 · cpu · autodiff`.
    pub title: &'a str,
    /// Reads the numbers at the given places of each axis.
    pub read: &'a dyn Fn(&[Side]) -> TensorData,
}

/// The numbers at the given places of each axis.
pub(super) fn read<const D: usize, K: Autodiff>(tensor: &Tensor<D, K>, sides: &[Side]) -> TensorData {
    let mut part = tensor.clone().inner();
    let device = part.device();
    for (axis, side) in sides.iter().enumerate() {
        if side.places.len() < part.dims()[axis] {
            part = part.select(axis, indices(&side.places, &device));
        }
    }
    part.into_data()
}

fn indices(places: &[usize], device: &Device) -> Tensor<1, Int> {
    let places: Vec<i64> = places.iter().map(|&place| place as i64).collect();
    let count = places.len();
    Tensor::from_data(TensorData::new(places, [count]), device)
}

#[cfg(test)]
mod tests {
    use super::Side;

    #[test]
    fn a_long_side_is_shown_by_its_ends() {
        assert_eq!(Side::ends(12).gap_after, None);
        assert_eq!(Side::ends(13).places, [0, 1, 2, 3, 4, 5, 6, 7, 10, 11, 12]);
        assert_eq!(Side::ends(13).gap_after, Some(8));
        assert_eq!(Side::spread(10, 4).places, [0, 3, 6, 9]);
        assert_eq!(Side::spread(0, 4).places, [0; 0]);
    }
}
