//! Tensors as text, the way PyTorch prints them: four decimals, one row a line; how far apart two of them are; large numbers.

use std::fmt::Display;

use burn::tensor::{Int, Tensor};

use crate::say;

/// Prints a name and a vector of numbers on one line.
pub fn vector(name: &str, values: &Tensor<1>) {
    say!("{name:<28} {}", row(&floats(values)));
}

/// Prints a name and a vector of whole numbers on one line.
pub fn integers(name: &str, values: &Tensor<1, Int>) {
    let values: Vec<i64> = values.to_data().iter::<i64>().collect();
    say!("{name:<28} {values:?}");
}

/// Prints a name, and a matrix row by row.
pub fn matrix(name: &str, values: &Tensor<2>) {
    let [_, columns] = values.dims();
    for (i, line) in floats(values).chunks(columns.max(1)).enumerate() {
        say!("{:<28} {}", if i == 0 { name } else { "" }, row(line));
    }
}

/// Prints a name and a shape.
pub fn shape(name: &str, dims: &[usize]) {
    say!("{name:<28} {dims:?}");
}

/// The numbers of a tensor, row by row.
pub fn floats<const D: usize>(values: &Tensor<D>) -> Vec<f32> {
    values.to_data().iter::<f32>().collect()
}

fn row(values: &[f32]) -> String {
    let texts: Vec<String> = values.iter().map(|value| format!("{value:.4}")).collect();
    format!("[{}]", texts.join(", "))
}

/// The largest distance between two numbers of a pair, 0 for no pairs; no number if one of them is none.
pub fn largest_difference(pairs: impl Iterator<Item = (f64, f64)>) -> f64 {
    let differences = pairs.map(|(a, b)| (a - b).abs());
    differences.fold(0.0, |largest, next| if next > largest || next.is_nan() { next } else { largest })
}

/// A whole number with commas between groups of three digits: `3,274,634`.
pub fn grouped(number: impl Display) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn large_numbers_have_commas() {
        assert_eq!(grouped(7), "7");
        assert_eq!(grouped(123), "123");
        assert_eq!(grouped(3_274_634), "3,274,634");
    }
}
