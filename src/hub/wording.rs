//! Texts as a pretrained model's numbers, and back: WordPiece (BERT) and byte-level BPE (GPT-2), by the crate `tokenizers`.

use std::path::Path;

use tokenizers::decoders::wordpiece::WordPiece as WordPieceDecoder;
use tokenizers::models::bpe::{BPE, Vocab};
use tokenizers::models::wordpiece::WordPiece;
use tokenizers::normalizers::BertNormalizer;
use tokenizers::pre_tokenizers::bert::BertPreTokenizer;
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::processors::bert::BertProcessing;
use tokenizers::{AddedToken, Tokenizer, TruncationParams};

use super::HubError;
use crate::files;

/// The files in which tokenizers come.
pub(super) const FILES: [&str; 6] = [
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "vocab.txt",
    "vocab.json",
    "merges.txt",
];
/// A model may have so many rows of its embedding more than there are tokens: some fill them up to a round number.
const SPARE: usize = 255;
/// GPT-2's mark between texts.
const END_OF_TEXT: &str = "<|endoftext|>";
const SPECIAL: [&str; 5] = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];

/// How a text is taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WordingKind {
    /// `vocab.txt`: lower-case words in pieces, `[CLS]` before and `[SEP]` after the text.
    WordPiece,
    /// `vocab.json` and `merges.txt`: bytes joined to longer and longer pieces.
    BytePairs,
    /// `tokenizer.json`, which says itself.
    Told,
}

/// A tokenizer; called so because [`tokenizers::Tokenizer`] is what it wraps.
#[derive(Clone, Debug)]
pub struct Wording {
    inner: Box<Tokenizer>,
    kind: WordingKind,
}

impl Wording {
    /// Reads the tokenizer in a model's folder: `tokenizer.json`, else `vocab.txt`, else `vocab.json` with `merges.txt`. It neither
    /// cuts nor fills up texts, whatever `tokenizer.json` says.
    ///
    /// # Errors
    /// None of these files, or one that is damaged.
    pub fn read(folder: &Path) -> Result<Self, HubError> {
        let [told, pieces, pairs, merges] =
            ["tokenizer.json", "vocab.txt", "vocab.json", "merges.txt"].map(|name| folder.join(name));
        if told.is_file() {
            let bytes = files::read(&told)?;
            let mut inner = Tokenizer::from_bytes(bytes).map_err(|error| wrong(&told, error))?;
            inner.with_padding(None);
            inner.with_truncation(None).map_err(|error| wrong(&told, error))?;
            Ok(Self { inner: Box::new(inner), kind: WordingKind::Told })
        } else if pieces.is_file() {
            let inner = word_pieces(&pieces, is_lower_case(folder))?;
            Ok(Self { inner: Box::new(inner), kind: WordingKind::WordPiece })
        } else if pairs.is_file() && merges.is_file() {
            Ok(Self { inner: Box::new(byte_pairs(&pairs, &merges)?), kind: WordingKind::BytePairs })
        } else {
            Err(HubError::NoWording { dir: folder.to_path_buf() })
        }
    }

    /// The same for a model whose embedding has `vocab_size` rows.
    ///
    /// # Errors
    /// A tokenizer with more tokens, or with so many fewer that it must be another model's.
    pub fn read_for(folder: &Path, vocab_size: usize) -> Result<Self, HubError> {
        let wording = Self::read(folder)?;
        let len = wording.len();
        if len > vocab_size || len + SPARE < vocab_size {
            let problem = format!("the tokenizer has {len} tokens where the model has {vocab_size}");
            return Err(HubError::Wording { path: folder.to_path_buf(), problem });
        }
        Ok(wording)
    }

    /// A WordPiece tokenizer with these tokens, numbered in their order; they must have `[PAD]`, `[UNK]`, `[CLS]`, `[SEP]` and `[MASK]`.
    ///
    /// # Errors
    /// A special token that is missing. `place` is named in it.
    pub fn of_pieces<'t>(
        tokens: impl IntoIterator<Item = &'t str>,
        lower_case: bool,
        place: &Path,
    ) -> Result<Self, HubError> {
        let tokens = tokens.into_iter().zip(0_u32..);
        let vocabulary: Vocab = tokens.map(|(token, number)| (token.to_owned(), number)).collect();
        let model = WordPiece::builder().vocab(vocabulary).build().map_err(|error| wrong(place, error))?;
        Ok(Self { inner: Box::new(bert(model, lower_case, place)?), kind: WordingKind::WordPiece })
    }

    /// Which files it was read from.
    pub fn kind(&self) -> WordingKind {
        self.kind
    }

    /// One more than the highest number of a token.
    pub fn len(&self) -> usize {
        self.inner.get_vocab(true).values().max().map_or(0, |&last| last as usize + 1)
    }

    /// Whether there are no tokens.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Texts are cut to so many tokens, the special ones included.
    ///
    /// # Errors
    /// A length that has room for the special tokens only.
    pub fn cut_to(mut self, length: usize) -> Result<Self, HubError> {
        let special = self.encode("").len();
        if length <= special {
            return Err(HubError::TooShort { length, special });
        }
        let cut = TruncationParams { max_length: length, ..TruncationParams::default() };
        self.inner.with_truncation(Some(cut)).map_err(|error| wrong(Path::new("max_length"), error))?;
        Ok(self)
    }

    /// The numbers of a text's tokens, with the special tokens that its model expects.
    pub fn encode(&self, text: &str) -> Vec<i32> {
        self.encode_all(&[text]).pop().unwrap_or_default()
    }

    /// The same for many texts, on all cores.
    pub fn encode_all<T: AsRef<str> + Sync>(&self, texts: &[T]) -> Vec<Vec<i32>> {
        let texts: Vec<&str> = texts.iter().map(AsRef::as_ref).collect();
        // Taking a text apart fails only for a model without a token for the unknown, which reading refuses.
        let encoded = self.inner.encode_batch_fast(texts, true).unwrap_or_default();
        encoded.iter().map(|text| text.get_ids().iter().map(|&id| id as i32).collect()).collect()
    }

    /// The text of these tokens, without special ones; numbers of no token are left out.
    pub fn decode(&self, numbers: &[i32]) -> String {
        let numbers: Vec<u32> = numbers.iter().filter_map(|&number| u32::try_from(number).ok()).collect();
        self.inner.decode(&numbers, true).unwrap_or_default()
    }

    /// How the token with this number is written in the vocabulary: `##ing`, `Ġtoday`.
    pub fn token(&self, number: i32) -> Option<String> {
        self.inner.id_to_token(u32::try_from(number).ok()?)
    }

    /// The number of a token of the vocabulary.
    pub fn number(&self, token: &str) -> Option<i32> {
        self.inner.token_to_id(token).map(|number| number as i32)
    }

    /// The tokenizer itself.
    pub fn tokenizer(&self) -> &Tokenizer {
        &self.inner
    }
}

fn wrong(path: &Path, error: impl std::fmt::Display) -> HubError {
    HubError::Wording { path: path.to_path_buf(), problem: error.to_string() }
}

/// What `tokenizer_config.json` says about capitals; without it a BERT vocabulary is an uncased one.
fn is_lower_case(folder: &Path) -> bool {
    let told = files::read(&folder.join("tokenizer_config.json")).ok();
    let told: Option<serde_json::Value> = told.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    told.and_then(|told| told.get("do_lower_case")?.as_bool()).unwrap_or(true)
}

fn word_pieces(path: &Path, lower_case: bool) -> Result<Tokenizer, HubError> {
    let bytes = files::read(path)?;
    let text = String::from_utf8(bytes).map_err(|error| wrong(path, error))?;
    let tokens = text.lines().map(str::trim_end);
    Ok(*Wording::of_pieces(tokens, lower_case, path)?.inner)
}

fn bert(model: WordPiece, lower_case: bool, place: &Path) -> Result<Tokenizer, HubError> {
    let mut inner = Tokenizer::new(model);
    for token in SPECIAL {
        inner.token_to_id(token).ok_or_else(|| wrong(place, format!("the token {token} is missing")))?;
    }
    let numbered = |token: &str| (token.to_owned(), inner.token_to_id(token).unwrap_or_default());
    let framing = BertProcessing::new(numbered("[SEP]"), numbered("[CLS]"));
    let normalizer = BertNormalizer::new(true, true, None, lower_case);
    inner.with_normalizer(Some(normalizer)).map_err(|error| wrong(place, error))?;
    inner.with_pre_tokenizer(Some(BertPreTokenizer));
    inner.with_post_processor(Some(framing));
    inner.with_decoder(Some(WordPieceDecoder::new("##".to_owned(), true)));
    let added = SPECIAL.map(|token| AddedToken::from(token, true));
    inner.add_special_tokens(added).map_err(|error| wrong(place, error))?;
    Ok(inner)
}

fn byte_pairs(pairs: &Path, merges: &Path) -> Result<Tokenizer, HubError> {
    let (vocabulary, merging) = BPE::read_file(&pairs.to_string_lossy(), &merges.to_string_lossy())
        .map_err(|error| wrong(pairs, error))?;
    let model = BPE::builder().vocab_and_merges(vocabulary, merging).build();
    let mut inner = Tokenizer::new(model.map_err(|error| wrong(merges, error))?);
    inner.with_pre_tokenizer(Some(ByteLevel::new(false, true, true)));
    inner.with_post_processor(Some(ByteLevel::new(true, false, true)));
    inner.with_decoder(Some(ByteLevel::new(true, true, true)));
    if inner.token_to_id(END_OF_TEXT).is_some() {
        let added = [AddedToken::from(END_OF_TEXT, true)];
        inner.add_special_tokens(added).map_err(|error| wrong(pairs, error))?;
    }
    Ok(inner)
}
