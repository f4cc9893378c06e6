//! Kernel specs: the small files that tell Jupyter how to start a kernel.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use mlbook::files;
use serde_json::{Map, Value, json};

/// The name of our kernel's spec; notebooks name it in their metadata.
pub const OURS: &str = "mlbook";
/// The name of the stock kernel's spec, as its own installer has it.
pub const STOCK: &str = "rust";

const LOGO: &str = include_str!("logo.svg");

/// The folder of a spec below one of Jupyter's data folders.
pub fn folder(data: &Path, name: &str) -> PathBuf {
    data.join("kernels").join(name)
}

/// The user's own Jupyter data folder.
pub fn user_data() -> anyhow::Result<PathBuf> {
    if let Some(folder) = std::env::var_os("JUPYTER_DATA_DIR").filter(|value| !value.is_empty()) {
        return Ok(folder.into());
    }
    let found = if cfg!(target_os = "macos") {
        dirs::home_dir().map(|home| home.join("Library").join("Jupyter"))
    } else {
        dirs::data_dir().map(|data| data.join("jupyter"))
    };
    found.context("this system names no folder for the user's data; set JUPYTER_DATA_DIR")
}

/// The program that an installed spec starts.
pub fn program(data: &Path, name: &str) -> Option<PathBuf> {
    let text = fs::read(folder(data, name).join("kernel.json")).ok()?;
    let spec: Value = serde_json::from_slice(&text).ok()?;
    spec["argv"][0].as_str().map(PathBuf::from)
}

/// What our kernel needs to know wherever Jupyter starts it from.
pub fn ours(binary: &Path, workspace: &Path) -> anyhow::Result<Value> {
    let mut environment = Map::new();
    environment.insert("MLBOOK_WORKSPACE".into(), text(workspace)?.into());
    if let Some(target) = std::env::var_os("CARGO_TARGET_DIR") {
        let target = std::path::absolute(target)?;
        environment.insert("CARGO_TARGET_DIR".into(), text(&target)?.into());
    }
    // As in `.cargo/config.toml`: without it Mesa's software adapter compiles each WebGPU kernel for minutes.
    environment.insert("GALLIVM_PERF".into(), "nopt".into());
    Ok(json!({
        "argv": [text(binary)?, "kernel", "{connection_file}"],
        "display_name": "Rust (mlbook)",
        "language": "rust",
        "interrupt_mode": "message",
        "env": environment,
    }))
}

/// The stock kernel, with assertions off in what it compiles, as in the workspace's profile.
pub fn stock(binary: &Path) -> anyhow::Result<Value> {
    Ok(json!({
        "argv": [text(binary)?, "--control_file", "{connection_file}"],
        "display_name": "Rust",
        "language": "rust",
        "interrupt_mode": "message",
        "env": {
            "CARGO_PROFILE_DEV_DEBUG_ASSERTIONS": "false",
            "CARGO_PROFILE_DEV_OVERFLOW_CHECKS": "false",
            "GALLIVM_PERF": "nopt",
        },
    }))
}

/// Writes a spec; Jupyter never sees half of one.
pub fn write(data: &Path, name: &str, spec: &Value) -> anyhow::Result<PathBuf> {
    let folder = folder(data, name);
    let failed = || format!("cannot write the kernel spec into {}", folder.display());
    fs::create_dir_all(&folder).with_context(failed)?;
    fs::write(folder.join("logo-svg.svg"), LOGO).with_context(failed)?;
    files::write(&folder.join("kernel.json"), format!("{spec:#}\n").as_bytes())?;
    Ok(folder)
}

/// Removes a spec; says whether there was one.
pub fn remove(data: &Path, name: &str) -> anyhow::Result<bool> {
    let folder = folder(data, name);
    if !folder.exists() {
        return Ok(false);
    }
    fs::remove_dir_all(&folder).with_context(|| format!("cannot remove {}", folder.display()))?;
    Ok(true)
}

fn text(path: &Path) -> anyhow::Result<&str> {
    path.to_str().with_context(|| format!("{} is not valid UTF-8, which a kernel spec needs", path.display()))
}
