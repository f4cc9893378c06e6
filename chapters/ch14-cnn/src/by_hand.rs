//! Sections 14.1.1 and 14.1.2: the convolution of a signal and of an image by hand, in 64 bits as NumPy computes.
//! Windows of the padded input, each multiplied with the turned kernel and summed.

/// Sizes between which there is no convolution.
#[derive(Debug, thiserror::Error)]
pub enum ConvolutionError {
    #[error(
        "a kernel of {kernel} does not fit into {input} numbers with {padding} zeros at each end: pad more, or \
        take a smaller kernel"
    )]
    TooLarge { kernel: usize, input: usize, padding: usize },
    #[error("the kernel is empty: give it at least one number")]
    NoKernel,
    #[error("a stride of 0 never moves: give at least 1")]
    NoStride,
    #[error(
        "row {row} of the {what} has {found} numbers and row 0 has {expected}: all rows must be equally long"
    )]
    Ragged { what: &'static str, row: usize, found: usize, expected: usize },
}

/// Section 14.1.1: the convolution of `x` with the kernel `w`, `padding` zeros at each end, in steps of `stride`.
///
/// # Shapes
/// - x: `n` numbers, w: `m` numbers
/// - returns `floor((n + 2·padding − m) / stride) + 1` numbers
///
/// # Errors
/// A kernel that is empty or longer than the padded signal, a stride of 0.
pub fn conv1d(x: &[f64], w: &[f64], padding: usize, stride: usize) -> Result<Vec<f64>, ConvolutionError> {
    check(x.len(), w.len(), padding, stride)?;
    let padded = pad(x, padding);
    let turned = turn(w);
    Ok(padded.windows(w.len()).step_by(stride).map(|window| dot(window, &turned)).collect())
}

/// Section 14.1.2: the convolution of an image with a kernel, both as rows; the kernel is turned by 180 degrees. `padding` and
/// `stride` are those of rows and of columns.
///
/// # Shapes
/// - x: `n1` rows of `n2`, w: `m1` rows of `m2`
/// - returns rows and columns, each `floor((n + 2·padding − m) / stride) + 1`
///
/// # Errors
/// A kernel that is empty or larger than the padded image, a stride of 0, rows of different lengths.
pub fn conv2d(
    x: &[Vec<f64>],
    w: &[Vec<f64>],
    padding: [usize; 2],
    stride: [usize; 2],
) -> Result<Vec<Vec<f64>>, ConvolutionError> {
    let width = row_length(x, "image")?;
    let kernel_width = row_length(w, "kernel")?;
    check(x.len(), w.len(), padding[0], stride[0])?;
    check(width, kernel_width, padding[1], stride[1])?;

    let zeros = vec![vec![0.0; width + 2 * padding[1]]; padding[0]];
    let rows = x.iter().map(|row| pad(row, padding[1])).collect();
    let padded = [zeros.clone(), rows, zeros].concat(); // [n1 + 2·padding, n2 + 2·padding]
    let turned: Vec<Vec<f64>> = w.iter().rev().map(|row| turn(row)).collect();

    let places = width + 2 * padding[1] - kernel_width + 1;
    let sum_at = |rows: &[Vec<f64>], column: usize| -> f64 {
        rows.iter().zip(&turned).map(|(row, kernel)| dot(&row[column..column + kernel_width], kernel)).sum()
    };
    let row_of =
        |rows: &[Vec<f64>]| (0..places).step_by(stride[1]).map(|column| sum_at(rows, column)).collect();
    Ok(padded.windows(w.len()).step_by(stride[0]).map(row_of).collect())
}

/// `x` with zeros at both ends.
fn pad(x: &[f64], padding: usize) -> Vec<f64> {
    let zeros = vec![0.0; padding];
    [&zeros, x, &zeros].concat()
}

fn turn(w: &[f64]) -> Vec<f64> {
    w.iter().rev().copied().collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn check(input: usize, kernel: usize, padding: usize, stride: usize) -> Result<(), ConvolutionError> {
    if kernel == 0 {
        return Err(ConvolutionError::NoKernel);
    }
    if stride == 0 {
        return Err(ConvolutionError::NoStride);
    }
    if kernel > input + 2 * padding {
        return Err(ConvolutionError::TooLarge { kernel, input, padding });
    }
    Ok(())
}

/// The length of every row.
fn row_length(rows: &[Vec<f64>], what: &'static str) -> Result<usize, ConvolutionError> {
    let expected = rows.first().map_or(0, Vec::len);
    match rows.iter().position(|row| row.len() != expected) {
        Some(row) => Err(ConvolutionError::Ragged { what, row, found: rows[row].len(), expected }),
        None => Ok(expected),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_books_examples_come_out_exactly() {
        let signal = conv1d(&[1.0, 3.0, 2.0, 4.0, 5.0, 6.0, 1.0, 3.0], &[1.0, 0.0, 3.0, 1.0, 2.0], 2, 1);
        assert_eq!(signal.expect("it fits"), [5.0, 14.0, 16.0, 26.0, 24.0, 34.0, 19.0, 22.0]);
    }

    /// `numpy.convolve([1, 2, 3], [0, 1, 0.5])` in its three modes, from NumPy's documentation.
    #[test]
    fn the_modes_of_numpy_are_paddings() {
        let convolved = |padding| conv1d(&[1.0, 2.0, 3.0], &[0.0, 1.0, 0.5], padding, 1).expect("it fits");
        assert_eq!(convolved(2), [0.0, 1.0, 2.5, 4.0, 1.5]);
        assert_eq!(convolved(1), [1.0, 2.5, 4.0]);
        assert_eq!(convolved(0), [2.5]);
    }

    #[test]
    fn what_does_not_fit_is_refused_with_the_rule() {
        let message = |x: &[f64], w: &[f64], stride| conv1d(x, w, 1, stride).expect_err("no fit").to_string();
        assert!(message(&[1.0], &[1.0; 4], 1).contains("a kernel of 4"));
        assert!(message(&[1.0], &[], 1).contains("empty"));
        assert!(message(&[1.0], &[1.0], 0).contains("stride of 0"));
        let ragged = conv2d(&[vec![1.0, 2.0], vec![3.0]], &[vec![1.0]], [0, 0], [1, 1]);
        assert!(ragged.expect_err("ragged").to_string().contains("row 1 of the image"));
        assert!(conv2d(&[vec![1.0]], &[], [0, 0], [1, 1]).is_err());
        assert!(conv2d(&[], &[vec![1.0]], [0, 0], [1, 1]).is_err());
    }
}
