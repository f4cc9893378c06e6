//! A model's folder: given, in the layout of Hugging Face's cache, fetched, nowhere.

use std::fs;
use std::path::{Path, PathBuf};

use mlbook::data::locate::Places;
use mlbook::hub::{CacheSettings, HubError, ModelFolder, Place, find_in};
use tempfile::TempDir;

/// A model of Hugging Face's cache: its files are links into `blobs`.
#[cfg(unix)]
fn cached(hub: &Path, id: &str, commit: &str, files: &[&str]) -> PathBuf {
    let model = hub.join(format!("models--{}", id.replace('/', "--")));
    let snapshot = model.join("snapshots").join(commit);
    for folder in [&snapshot, &model.join("blobs"), &model.join("refs")] {
        fs::create_dir_all(folder).expect("a folder");
    }
    fs::write(model.join("refs/main"), commit).expect("written");
    for name in files {
        let blob = model.join("blobs").join(format!("hash-of-{name}"));
        fs::write(&blob, "{}").expect("written");
        std::os::unix::fs::symlink(&blob, snapshot.join(name)).expect("linked");
    }
    snapshot
}

fn model(folder: &Path) {
    fs::create_dir_all(folder).expect("a folder");
    for name in ["config.json", "model.safetensors", "vocab.json", "merges.txt"] {
        fs::write(folder.join(name), "{}").expect("written");
    }
}

fn settings(home: &Path) -> CacheSettings {
    CacheSettings { user_cache: Some(home.join(".cache")), ..CacheSettings::default() }
}

#[cfg(unix)]
#[test]
fn the_cache_of_hugging_face_is_searched_under_both_names_of_a_model() {
    let home = TempDir::new().expect("a folder");
    let hub = home.path().join(".cache/huggingface/hub");
    let both = ["config.json", "model.safetensors"];
    let old = cached(&hub, "gpt2", "607a30d783dfa663caf39e06633721c8d4cfcd7e", &both);
    let found = find_in("gpt2", None, &settings(home.path()), &Places::default()).expect("found");
    assert_eq!((found.path, found.place), (old, Place::HuggingFace));
    let new = cached(&hub, "openai-community/gpt2", "11c5a3d5811f50298f278a704980280950aedb10", &both);
    let found = find_in("gpt2", None, &settings(home.path()), &Places::default()).expect("found");
    assert_eq!(found.path, new);
    // Only a tokenizer was ever loaded: no model.
    cached(&hub, "someone/half", "aaaa", &["config.json"]);
    assert!(find_in("someone/half", None, &settings(home.path()), &Places::default()).is_err());
    // A commit that is a path leads nowhere.
    fs::write(hub.join("models--gpt2/refs/main"), "../../../outside").expect("written");
    assert_eq!(settings(home.path()).snapshot("gpt2"), None);
}

#[test]
fn variables_of_hugging_face_move_its_cache() {
    let [hub, home, user] = ["/hub", "/home", "/user"].map(PathBuf::from);
    let mut settings =
        CacheSettings { hub_cache: Some(hub.clone()), home: Some(home), user_cache: Some(user) };
    assert_eq!(settings.folder(), Some(hub));
    settings.hub_cache = None;
    assert_eq!(settings.folder(), Some(PathBuf::from("/home/hub")));
    settings.home = None;
    assert_eq!(settings.folder(), Some(PathBuf::from("/user/huggingface/hub")));
}

#[test]
fn a_fetched_model_is_found_and_a_given_folder_comes_first() {
    let home = TempDir::new().expect("a folder");
    let fetched = home.path().join("data/models/gpt2");
    model(&fetched);
    let places = Places { cache: Some(home.path().join("data")), ..Places::default() };
    let found = find_in("gpt2", None, &settings(home.path()), &places).expect("found");
    assert_eq!((found.path, found.place), (fetched, Place::Fetched));
    let given = home.path().join("mine");
    model(&given);
    let found = find_in("gpt2", Some(&given), &settings(home.path()), &places).expect("found");
    assert_eq!((found.path, found.place, found.name.as_str()), (given, Place::Given, "mine"));
}

#[test]
fn what_is_nowhere_or_no_model_is_told_with_what_to_do() {
    let home = TempDir::new().expect("a folder");
    let places = Places { cache: Some(home.path().join("data")), ..Places::default() };
    let error = find_in("gpt2", None, &settings(home.path()), &places).expect_err("nowhere").to_string();
    for said in ["huggingface", "data/models/gpt2", "cargo book data fetch gpt2", "--model-dir"] {
        assert!(error.contains(said), "{error}");
    }
    let empty = home.path().join("empty");
    fs::create_dir_all(&empty).expect("a folder");
    let error = ModelFolder::given(&empty).expect_err("no model").to_string();
    assert!(error.contains("no config.json and no model.safetensors"), "{error}");
    fs::write(empty.join("config.json"), "{}").expect("written");
    fs::write(empty.join("pytorch_model.bin"), "").expect("written");
    let error = ModelFolder::given(&empty).expect_err("other weights");
    assert!(
        matches!(&error, HubError::OtherWeights { found, .. } if found == "pytorch_model.bin"),
        "{error}"
    );
}
