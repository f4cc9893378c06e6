//! How many steps of each row of a batch are real.

/// One length for every row: those given, or all `steps`.
///
/// # Panics
/// If the lengths given are not one a row, each from 1 to `steps`.
pub fn checked(lengths: Option<&[usize]>, batch: usize, steps: usize) -> Vec<usize> {
    let Some(lengths) = lengths else { return vec![steps; batch] };
    assert_eq!(lengths.len(), batch, "one length is needed for every row of the batch");
    for (row, &length) in lengths.iter().enumerate() {
        assert!(
            (1..=steps).contains(&length),
            "row {row} of the batch has length {length}; lengths are from 1 to the number of steps, here {steps}"
        );
    }
    lengths.to_vec()
}
