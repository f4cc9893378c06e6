//! Section 15.2.4: reviews as numbers, and batches of them filled up to the same length.

use burn::tensor::{Device, Int, Tensor, TensorData};

use super::PAD;

/// Reviews as numbers, one after the other, each with its label: 1 for a positive one, 0 for a negative one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Encoded {
    numbers: Vec<i32>,
    ends: Vec<usize>,
    labels: Vec<f32>,
}

impl Encoded {
    /// Adds a review.
    pub fn push(&mut self, numbers: &[i32], positive: bool) {
        self.numbers.extend(numbers);
        self.ends.push(self.numbers.len());
        self.labels.push(if positive { 1.0 } else { 0.0 });
    }

    /// How many reviews there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The numbers of review `i`.
    ///
    /// # Panics
    /// When there is no review `i`, as indexing a slice does.
    pub fn review(&self, i: usize) -> &[i32] {
        let start = i.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.numbers[start..self.ends[i]]
    }

    /// 1 or 0 for each review.
    pub fn labels(&self) -> &[f32] {
        &self.labels
    }

    /// The lengths of all reviews.
    pub fn lengths(&self) -> Vec<usize> {
        (0..self.len()).map(|i| self.review(i).len()).collect()
    }

    /// The book's `collate_batch`: the reviews at `rows`, filled up with [`PAD`] to the longest of them.
    ///
    /// # Panics
    /// When a row is not there, as indexing a slice does.
    pub fn batch(&self, rows: &[usize]) -> PaddedBatch {
        let lengths: Vec<usize> = rows.iter().map(|&row| self.review(row).len()).collect();
        let longest = lengths.iter().copied().max().unwrap_or(0);
        let mut numbers = Vec::with_capacity(rows.len() * longest);
        for &row in rows {
            numbers.extend(self.review(row));
            numbers.resize(numbers.len() + longest - self.review(row).len(), PAD);
        }
        PaddedBatch { numbers, longest, lengths, labels: rows.iter().map(|&row| self.labels[row]).collect() }
    }
}

/// Reviews of one length, `[batch, longest]`, with the length that each has of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct PaddedBatch {
    pub numbers: Vec<i32>,
    pub longest: usize,
    pub lengths: Vec<usize>,
    pub labels: Vec<f32>,
}

impl PaddedBatch {
    /// The words, `[batch, longest]`.
    pub fn tokens(&self, device: &Device) -> Tensor<2, Int> {
        Tensor::from_data(TensorData::new(self.numbers.clone(), [self.lengths.len(), self.longest]), device)
    }

    /// The labels, `[batch]`.
    pub fn labels(&self, device: &Device) -> Tensor<1> {
        Tensor::from_data(TensorData::new(self.labels.clone(), [self.labels.len()]), device)
    }
}
