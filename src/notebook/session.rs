//! The session of a notebook: the device that cells compute on, and runs like those of the chapters' programs.

use std::sync::{Mutex, PoisonError};

use burn::tensor::Device;
use clap::ValueEnum;

use crate::cli::{Run, RunError, RunFlags};
use crate::device::{self, DeviceChoice, DeviceError};

/// The device that cells compute on, once one was chosen.
static SESSION: Mutex<Option<(DeviceChoice, Device)>> = Mutex::new(None);

/// A device that cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    #[error("there is no device \"{0}\". Choose cpu, webgpu or ndarray.")]
    Unknown(String),
    #[error(transparent)]
    Device(#[from] DeviceError),
}

/// A device by its name, for plain computation; `.autodiff()` on it turns gradients on.
///
/// # Errors
/// A name other than `cpu`, `webgpu` and `ndarray`, or no graphics adapter for `webgpu`.
pub fn device(name: &str) -> Result<Device, SessionError> {
    Ok(device::open(choice(name)?)?)
}

/// The session's device: `cpu`, until [`set_default_device`] (or `:device` in the kernel "Rust (mlbook)") says otherwise.
pub fn default_device() -> Device {
    session().1
}

/// What the session's device is called, for people.
pub fn describe_default_device() -> String {
    let (choice, device) = session();
    device::describe(choice, &device)
}

/// Makes a device the session's: [`default_device`] and [`run`] take it from here on. Models and tensors stay where they are.
///
/// # Errors
/// As [`device()`]; then the session's device stays what it was.
pub fn set_default_device(name: &str) -> Result<(), SessionError> {
    let choice = choice(name)?;
    let opened = (choice, device::open(choice)?);
    *SESSION.lock().unwrap_or_else(PoisonError::into_inner) = Some(opened);
    Ok(())
}

/// Begins a run as the chapter's program does: quick settings, seed 1, the session's device, files in `out/<chapter>/<project>`
/// beside the notebook.
///
/// # Errors
/// A folder that cannot be made.
pub fn run(chapter: &str, project: &str) -> Result<Run, RunError> {
    run_with(chapter, project, run_flags())
}

/// Begins a run with flags of its own: `RunFlags { seed: 2, book: true, ..run_flags() }`.
///
/// # Errors
/// A device that this machine does not offer, or a folder that cannot be made.
pub fn run_with(chapter: &str, project: &str, flags: RunFlags) -> Result<Run, RunError> {
    Run::start(chapter, project, &flags)
}

/// The flags that [`run`] takes: those of a program called without any, and the session's device.
pub fn run_flags() -> RunFlags {
    RunFlags { device: session().0, ..RunFlags::default() }
}

fn session() -> (DeviceChoice, Device) {
    let mut session = SESSION.lock().unwrap_or_else(PoisonError::into_inner);
    session.get_or_insert_with(|| (DeviceChoice::Cpu, device::cpu())).clone()
}

fn choice(name: &str) -> Result<DeviceChoice, SessionError> {
    DeviceChoice::from_str(name.trim(), true).map_err(|_| SessionError::Unknown(name.trim().to_owned()))
}
