//! How the tensors of a model here are called in a file of Hugging Face's.

/// The names of a model's tensors in its files, and what the files may have more or less.
///
/// Names here are paths through the model's fields: `distilbert.embeddings.layer_norm.weight`. A dense layer's weight is `[out, in]` in
/// files and turned on its way; everything else is stored as it is.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    /// Pieces of names here, and what stands in their place in files; all that occur are replaced, one after the other.
    pub renamed: &'static [(&'static str, &'static str)],
    /// A beginning of names that files of the bare model lack.
    pub optional_prefix: &'static str,
    /// Tensors of a file that the model has no use for. One `*` stands for any text.
    pub unused: &'static [&'static str],
    /// Beginnings of names that a file may lack: layers for a new task, which keep the numbers they were made with.
    pub fresh: &'static [&'static str],
}

impl Layout {
    /// All names as they are, nothing more and nothing less.
    pub const EXACT: Self = Self { renamed: &[], optional_prefix: "", unused: &[], fresh: &[] };

    /// The name in a file of a tensor that is called `name` here.
    pub fn in_file(&self, name: &str) -> String {
        self.renamed.iter().fold(name.to_owned(), |name, (here, there)| name.replacen(here, there, 1))
    }

    /// Whether a file may carry `name` for nothing.
    pub(super) fn is_unused(&self, name: &str) -> bool {
        self.unused.iter().any(|pattern| fits(pattern, name))
    }

    /// Whether a file may lack `name`.
    pub(super) fn may_be_fresh(&self, name: &str) -> bool {
        self.fresh.iter().any(|beginning| name.starts_with(beginning))
    }
}

fn fits(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        Some((start, end)) => {
            name.len() >= start.len() + end.len() && name.starts_with(start) && name.ends_with(end)
        }
        None => pattern == name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_here_become_those_of_the_file() {
        let layout = Layout {
            renamed: &[("embeddings.layer_norm", "embeddings.LayerNorm")],
            unused: &["h.*.attn.bias", "position_ids"],
            ..Layout::EXACT
        };
        let here = "bert.embeddings.layer_norm.weight";
        assert_eq!(layout.in_file(here), "bert.embeddings.LayerNorm.weight");
        assert_eq!(layout.in_file("output_layer_norm.bias"), "output_layer_norm.bias");
        assert!(layout.is_unused("h.11.attn.bias") && layout.is_unused("position_ids"));
        assert!(!layout.is_unused("h.0.attn.c_attn.bias") && !layout.is_unused("h.attn.bias"));
    }
}
