//! Texts with something missing, to learn from without labels: single characters hidden (BERT's way), or a stretch cut out (BART's).

use mlbook::data::text::{Characters, TextError};
use mlbook::prelude::*;

/// Fills up short rows.
pub const PAD: i32 = 0;
/// Stands for what is missing.
pub const MASK: i32 = 1;
/// What a text that is written begins with.
pub const BEGIN: i32 = 2;
/// Characters are numbered from here.
pub const FIRST: i32 = 3;

/// Share of the characters that are to be foretold; of them eight in ten are hidden, one is replaced by another and one stays as it
/// is (Devlin et al., 2018).
const HIDDEN: f32 = 0.15;
/// The shortest and the longest stretch that is cut out.
const STRETCH: [usize; 2] = [2, 8];

/// Pieces of text, with characters numbered from [`FIRST`].
#[derive(Clone, Debug)]
pub struct Gaps {
    /// What is read, `[batch, length]`.
    pub read: Vec<i32>,
    /// Places in `read` that are to be foretold, and what stood there.
    pub places: Vec<i32>,
    pub missing: Vec<i32>,
}

/// Hides characters of pieces, `known` being how many different ones there are.
pub fn hide(pieces: &[i32], known: usize, rng: &mut TorchRng) -> Gaps {
    let drawn = rng.rand(3 * pieces.len());
    let mut gaps = Gaps { read: pieces.to_vec(), places: vec![], missing: vec![] };
    for (place, (&character, drawn)) in pieces.iter().zip(drawn.chunks_exact(3)).enumerate() {
        // The first is always asked for, so that no batch is without a question.
        if drawn[0] >= HIDDEN && place > 0 {
            continue;
        }
        gaps.places.push(place as i32);
        gaps.missing.push(character);
        gaps.read[place] = match drawn[1] {
            share if share < 0.8 => MASK,
            share if share < 0.9 => FIRST + (drawn[2] * known as f32) as i32,
            _ => character,
        };
    }
    gaps
}

/// A piece with a stretch cut out and one mark in its place (text infilling; Lewis et al., 2019).
#[derive(Clone, Debug, PartialEq)]
pub struct Cut {
    pub read: Vec<i32>,
    /// Where the stretch was.
    pub start: usize,
    pub length: usize,
}

/// Cuts a stretch out of a piece, somewhere.
pub fn cut(piece: &[i32], rng: &mut TorchRng) -> Cut {
    let drawn = rng.rand(2);
    let [least, most] = STRETCH;
    let length = (least + (drawn[0] * (most - least + 1) as f32) as usize).min(piece.len());
    let start = (drawn[1] * (piece.len() - length + 1) as f32) as usize;
    cut_at(piece, start, length)
}

/// Cuts this stretch out.
pub fn cut_at(piece: &[i32], start: usize, length: usize) -> Cut {
    let mut read = piece.to_vec();
    read.splice(start..start + length, [MASK]);
    Cut { read, start, length }
}

/// Rows of different lengths, filled up; and which places are characters. Both `[batch, longest]`.
pub fn padded(rows: &[Vec<i32>], device: &Device) -> (Tensor<2, Int>, Mask) {
    let longest = rows.iter().map(Vec::len).max().unwrap_or(0);
    let filled = |row: &Vec<i32>| row.iter().copied().chain(std::iter::repeat(PAD)).take(longest).collect();
    let numbers: Vec<i32> = rows.iter().flat_map(|row| -> Vec<i32> { filled(row) }).collect();
    let numbers = Tensor::<2, Int>::from_data(TensorData::new(numbers, [rows.len(), longest]), device);
    (numbers.clone(), Mask::Keys(numbers.not_equal_elem(PAD)))
}

/// A text in these numbers.
///
/// # Errors
/// [`TextError::UnknownCharacter`].
pub fn encode(characters: &Characters, text: &str) -> Result<Vec<i32>, TextError> {
    Ok(characters.encode(text)?.into_iter().map(|number| number + FIRST).collect())
}

/// Numbers as a text in one line; what is missing is a block.
pub fn decode(characters: &Characters, numbers: &[i32]) -> String {
    let shown = |&number: &i32| match number {
        MASK => Some('█'),
        PAD | BEGIN => None,
        number => characters.character((number - FIRST) as usize).map(|c| if c == '\n' { '↵' } else { c }),
    };
    numbers.iter().filter_map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hidden_is_known_and_the_rest_is_as_it_was() {
        let pieces: Vec<i32> = (0..10_000).map(|k| FIRST + k % 50).collect();
        let gaps = hide(&pieces, 50, &mut TorchRng::new(1));
        assert!((1350..1650).contains(&gaps.places.len()), "{}", gaps.places.len());
        let mut back = gaps.read.clone();
        for (&place, &missing) in gaps.places.iter().zip(&gaps.missing) {
            back[place as usize] = missing;
        }
        assert_eq!(back, pieces);
        let masked = gaps.read.iter().filter(|&&number| number == MASK).count();
        assert!((0.75..0.85).contains(&(masked as f64 / gaps.places.len() as f64)), "{masked}");
    }

    #[test]
    fn a_cut_leaves_one_mark() {
        let piece: Vec<i32> = (FIRST..FIRST + 30).collect();
        for seed in 0..50 {
            let Cut { read, start, length } = cut(&piece, &mut TorchRng::new(seed));
            assert!((2..=8).contains(&length) && read.len() == 31 - length);
            assert_eq!(read[start], MASK);
            assert_eq!([&read[..start], &piece[start..start + length], &read[start + 1..]].concat(), piece);
        }
        assert_eq!(cut_at(&piece[..4], 0, 4).read, [MASK]);
    }
}
