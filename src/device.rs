//! One choice of device, at run time: the same program trains on the CPU or on the GPU.

use burn::tensor::{Device, DeviceType};
use clap::ValueEnum;
use serde::{Deserialize, Serialize};

/// Where tensors live and are computed.
#[derive(ValueEnum, Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeviceChoice {
    /// burn-flex: all cores of the processor
    #[default]
    Cpu,
    /// burn-wgpu: a graphics adapter through Vulkan, Metal or DirectX 12
    Webgpu,
    /// burn-ndarray: deprecated in burn 0.22, up to 20 times slower than cpu
    Ndarray,
}

impl std::fmt::Display for DeviceChoice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Cpu => "cpu",
            Self::Webgpu => "webgpu",
            Self::Ndarray => "ndarray",
        })
    }
}

/// A device that this machine does not offer.
#[derive(Debug, thiserror::Error)]
pub enum DeviceError {
    #[error(
        "no graphics adapter found: webgpu looked for Vulkan, Metal, DirectX 12 and OpenGL. Install a driver \
         (on Debian and Ubuntu `mesa-vulkan-drivers` brings a software adapter), or use --device cpu, which always works."
    )]
    NoAdapter,
}

/// Opens the chosen device for plain computation; `.autodiff()` on it turns gradients on.
///
/// # Errors
/// [`DeviceError::NoAdapter`] when `webgpu` is asked for and the machine has no adapter. wgpu itself would panic on
/// another thread, so the adapters are counted first.
pub fn open(choice: DeviceChoice) -> Result<Device, DeviceError> {
    crate::memory::keep_freed_blocks();
    match choice {
        DeviceChoice::Cpu => Ok(cpu()),
        DeviceChoice::Webgpu => adapters().into_iter().next().ok_or(DeviceError::NoAdapter),
        // Part of the project's brief; gone in burn 0.23.
        #[allow(deprecated)]
        DeviceChoice::Ndarray => Ok(Device::ndarray()),
    }
}

/// The processor, which is always there.
pub fn cpu() -> Device {
    crate::memory::keep_freed_blocks();
    Device::flex()
}

/// The graphics adapters of this machine, hardware before software.
pub fn adapters() -> Vec<Device> {
    Device::enumerate(DeviceType::Wgpu).into_vec()
}

/// The name by which a device is chosen: `cpu`, `webgpu` or `ndarray`.
pub fn name(device: &Device) -> String {
    // Part of the project's brief; gone in burn 0.23.
    #[allow(deprecated)]
    let choice = match device {
        device if *device == Device::flex() => DeviceChoice::Cpu,
        device if *device == Device::ndarray() => DeviceChoice::Ndarray,
        _ => DeviceChoice::Webgpu,
    };
    choice.to_string()
}

/// What a device is called, for people: `cpu (burn-flex, 2 threads)` or the adapter's name.
pub fn describe(choice: DeviceChoice, device: &Device) -> String {
    match choice {
        DeviceChoice::Cpu => {
            let threads = std::thread::available_parallelism().map_or(1, |n| n.get());
            format!("cpu (burn-flex, {threads} threads)")
        }
        DeviceChoice::Webgpu => match device.identity() {
            Some(identity) => format!("webgpu ({})", identity.name),
            None => "webgpu".to_owned(),
        },
        DeviceChoice::Ndarray => "ndarray (burn-ndarray, deprecated: far slower than cpu)".to_owned(),
    }
}
