//! Which crates are read, and where their sources are: `cargo metadata` knows.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

use crate::index::IndexError;

/// The crate that notebooks load.
pub const COMPANION: &str = "companion";
/// Crates from the registry whose items notebooks use. Others would only make the index larger.
const WANTED: [&str; 21] = [
    "burn",
    "burn-core",
    "burn-tensor",
    "burn-nn",
    "burn-optim",
    "burn-train",
    "burn-store",
    "burn-std",
    "burn-backend",
    "burn-dataset",
    "burn-derive",
    // burn's `Shape`
    "cubecl-zspace",
    "polars",
    "polars-core",
    "polars-io",
    "polars-ops",
    "polars-error",
    "polars-utils",
    "plotters",
    "plotters-backend",
    "plotters-svg",
];

/// A crate to read.
pub struct Source {
    pub name: String,
    /// `src/lib.rs`.
    pub root: PathBuf,
    pub manifest: PathBuf,
    pub features: HashSet<String>,
    /// Other crates by the names that this one's code has for them.
    pub externs: Vec<(String, String)>,
    /// Part of the workspace: its files may change.
    pub is_local: bool,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    workspace_members: Vec<String>,
    resolve: Resolve,
}

#[derive(Deserialize)]
struct Package {
    id: String,
    name: String,
    manifest_path: PathBuf,
    targets: Vec<Target>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
    src_path: PathBuf,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    features: HashSet<String>,
    deps: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    pkg: String,
}

/// The crates of the workspace that the companion stands on, and the wanted ones from the registry; what others
/// depend on comes first.
pub fn find(workspace: &Path) -> Result<Vec<Source>, IndexError> {
    let metadata: Metadata = serde_json::from_slice(&ask_cargo(workspace)?).map_err(IndexError::Metadata)?;
    let packages: HashMap<&str, &Package> =
        metadata.packages.iter().map(|one| (one.id.as_str(), one)).collect();
    let nodes: HashMap<&str, &Node> =
        metadata.resolve.nodes.iter().map(|one| (one.id.as_str(), one)).collect();
    let root = metadata.packages.iter().find(|one| one.name == COMPANION).ok_or(IndexError::NoCompanion)?;
    let mut sources = Vec::new();
    let mut seen = HashSet::new();
    let is_local = |id: &str| metadata.workspace_members.iter().any(|member| member == id);
    visit(&root.id, &packages, &nodes, &is_local, &mut seen, &mut sources);
    Ok(sources)
}

fn visit<'a>(
    id: &'a str,
    packages: &HashMap<&str, &'a Package>,
    nodes: &HashMap<&str, &'a Node>,
    is_local: &dyn Fn(&str) -> bool,
    seen: &mut HashSet<&'a str>,
    sources: &mut Vec<Source>,
) {
    let (Some(package), Some(node)) = (packages.get(id), nodes.get(id)) else { return };
    if !(is_local(id) || WANTED.contains(&package.name.as_str())) || !seen.insert(id) {
        return;
    }
    for dependency in &node.deps {
        visit(&dependency.pkg, packages, nodes, is_local, seen, sources);
    }
    let library = |target: &&Target| {
        target.kind.iter().any(|kind| matches!(kind.as_str(), "lib" | "rlib" | "dylib" | "proc-macro"))
    };
    let Some(target) = package.targets.iter().find(library) else { return };
    let externs = node.deps.iter().filter_map(|dependency| {
        let package = packages.get(dependency.pkg.as_str())?;
        let name = package.targets.iter().find(library)?.name.replace('-', "_");
        Some((dependency.name.clone(), name))
    });
    sources.push(Source {
        name: target.name.replace('-', "_"),
        root: target.src_path.clone(),
        manifest: package.manifest_path.clone(),
        features: node.features.clone(),
        externs: externs.filter(|(name, _)| !name.is_empty()).collect(),
        is_local: is_local(id),
    });
}

/// Without the network if that will do.
fn ask_cargo(workspace: &Path) -> Result<Vec<u8>, IndexError> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let host = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into())).arg("-vV").output();
    let host = host.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    let host = host.lines().find_map(|line| line.strip_prefix("host: "));
    let mut complaint = String::new();
    for offline in [true, false] {
        let mut command = Command::new(&cargo);
        command.current_dir(workspace).args(["metadata", "--format-version", "1"]);
        command.args(host.iter().flat_map(|host| ["--filter-platform", host]));
        command.args(offline.then_some("--offline"));
        let output = command.output().map_err(IndexError::Cargo)?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    }
    Err(IndexError::CargoSays(complaint.trim().to_owned()))
}
