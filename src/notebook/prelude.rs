//! What a cell sees: what a chapter imports, and what shows things in a notebook.

pub use super::{
    Audio, Bar, Content, EvcxrDisplay, Html, Live, Show, as_image, check_interrupt, default_device, device,
    figures, interrupted, layers, layers_of, progress, run, run_flags, run_with, set_default_device, show,
};
pub use crate::prelude::*;
