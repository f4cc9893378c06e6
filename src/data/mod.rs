//! Data: the catalog of sets, where they are found, how they are fetched and checked, and their readers.

pub mod catalog;
pub mod celeba;
pub mod diff;
pub mod download;
mod form;
pub mod gzip;
pub mod http;
pub mod idx;
pub mod images;
pub mod locate;
pub mod lock;
pub mod merkle;
pub mod mnist;
mod on_device;
mod part;
pub mod pictures;
pub mod policy;
pub mod progress;
pub mod qm9;
pub mod resize;
pub mod retry;
pub mod sidecar;
pub mod table;
pub mod tables;
pub mod text;
pub mod verify;
pub mod wait;

pub use on_device::DigitBatcher;

use crate::cli::Run;

/// Why a run has no data.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    #[error(transparent)]
    Catalog(#[from] catalog::CatalogError),
    #[error(transparent)]
    Locate(#[from] locate::LocateError),
}

/// [`locate()`] for a project that has a stand-in of its own making: none if a run with quick settings has the set nowhere.
///
/// # Errors
/// As [`locate()`]; with the book's settings also a set that is nowhere.
pub fn locate_or_make(name: &str, run: &Run) -> Result<Option<locate::Located>, DataError> {
    match locate(name, run) {
        Err(DataError::Locate(locate::LocateError::Absent { .. })) if !run.flags.book => Ok(None),
        found => found.map(Some),
    }
}

/// Finds a set of the catalog for a run: in `--data-dir`, in `MLBOOK_DATA`, in the cache, or bundled. Nothing is fetched; if the
/// set is nowhere, its bundled stand-in is taken.
///
/// # Errors
/// A set that is not in the catalog, not in the `--data-dir` given, or nowhere and without a stand-in.
pub fn locate(name: &str, run: &Run) -> Result<locate::Located, DataError> {
    let places = locate::Places::of_this_computer(run.flags.data_dir.clone());
    Ok(locate::locate(&catalog::Catalog::built_in()?, name, &places, None)?)
}
