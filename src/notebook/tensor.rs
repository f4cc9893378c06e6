//! A tensor as a short table under its shape, type and device.

use burn::tensor::kind::Autodiff;
use burn::tensor::{Bool, DType, Device, Int, Tensor, TensorData};

use super::corner::{self, Side, Source};
use super::grid::{Cell, Grid, LEFT_OUT, Tone};
use super::html::{escape, heading};
use super::{Content, Show, picture};
use crate::device;

/// Tensors of more numbers than this are not searched for NaN.
const SEARCHED: usize = 4_000_000;
/// Of the matrices that a tensor of three and more axes is made of.
const MATRICES: usize = 4;
const MATRIX_WHOLE: usize = 8;

impl<const D: usize> Show for Tensor<D> {
    fn content(&self) -> Content {
        let is_searched = (1..=SEARCHED).contains(&self.shape().num_elements());
        let has_nan = || self.clone().inner().contains_nan().into_data().iter::<bool>().any(|found| found);
        content(self, if is_searched && has_nan() { " · has NaN" } else { "" })
    }
}

impl<const D: usize> Show for Tensor<D, Int> {
    fn content(&self) -> Content {
        content(self, "")
    }
}

impl<const D: usize> Show for Tensor<D, Bool> {
    fn content(&self) -> Content {
        content(self, "")
    }
}

fn content<const D: usize, K: Autodiff>(tensor: &Tensor<D, K>, remark: &str) -> Content {
    let title = title(tensor) + remark;
    show(&Source { dims: &tensor.dims(), title: &title, read: &|sides| corner::read(tensor, sides) })
}

/// `[2, 3] · f32 · cpu · autodiff`.
pub(super) fn title<const D: usize, K: Autodiff>(tensor: &Tensor<D, K>) -> String {
    described(&tensor.dims(), tensor.dtype(), &tensor.device())
}

fn described(dims: &[usize], kind: DType, device: &Device) -> String {
    let autodiff = if device.is_autodiff() { " · autodiff" } else { "" };
    format!("{dims:?} · {} · {}{autodiff}", kind.name(), device::name(device))
}

fn show(tensor: &Source) -> Content {
    let numbers = Numbers::of(tensor);
    let plain = format!("{}\n{}", tensor.title, numbers.plain());
    let html = match picture::of_images(tensor) {
        Some(images) => format!(
            "{}{images}<details><summary style=\"opacity:.75\">numbers</summary>{}</details>",
            heading(tensor.title),
            numbers.html()
        ),
        None => format!("{}{}", heading(tensor.title), numbers.html()),
    };
    Content::text(plain.trim_end()).html(html)
}

/// The numbers of a tensor that are shown, with those of the last two axes as matrices.
struct Numbers {
    /// Where each matrix stands in the tensor (empty for vectors and matrices), and its cells.
    matrices: Vec<(String, Grid)>,
    /// Whether there are more matrices.
    more: bool,
}

impl Numbers {
    fn of(tensor: &Source) -> Self {
        let dims = tensor.dims;
        let outer = dims.len().saturating_sub(2);
        let mut sides: Vec<Side> = dims.iter().map(|&length| Side::ends(length)).collect();
        let mut matrices = 1;
        for (side, &length) in sides.iter_mut().zip(dims).take(outer) {
            let shown = length.min((MATRICES / matrices).max(1));
            *side = Side { places: (0..shown).collect(), gap_after: (shown < length).then_some(shown) };
            matrices *= shown.max(1);
        }
        if outer > 0 {
            for (side, &length) in sides.iter_mut().zip(dims).skip(outer) {
                *side = Side::shortened(length, MATRIX_WHOLE, 4, 3);
            }
        }
        match dims.contains(&0) {
            true => Self { matrices: vec![], more: false },
            false => Self::from_data(&(tensor.read)(&sides), &sides, outer),
        }
    }

    fn from_data(data: &TensorData, sides: &[Side], outer: usize) -> Self {
        let cells = cells(data);
        let (places, inner) = sides.split_at(outer);
        let size: usize = inner.iter().map(|side| side.places.len()).product();
        let more = places.iter().any(|side| side.gap_after.is_some());
        let matrices = cells.chunks(size.max(1)).enumerate().map(|(i, cells)| {
            let grid = match inner {
                [rows, columns] => matrix(cells, rows, columns),
                [columns] => matrix(cells, &Side::ends(1), columns),
                _ => Grid::of_numbers(vec![cells.to_vec()]),
            };
            (position(i, places), grid)
        });
        Self { matrices: matrices.collect(), more }
    }

    fn html(&self) -> String {
        let mut html = String::new();
        if let [(at, grid)] = &self.matrices[..]
            && at.is_empty()
        {
            return grid.html();
        }
        html.push_str("<div style=\"display:flex;flex-wrap:wrap;gap:1em;align-items:flex-end\">");
        for (at, grid) in &self.matrices {
            html.push_str(&format!(
                "<div><small style=\"opacity:.6\">{}</small>{}</div>",
                escape(at),
                grid.html()
            ));
        }
        html.push_str(if self.more { "<div>…</div></div>" } else { "</div>" });
        html
    }

    fn plain(&self) -> String {
        let mut plain = String::new();
        for (at, grid) in &self.matrices {
            if !at.is_empty() {
                plain.push_str(&format!("{at}\n"));
            }
            plain.push_str(&grid.plain());
        }
        if self.more {
            plain.push_str(LEFT_OUT);
        }
        plain.trim_end().to_owned()
    }
}

/// `[0, 1, .., ..]`: where the `i`-th matrix stands.
fn position(i: usize, outer: &[Side]) -> String {
    if outer.is_empty() {
        return String::new();
    }
    let mut rest = i;
    let mut places: Vec<String> = vec![];
    for side in outer.iter().rev() {
        let count = side.places.len().max(1);
        places.push(side.places.get(rest % count).map_or_else(String::new, usize::to_string));
        rest /= count;
    }
    places.reverse();
    format!("[{}, .., ..]", places.join(", "))
}

fn matrix(cells: &[Cell], rows: &Side, columns: &Side) -> Grid {
    let lines = cells.chunks(columns.places.len().max(1)).map(|line| {
        let mut line = line.to_vec();
        if let Some(gap) = columns.gap_after {
            line.insert(gap, Cell::left_out());
        }
        line
    });
    let mut lines: Vec<Vec<Cell>> = lines.collect();
    if let Some(gap) = rows.gap_after {
        let width = lines.first().map_or(0, Vec::len);
        lines.insert(gap, vec![Cell::faint("⋮"); width]);
    }
    Grid::of_numbers(lines)
}

fn cells(data: &TensorData) -> Vec<Cell> {
    match data.dtype() {
        DType::Bool(_) => data.iter::<bool>().map(|value| Cell::from(value.to_string())).collect(),
        dtype if dtype.is_float() => floats(&data.iter::<f64>().collect::<Vec<_>>()),
        DType::QFloat(_) => vec![Cell::faint("quantised")],
        _ => data.iter::<i64>().map(|value| Cell::from(value.to_string())).collect(),
    }
}

/// Numbers in one notation: four decimals as PyTorch prints them, one if all are whole, powers of ten if they are very large or small.
fn floats(values: &[f64]) -> Vec<Cell> {
    let sizes = || values.iter().filter(|value| value.is_finite() && **value != 0.0).map(|value| value.abs());
    let largest = sizes().fold(0.0, f64::max);
    let smallest = sizes().fold(f64::INFINITY, f64::min);
    let all_whole = values.iter().filter(|value| value.is_finite()).all(|value| value.fract() == 0.0);
    let text = |value: f64| match value {
        value if largest >= 1e5 || largest < 1e-2 && largest > 0.0 || smallest < 1e-6 && largest < 1.0 => {
            format!("{value:.3e}")
        }
        value if all_whole => format!("{value:.1}"),
        value => format!("{value:.4}"),
    };
    let cell = |&value: &f64| match value.is_finite() {
        true => Cell::from(text(value)),
        false => Cell::new(value.to_string(), Tone::Warning),
    };
    values.iter().map(cell).collect()
}
