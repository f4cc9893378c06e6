//! scikit-learn's `train_test_split`, plain and stratified.

use std::collections::BTreeMap;

use super::numpy::NumpyRng;
use super::{Result, RngError};

/// How large a part of a split is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Size {
    /// This share of the rows, above 0 and below 1. A test part rounds up, a training part down.
    Fraction(f64),
    /// This many rows.
    Count(usize),
}

/// The sizes of both parts. One that is not given is what the other leaves; with neither, a quarter is for
/// testing.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Sizes {
    /// The training part, `train_size`.
    pub train: Option<Size>,
    /// The test part, `test_size`.
    pub test: Option<Size>,
}

impl Sizes {
    /// The test part gets this much, the training part the rest.
    pub fn test(size: Size) -> Self {
        Self { train: None, test: Some(size) }
    }

    /// The training part gets this much, the test part the rest.
    pub fn train(size: Size) -> Self {
        Self { train: Some(size), test: None }
    }
}

/// A bare size is the test part's, as in scikit-learn's usual call.
impl From<Size> for Sizes {
    fn from(size: Size) -> Self {
        Self::test(size)
    }
}

/// Row numbers of the two parts, in the order in which scikit-learn returns the rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// Rows to train on.
    pub train: Vec<usize>,
    /// Rows to test on.
    pub test: Vec<usize>,
}

/// `train_test_split(range(n), test_size=…, random_state=…)`.
///
/// ```
/// use mlbook::rng::{Size, train_test_split};
///
/// let split = train_test_split(10, Size::Fraction(0.3), 1)?;
/// assert_eq!(split.test, [2, 9, 6]);
/// # Ok::<(), mlbook::rng::RngError>(())
/// ```
///
/// # Errors
/// [`RngError::Split`] if a size is out of range, both together exceed `n`, or nothing is left to train on.
pub fn train_test_split(n: usize, sizes: impl Into<Sizes>, random_state: u32) -> Result<Split> {
    let (train_rows, test_rows) = rows_of_parts(n, sizes.into())?;
    let mut order = NumpyRng::new(random_state).permutation(n);
    order.truncate(test_rows + train_rows);
    let train = order.split_off(test_rows);
    Ok(Split { train, test: order })
}

/// `train_test_split(range(n), stratify=labels, test_size=…, random_state=…)`: each class keeps its share in
/// both parts, as nearly as whole rows allow. Classes are numbered in the order of their labels.
///
/// # Errors
/// [`RngError::Split`] as for [`train_test_split`], and if a class has a single row or a part is too small to
/// hold one row of each class.
pub fn train_test_split_stratified<L: Ord>(
    labels: &[L],
    sizes: impl Into<Sizes>,
    random_state: u32,
) -> Result<Split> {
    let n = labels.len();
    let (train_rows, test_rows) = rows_of_parts(n, sizes.into())?;
    let classes = rows_by_class(labels);
    check_classes(n, &classes, train_rows, test_rows)?;

    let mut rng = NumpyRng::new(random_state);
    let counts: Vec<usize> = classes.iter().map(Vec::len).collect();
    let train_counts = share_out(&counts, train_rows, &mut rng);
    let left: Vec<usize> = counts.iter().zip(&train_counts).map(|(all, train)| all - train).collect();
    let test_counts = share_out(&left, test_rows, &mut rng);

    let (mut train, mut test) = (Vec::with_capacity(train_rows), Vec::with_capacity(test_rows));
    for ((rows, &for_train), &for_test) in classes.iter().zip(&train_counts).zip(&test_counts) {
        let order = rng.permutation(rows.len());
        let mut shuffled = order.into_iter().map(|place| rows[place]);
        train.extend(shuffled.by_ref().take(for_train));
        test.extend(shuffled.take(for_test));
    }
    rng.shuffle(&mut train);
    rng.shuffle(&mut test);
    Ok(Split { train, test })
}

/// Checks the sizes and turns them into numbers of rows: (train, test).
fn rows_of_parts(n: usize, sizes: Sizes) -> Result<(usize, usize)> {
    let refuse = |rule: String| Err(RngError::Split { rows: n, rule });
    for (name, size) in [("test", sizes.test), ("train", sizes.train)] {
        match size {
            Some(Size::Count(count)) if count == 0 || count >= n => {
                return refuse(format!("a {name} size of {count} rows must be above 0 and below all rows"));
            }
            Some(Size::Fraction(fraction)) if !(fraction > 0.0 && fraction < 1.0) => {
                return refuse(format!("a {name} fraction of {fraction} must be above 0 and below 1"));
            }
            _ => {}
        }
    }
    let train = sizes.train.map(|size| rows(size, n, f64::floor));
    let test = match (train, sizes.test) {
        (_, Some(size)) => rows(size, n, f64::ceil),
        (Some(train), None) => n - train,
        (None, None) => rows(Size::Fraction(0.25), n, f64::ceil),
    };
    let train = train.unwrap_or(n.saturating_sub(test));
    if train + test > n {
        return refuse(format!("{train} to train and {test} to test are more; make one part smaller"));
    }
    if train == 0 {
        return refuse(format!("with {test} to test, none are left to train on; make the test part smaller"));
    }
    Ok((train, test))
}

fn rows(size: Size, n: usize, round: fn(f64) -> f64) -> usize {
    match size {
        Size::Fraction(fraction) => round(fraction * n as f64) as usize,
        Size::Count(count) => count,
    }
}

fn rows_by_class<L: Ord>(labels: &[L]) -> Vec<Vec<usize>> {
    let mut classes: BTreeMap<&L, Vec<usize>> = BTreeMap::new();
    for (row, label) in labels.iter().enumerate() {
        classes.entry(label).or_default().push(row);
    }
    classes.into_values().collect()
}

fn check_classes(n: usize, classes: &[Vec<usize>], train_rows: usize, test_rows: usize) -> Result<()> {
    let refuse = |rule: String| Err(RngError::Split { rows: n, rule });
    if let Some(rows) = classes.iter().find(|rows| rows.len() < 2) {
        let row = rows.first().copied().unwrap_or_default();
        return refuse(format!(
            "row {row} is alone in its class; stratifying takes two rows of each class at least"
        ));
    }
    for (part, rows) in [("train", train_rows), ("test", test_rows)] {
        if rows < classes.len() {
            return refuse(format!(
                "{rows} rows to {part} cannot hold all {} classes; enlarge it",
                classes.len()
            ));
        }
    }
    Ok(())
}

/// Shares `draws` out over classes in proportion to their counts: whole parts first, then one more for the
/// largest remainders. `rng` decides between equal remainders, and is asked even where there is nothing to
/// decide.
fn share_out(counts: &[usize], draws: usize, rng: &mut NumpyRng) -> Vec<usize> {
    let total = counts.iter().sum::<usize>() as f64;
    let exact: Vec<f64> = counts.iter().map(|&count| count as f64 / total * draws as f64).collect();
    let mut shares: Vec<usize> = exact.iter().map(|share| share.floor() as usize).collect();
    let remainders: Vec<f64> = exact.iter().map(|share| share - share.floor()).collect();
    let mut missing = draws.saturating_sub(shares.iter().sum());

    let mut largest_first = remainders.clone();
    largest_first.sort_by(|a, b| b.total_cmp(a));
    largest_first.dedup();
    for remainder in largest_first {
        if missing == 0 {
            break;
        }
        let tied: Vec<usize> = (0..counts.len()).filter(|&class| remainders[class] == remainder).collect();
        let order = rng.permutation(tied.len());
        for place in order.into_iter().take(missing) {
            shares[tied[place]] += 1;
        }
        missing -= missing.min(tied.len());
    }
    shares
}
