//! Products of matrices in plain slices, for what is computed by hand on the processor.

/// A matrix in a slice, with the distance from one row and one column to the next.
#[derive(Clone, Copy, Debug)]
pub struct Matrix<'a> {
    values: &'a [f32],
    rows: usize,
    columns: usize,
    row_stride: usize,
    column_stride: usize,
}

impl<'a> Matrix<'a> {
    /// The matrix whose rows lie one after the other in `values`.
    ///
    /// # Panics
    /// If there are too few values.
    pub fn rows(values: &'a [f32], rows: usize, columns: usize) -> Self {
        assert!(
            values.len() >= rows * columns,
            "a {rows} x {columns} matrix needs {} values",
            rows * columns
        );
        Self { values, rows, columns, row_stride: columns, column_stride: 1 }
    }

    /// `columns` columns from the start of `values`, of rows that are `stride` apart.
    ///
    /// # Panics
    /// If there are too few values.
    pub fn strided(values: &'a [f32], rows: usize, columns: usize, stride: usize) -> Self {
        assert!(
            values.len() >= reach(rows, columns, stride),
            "a {rows} x {columns} matrix in steps of {stride}"
        );
        Self { values, rows, columns, row_stride: stride, column_stride: 1 }
    }

    /// Rows as columns and columns as rows; nothing moves in memory.
    #[must_use]
    pub fn turned(self) -> Self {
        Self {
            values: self.values,
            rows: self.columns,
            columns: self.rows,
            row_stride: self.column_stride,
            column_stride: self.row_stride,
        }
    }
}

/// Places from the first element of a matrix to behind its last.
fn reach(rows: usize, columns: usize, stride: usize) -> usize {
    if rows * columns == 0 { 0 } else { (rows - 1) * stride + columns }
}

/// `result = left · right`, or `result += left · right` if `add`, on the calling thread.
///
/// # Panics
/// If the sizes do not fit.
pub fn product(left: Matrix<'_>, right: Matrix<'_>, result: &mut [f32], add: bool) {
    product_strided(left, right, result, right.columns, add);
}

/// [`product`] into rows that are `stride` apart; what is between them stays.
///
/// # Panics
/// If the sizes do not fit.
pub fn product_strided(left: Matrix<'_>, right: Matrix<'_>, result: &mut [f32], stride: usize, add: bool) {
    let [m, n, k] = [left.rows, right.columns, left.columns];
    assert_eq!(k, right.rows, "the inner sizes of a matrix product");
    assert!(stride >= n && result.len() >= reach(m, n, stride), "a {m} x {n} product in steps of {stride}");
    // SAFETY: the three slices hold every element that their sizes and strides reach (`Matrix` and the assertion above check
    // it), they are initialised, and `result` is borrowed mutably, so it overlaps neither factor.
    unsafe {
        gemm::gemm(
            m,
            n,
            k,
            result.as_mut_ptr(),
            1,
            stride as isize,
            add,
            left.values.as_ptr(),
            left.column_stride as isize,
            left.row_stride as isize,
            right.values.as_ptr(),
            right.column_stride as isize,
            right.row_stride as isize,
            1.0,
            1.0,
            false,
            false,
            false,
            gemm::Parallelism::None,
        );
    }
}

/// Adds numbers to others, one by one.
pub fn add(sum: &mut [f32], values: &[f32]) {
    for (sum, value) in sum.iter_mut().zip(values) {
        *sum += value;
    }
}

/// The side of the squares in which [`turn`] goes through a matrix: row by row, every number would be written to another line of
/// memory.
pub const SQUARE: usize = 16;

/// Writes columns of a matrix as rows: the first is column `left`, and there are as many as `turned` holds.
///
/// # Panics
/// If the matrix has fewer values or columns.
pub fn turn(values: &[f32], [rows, columns]: [usize; 2], left: usize, turned: &mut [f32]) {
    for (stripe, turned) in turned.chunks_mut((SQUARE * rows).max(1)).enumerate() {
        let left = left + stripe * SQUARE;
        let width = SQUARE.min(columns - left);
        for top in (0..rows).step_by(SQUARE) {
            let height = SQUARE.min(rows - top);
            let mut square = [[0.0; SQUARE]; SQUARE];
            for (row, line) in square[..height].iter_mut().enumerate() {
                let from = (top + row) * columns + left;
                copy(&values[from..from + width], &mut line[..width]);
            }
            for (column, to) in turned.chunks_exact_mut(rows).enumerate() {
                let line: [f32; SQUARE] = std::array::from_fn(|row| square[row][column]);
                copy(&line[..height], &mut to[top..top + height]);
            }
        }
    }
}

/// A side of a square, or a part of one at an edge. Whole ones are a vector; the general copy is a call.
fn copy(from: &[f32], to: &mut [f32]) {
    match (from.as_array::<SQUARE>(), to.as_mut_array::<SQUARE>()) {
        (Some(from), Some(to)) => *to = *from,
        _ => to.copy_from_slice(from),
    }
}
