//! Completions and inspection: from the index of the sources, with the compiler's help for types.

use std::sync::{Arc, OnceLock};

use jupyter_protocol::{CompleteRequest, InspectRequest};
use serde_json::{Value, json};

use crate::companion;
use crate::engine::Shared;
use crate::index::{Index, Scope};
use crate::magic::MAGICS;
use crate::probe::Compiler;

/// Answers what may follow at a place, and what a name means. Until the index is read it knows nothing.
pub struct Completer(Arc<OnceLock<Index>>);

impl Completer {
    /// Reads the index on a thread of its own; if there is none that fits the sources, it is made, which takes seconds.
    pub fn start() -> Self {
        let index = Arc::new(OnceLock::new());
        std::thread::spawn({
            let index = index.clone();
            move || {
                let workspace = companion::workspace();
                match Index::open(&workspace, &companion::index_file(&workspace)) {
                    Ok(read) => {
                        for note in read.notes() {
                            eprintln!("not in the completions: {note}");
                        }
                        let _ = index.set(read);
                    }
                    Err(error) => eprintln!("no completions: {error}"),
                }
            }
        });
        Self(index)
    }

    pub fn complete(&self, asked: &CompleteRequest, shared: &Shared) -> Value {
        let (code, place) = (&asked.code, asked.cursor_pos);
        let Some(index) = self.0.get() else {
            return json!({ "status": "ok", "matches": [], "cursor_start": place, "cursor_end": place, "metadata": {} });
        };
        let found =
            index.complete(code, bytes(code, place), &scope(shared), &mut |text| type_of(text, shared));
        let (start, end) = (characters(code, found.start), characters(code, found.end));
        let texts: Vec<&str> = found.items.iter().map(|item| item.text.as_str()).collect();
        let kinds = found.items.iter().map(|item| {
            json!({ "text": item.text, "type": item.kind.word(), "signature": item.signature, "start": start, "end": end })
        });
        let metadata = json!({ "_jupyter_types_experimental": kinds.collect::<Vec<_>>() });
        json!({ "status": "ok", "matches": texts, "cursor_start": start, "cursor_end": end, "metadata": metadata })
    }

    pub fn inspect(&self, asked: &InspectRequest, shared: &Shared) -> Value {
        let cursor = bytes(&asked.code, asked.cursor_pos);
        let detail = u8::try_from(asked.detail_level.unwrap_or(0)).unwrap_or(1);
        let about = self.0.get().and_then(|index| {
            index.inspect(&asked.code, cursor, &scope(shared), detail, &mut |text| type_of(text, shared))
        });
        match about {
            Some(about) => {
                let data = json!({ "text/plain": about.plain, "text/markdown": about.markdown });
                json!({ "status": "ok", "found": true, "data": data, "metadata": {} })
            }
            None => json!({ "status": "ok", "found": false, "data": {}, "metadata": {} }),
        }
    }
}

fn scope(shared: &Shared) -> Scope {
    let known = shared.scope();
    Scope {
        variables: known.variables.into_iter().collect(),
        uses: known.uses,
        items: known.items,
        magics: MAGICS.map(|(name, about)| (name.to_owned(), about.to_owned())).to_vec(),
    }
}

fn type_of(expression: &str, shared: &Shared) -> Option<String> {
    let flags = shared.flags();
    // Before the library is there, nothing compiles.
    if flags.is_empty() { None } else { Compiler { flags }.type_of(expression, &shared.scope()) }
}

/// Jupyter counts characters, Rust bytes.
fn bytes(code: &str, characters: usize) -> usize {
    code.char_indices().nth(characters).map_or(code.len(), |(place, _)| place)
}

fn characters(code: &str, bytes: usize) -> usize {
    code.char_indices().take_while(|&(place, _)| place < bytes).count()
}
