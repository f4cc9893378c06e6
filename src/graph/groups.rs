//! Rows in groups: the nodes of each graph, the edges into each node.

use std::sync::{Arc, OnceLock};

use burn::tensor::{Int, Tensor, TensorData};

use crate::nn::Sparse;

/// Says which group each row of a tensor belongs to; sums, means and maxima by group.
#[derive(Clone, Debug)]
pub struct Groups(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    count: usize,
    of_row: Vec<u32>,
    sum: OnceLock<Sparse>,
    mean: OnceLock<Sparse>,
    spread: OnceLock<Sparse>,
}

impl Groups {
    /// `of_row` names the group of each row, below `count`. A group may be empty, and its rows need not be neighbours.
    ///
    /// # Panics
    /// If a row's group is not below `count`.
    pub fn new(count: usize, of_row: Vec<u32>) -> Self {
        let outside = of_row.iter().find(|&&group| group as usize >= count);
        assert!(outside.is_none(), "group {outside:?} of {count}");
        Self(Arc::new(Inner {
            count,
            of_row,
            sum: OnceLock::new(),
            mean: OnceLock::new(),
            spread: OnceLock::new(),
        }))
    }

    /// How many groups there are.
    pub fn len(&self) -> usize {
        self.0.count
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.count == 0
    }

    /// The group of each row.
    pub fn of_row(&self) -> &[u32] {
        &self.0.of_row
    }

    /// How many rows each group has.
    pub fn sizes(&self) -> Vec<usize> {
        let mut sizes = vec![0; self.len()];
        self.of_row().iter().for_each(|&group| sizes[group as usize] += 1);
        sizes
    }

    /// The rows of each group, in order.
    pub fn rows(&self) -> Vec<Vec<usize>> {
        let mut rows = vec![vec![]; self.len()];
        self.of_row().iter().enumerate().for_each(|(row, &group)| rows[group as usize].push(row));
        rows
    }

    /// The sum of each group's rows (`scatter_add`, global sum pooling).
    ///
    /// # Shapes
    /// - x: `[rows, width]`
    /// - returns `[groups, width]`, zero for an empty group
    pub fn sum(&self, x: Tensor<2>) -> Tensor<2> {
        self.0.sum.get_or_init(|| self.matrix(None)).product(x)
    }

    /// The mean of each group's rows; shapes as [`sum`](Self::sum).
    pub fn mean(&self, x: Tensor<2>) -> Tensor<2> {
        let matrix = self.0.mean.get_or_init(|| {
            let sizes = self.sizes();
            let values = self.of_row().iter().map(|&group| 1.0 / sizes[group as usize] as f32);
            self.matrix(Some(values.collect()))
        });
        matrix.product(x)
    }

    /// The largest value of each group and column; shapes as [`sum`](Self::sum), and zero for an empty group. The gradient goes
    /// to the row that had it.
    pub fn max(&self, x: Tensor<2>) -> Tensor<2> {
        let [_, width] = x.dims();
        let rows = self.rows();
        let longest = rows.iter().map(Vec::len).max().unwrap_or(0);
        if longest == 0 || width == 0 {
            return Tensor::zeros([self.len(), width], &x.device());
        }
        // Groups side by side, the short ones filled up with a row of lowest numbers; an empty group has zero among them.
        let count = self.of_row().len() as i32;
        let (lowest, zero) = (count, count + 1);
        let fill = Tensor::<2>::from_data([[f32::MIN], [0.0]], &x.device()).expand([2, width]);
        let mut table = vec![lowest; self.len() * longest];
        for (places, rows) in table.chunks_exact_mut(longest).zip(&rows) {
            places[0] = zero;
            places.iter_mut().zip(rows).for_each(|(place, &row)| *place = row as i32);
        }
        let length = table.len();
        let table = Tensor::<1, Int>::from_data(TensorData::new(table, [length]), &x.device());
        let side_by_side = Tensor::cat(vec![x, fill], 0).select(0, table); // [groups * longest, width]
        side_by_side.reshape([self.len(), longest, width]).max_dim(1).squeeze_dim(1) // [groups, width]
    }

    /// A row of `x` for each row of the groups: what its group has.
    ///
    /// # Shapes
    /// - x: `[groups, width]`
    /// - returns `[rows, width]`
    pub fn spread(&self, x: Tensor<2>) -> Tensor<2> {
        let matrix = self.0.spread.get_or_init(|| {
            let entries: Vec<[u32; 2]> =
                (0_u32..).zip(self.of_row()).map(|(row, &group)| [row, group]).collect();
            Sparse::new(self.of_row().len(), self.len(), &entries, None)
        });
        matrix.product(x)
    }

    /// e^x over the sum of e^x of its group, column by column: weights that add up to 1 in every group.
    ///
    /// # Shapes
    /// - x: `[rows, width]`, returned alike
    pub fn softmax(&self, x: Tensor<2>) -> Tensor<2> {
        // The largest of a group cancels out, so it needs no gradient.
        let largest = self.spread(self.max(x.clone()).detach());
        let powers = (x - largest).exp(); // [rows, width]
        let sums = self.spread(self.sum(powers.clone()));
        powers / sums
    }

    fn matrix(&self, values: Option<Vec<f32>>) -> Sparse {
        let entries: Vec<[u32; 2]> =
            self.of_row().iter().zip(0_u32..).map(|(&group, row)| [group, row]).collect();
        Sparse::new(self.len(), self.of_row().len(), &entries, values.as_deref())
    }
}
