//! Files of which the catalog has no hash: a model's weights, from a server on this computer to a model in memory.

use std::path::{Path, PathBuf};

use mlbook::data::locate::Places;
use mlbook::hub::{CacheSettings, Place, TensorFile, find_in};

use super::server::{Act, Server};
use super::{QUICK_FLAGS, sha256, text_of};

const CONFIG: &str = "{\"model_type\": \"gpt2\"}\n";

/// A safetensors file with one tensor of a hundred thousand numbers.
fn weights() -> Vec<u8> {
    let header = r#"{"wte.weight":{"dtype":"F32","shape":[100,1000],"data_offsets":[0,400000]}}"#;
    let mut file = (header.len() as u64).to_le_bytes().to_vec();
    file.extend(header.as_bytes());
    file.extend((0..100_000).flat_map(|k| (k as f32).to_le_bytes()));
    file
}

/// A server of a model `gpt2`, a catalog that knows no hash, and a cache.
struct Hub {
    server: Server,
    dir: tempfile::TempDir,
}

impl Hub {
    fn new(config: &[u8], weights: &[u8], script: impl IntoIterator<Item = Act>) -> Self {
        let (server, dir) = (Server::start(), tempfile::TempDir::new().expect("a folder"));
        let [config, weights] = [
            server.put("/openai-community/gpt2/resolve/main/config.json", config, []),
            server.put("/openai-community/gpt2/resolve/main/model.safetensors", weights, script),
        ];
        let catalog = format!(
            "[[set]]\nname = \"gpt2\"\ntitle = \"GPT-2\"\nabout = \"a model\"\nlicence = \"MIT\"\ncitation = \"none\"\n\
             source = \"http://example.org\"\nfolder = \"models/gpt2\"\n[[set.file]]\nname = \"config.json\"\n\
             unpinned = [{config:?}]\n[[set.file]]\nname = \"model.safetensors\"\nunpinned = [{weights:?}]\n"
        );
        std::fs::write(dir.path().join("catalog.toml"), catalog).expect("written");
        Self { server, dir }
    }

    fn cache(&self) -> PathBuf {
        self.dir.path().join("cache/mlbook/data")
    }

    fn file(&self) -> PathBuf {
        self.cache().join("models/gpt2/model.safetensors")
    }

    fn book(&self, arguments: &[&str]) -> (bool, String) {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_book"));
        command.arg("data").args(arguments).env("MLBOOK_CATALOG", self.dir.path().join("catalog.toml"));
        command.env_remove("MLBOOK_DATA").env("XDG_CACHE_HOME", self.dir.path().join("cache"));
        let output = command.output().expect("the program");
        (output.status.success(), text_of(&output))
    }

    fn fetch(&self) -> (bool, String) {
        self.book(&[["fetch", "gpt2"].as_slice(), &QUICK_FLAGS].concat())
    }

    fn asked(&self) -> usize {
        self.server.log().len()
    }
}

fn sizes(tensor: &Path) -> Vec<usize> {
    TensorFile::read(tensor).expect("whole").shape("wte.weight").expect("there").to_vec()
}

#[test]
fn a_model_goes_from_its_server_into_the_cache_and_is_found_there() {
    let hub = Hub::new(CONFIG.as_bytes(), &weights(), [Act::Serve, Act::Drop(100_000)]);
    let (success, printed) = hub.fetch();
    assert!(success, "{printed}");
    assert!(printed.contains("the catalog has no hash of it; taken as it was sent"), "{printed}");
    assert!(printed.contains(&sha256(&weights())), "{printed}");
    assert_eq!(std::fs::read(hub.file()).expect("the file"), weights());
    let places = Places { cache: Some(hub.cache()), ..Places::default() };
    // The built-in catalog asks for the tokenizer's files too.
    for name in ["vocab.json", "merges.txt"] {
        std::fs::write(hub.file().with_file_name(name), "{}").expect("written");
    }
    let found = find_in("gpt2", None, &CacheSettings::default(), &places).expect("found");
    assert_eq!(found.place, Place::Fetched);
    assert_eq!(sizes(&found.weights()), [100, 1000]);
    let before = hub.asked();
    let (success, printed) = hub.fetch();
    assert!(success && printed.contains("0 of 2 files fetched"), "{printed}");
    assert_eq!(hub.asked(), before, "what is there is not asked for again");
}

#[test]
fn damage_is_found_by_the_hash_that_was_written_down_and_mended_in_place() {
    let hub = Hub::new(CONFIG.as_bytes(), &weights(), []);
    assert!(hub.fetch().0);
    let mut bytes = weights();
    bytes[200_000] ^= 1;
    std::fs::write(hub.file(), &bytes).expect("written");
    let (success, printed) = hub.book(&["verify", "gpt2"]);
    assert!(!success && printed.contains("chunks damaged"), "{printed}");
    let (success, printed) = hub.book(&[["verify", "gpt2", "--repair"].as_slice(), &QUICK_FLAGS].concat());
    assert!(success, "{printed}");
    assert_eq!(std::fs::read(hub.file()).expect("the file"), weights());
    assert!(hub.book(&["verify", "gpt2"]).0);
}

#[test]
fn a_file_that_the_reader_brought_is_taken_as_it_is() {
    let hub = Hub::new(CONFIG.as_bytes(), &weights(), []);
    std::fs::create_dir_all(hub.file().parent().expect("a folder")).expect("made");
    std::fs::write(hub.file(), weights()).expect("written");
    let (_, printed) = hub.book(&["verify", "gpt2"]);
    assert!(printed.contains("neither the catalog nor an earlier fetch has a hash"), "{printed}");
    let (success, printed) = hub.fetch();
    assert!(success && printed.contains("taken as it is there"), "{printed}");
    assert!(hub.server.asked("/openai-community/gpt2/resolve/main/model.safetensors").is_empty());
    assert!(hub.book(&["verify", "gpt2"]).0);
}

#[test]
fn what_is_no_model_is_not_kept() {
    let page = b"<html>Please log in</html>";
    for (config, weights, said) in [
        (CONFIG.as_bytes(), &page[..], "no safetensors file (a header of"),
        (CONFIG.as_bytes(), &weights()[..300_000], "its tensors need 400000 bytes and it has"),
        (&page[..], &weights()[..], "no JSON (expected value"),
    ] {
        let hub = Hub::new(config, weights, []);
        let (success, printed) = hub.fetch();
        assert!(!success && printed.contains(said), "{printed}");
        assert!(!hub.file().exists());
    }
}
