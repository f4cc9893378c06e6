//! What is worth knowing about a value, in a few words.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Debug;

use burn::tensor::kind::Autodiff;
use burn::tensor::{Device, Tensor};
use polars::prelude::DataFrame;

use super::tensor;
use crate::cli::Run;
use crate::data::mnist::Digits;
use crate::data::table::Table;
use crate::device;
use crate::plot::Figure;
use crate::train::{Evaluation, History, Labelled};

/// A value that says what is worth knowing about it.
pub trait About {
    fn about(&self) -> String;
}

impl<T: About + ?Sized> About for &T {
    fn about(&self) -> String {
        (**self).about()
    }
}

impl<const D: usize, K: Autodiff> About for Tensor<D, K> {
    fn about(&self) -> String {
        tensor::title(self)
    }
}

impl About for DataFrame {
    fn about(&self) -> String {
        let (rows, columns) = self.shape();
        format!("{rows} rows × {columns} columns")
    }
}

impl About for Table {
    fn about(&self) -> String {
        self.frame().about()
    }
}

impl About for Device {
    fn about(&self) -> String {
        let autodiff = if self.is_autodiff() { " · autodiff" } else { "" };
        format!("{}{autodiff}", device::name(self))
    }
}

impl<const D: usize> About for Labelled<D> {
    fn about(&self) -> String {
        format!("{:?} · {}", self.inputs.dims(), device::name(&self.inputs.device()))
    }
}

impl About for Digits {
    fn about(&self) -> String {
        format!("{} digits", self.len())
    }
}

impl About for Figure {
    fn about(&self) -> String {
        let (width, height) = self.size();
        format!("{width:.0} × {height:.0}")
    }
}

impl About for Evaluation {
    fn about(&self) -> String {
        format!("accuracy {:.4}", self.accuracy())
    }
}

impl About for History {
    fn about(&self) -> String {
        format!("{} epochs", self.epochs.len())
    }
}

impl About for Run {
    fn about(&self) -> String {
        format!("{} {}, seed {}, on {}", self.chapter, self.project, self.flags.seed, self.flags.device)
    }
}

impl<T> About for Vec<T> {
    fn about(&self) -> String {
        format!("{} elements", self.len())
    }
}

impl<T> About for [T] {
    fn about(&self) -> String {
        format!("{} elements", self.len())
    }
}

impl<T, const N: usize> About for [T; N] {
    fn about(&self) -> String {
        format!("{N} elements")
    }
}

impl<K, V> About for HashMap<K, V> {
    fn about(&self) -> String {
        format!("{} entries", self.len())
    }
}

impl<K, V> About for BTreeMap<K, V> {
    fn about(&self) -> String {
        format!("{} entries", self.len())
    }
}

impl About for str {
    fn about(&self) -> String {
        shortened(self)
    }
}

impl About for String {
    fn about(&self) -> String {
        shortened(self)
    }
}

macro_rules! plain {
    ($($kind:ty),*) => { $(impl About for $kind {
        fn about(&self) -> String {
            shortened(self)
        }
    })* };
}

plain!(bool, char, f32, f64, i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize);

/// A value as Rust writes it, cut where it is long.
fn shortened(value: &(impl Debug + ?Sized)) -> String {
    const LETTERS: usize = 60;
    let text = format!("{value:?}");
    match text.char_indices().nth(LETTERS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
