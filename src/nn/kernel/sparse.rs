//! Products of a sparse and a dense matrix on the processor.

use rayon::prelude::*;

/// Multiplications that are worth a second core.
const PARALLEL: usize = 1 << 18;
/// Rows that a core takes at a time.
const CHUNK: usize = 128;

/// A sparse matrix in compressed rows: row `r` has the entries `starts[r]..starts[r + 1]`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Compressed {
    /// One more than there are rows.
    pub starts: Vec<u32>,
    /// The column of each entry.
    pub columns: Vec<u32>,
    /// The value of each entry; none: all are 1.
    pub values: Option<Vec<f32>>,
}

impl Compressed {
    /// Sorts entries (row, column) by row; within a row they keep their order.
    ///
    /// # Panics
    /// If a row is not below `rows`, or there are not as many values as entries.
    pub fn new(rows: usize, entries: &[[u32; 2]], values: Option<&[f32]>) -> Self {
        assert!(values.is_none_or(|values| values.len() == entries.len()), "one value for each entry");
        let mut starts = vec![0_u32; rows + 1];
        for &[row, _] in entries {
            starts[row as usize + 1] += 1;
        }
        for row in 0..rows {
            starts[row + 1] += starts[row];
        }
        let mut next = starts.clone();
        let mut columns = vec![0; entries.len()];
        let mut sorted = values.map(|values| vec![0.0; values.len()]);
        for (entry, &[row, column]) in entries.iter().enumerate() {
            let place = next[row as usize] as usize;
            next[row as usize] += 1;
            columns[place] = column;
            if let (Some(sorted), Some(values)) = (&mut sorted, values) {
                sorted[place] = values[entry];
            }
        }
        Self { starts, columns, values: sorted }
    }

    /// The row of each entry.
    pub fn rows(&self) -> Vec<u32> {
        let mut rows = Vec::with_capacity(self.columns.len());
        for (row, range) in self.starts.windows(2).enumerate() {
            rows.extend((range[0]..range[1]).map(|_| row as u32));
        }
        rows
    }

    /// The matrix turned over, with `rows` rows.
    pub fn transposed(&self, rows: usize) -> Self {
        let entries: Vec<[u32; 2]> =
            self.columns.iter().zip(self.rows()).map(|(&column, row)| [column, row]).collect();
        Self::new(rows, &entries, self.values.as_deref())
    }

    /// The product with a dense matrix of `width` columns, row by row. Each row is summed in the order of its entries: the same
    /// bits on any number of cores.
    pub fn product(&self, dense: &[f32], width: usize) -> Vec<f32> {
        let rows = self.starts.len() - 1;
        let mut output = vec![0.0; rows * width];
        if width == 0 {
            return output;
        }
        let fill = |first: usize, part: &mut [f32]| {
            for (row, sum) in part.chunks_exact_mut(width).enumerate() {
                let range = self.starts[first + row] as usize..self.starts[first + row + 1] as usize;
                for entry in range {
                    let start = self.columns[entry] as usize * width;
                    let line = &dense[start..start + width];
                    match &self.values {
                        None => sum.iter_mut().zip(line).for_each(|(sum, x)| *sum += x),
                        Some(values) => {
                            let value = values[entry];
                            sum.iter_mut().zip(line).for_each(|(sum, x)| *sum += value * x);
                        }
                    }
                }
            }
        };
        if self.columns.len() * width < PARALLEL {
            fill(0, &mut output);
        } else {
            let chunks = output.par_chunks_mut(CHUNK * width).enumerate();
            chunks.for_each(|(chunk, part)| fill(chunk * CHUNK, part));
        }
        output
    }
}
