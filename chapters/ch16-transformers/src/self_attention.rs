//! Sections 16.1.1 to 16.1.8: attention from its plainest form to several heads, by tensor operations alone.

use burn::module::Param;
use mlbook::prelude::*;

/// The book's sentence.
pub const SENTENCE: &str = "Can you help me to translate this sentence";

/// Section 16.1.1: the words of a sentence by their places in the alphabet.
pub fn ids(sentence: &str) -> Vec<i32> {
    let mut sorted: Vec<&str> = sentence.split_whitespace().collect();
    sorted.sort_unstable();
    sorted.dedup();
    let place = |word| sorted.binary_search(&word).unwrap_or_default() as i32;
    sentence.split_whitespace().map(place).collect()
}

/// Section 16.1.2: a vector of 16 numbers for each word of the book's sentence, `[8, 16]`.
pub fn embedded(device: &Device) -> Tensor<2> {
    let ids = ids(SENTENCE);
    let words = Tensor::from_data(TensorData::new(ids.clone(), [1, ids.len()]), device); // [1, 8]
    embedding(10, 16).init(&Generator::seeded(123), device).forward(words).squeeze_dim(0) // [8, 16]
}

/// Section 16.1.3, the double loop: how alike each two words are, ω(i, j) = x(i) · x(j).
///
/// # Shapes
/// - x: `[words, width]`
/// - returns `[words, words]`
pub fn similarities_by_loop(x: &[Vec<f32>]) -> Vec<Vec<f32>> {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum();
    x.iter().map(|query| x.iter().map(|key| dot(query, key)).collect()).collect()
}

/// Section 16.1.5, the loop: the sum of all words, weighted.
///
/// # Shapes
/// - weights: `[words]`, x: `[words, width]`
/// - returns `[width]`
pub fn context_by_loop(weights: &[f32], x: &[Vec<f32>]) -> Vec<f32> {
    let mut context = vec![0.0; x.first().map_or(0, Vec::len)];
    for (weight, word) in weights.iter().zip(x) {
        for (sum, value) in context.iter_mut().zip(word) {
            *sum += weight * value;
        }
    }
    context
}

/// What attention computes on its way, for one head or with a leading dimension for several.
#[derive(Clone, Debug)]
pub struct Attended<const D: usize> {
    pub queries: Tensor<D>,
    pub keys: Tensor<D>,
    pub values: Tensor<D>,
    /// Scores, not yet scaled.
    pub omega: Tensor<D>,
    /// Rows that sum to 1.
    pub weights: Tensor<D>,
    pub context: Tensor<D>,
}

fn attend<const D: usize>(queries: Tensor<D>, keys: Tensor<D>, values: Tensor<D>) -> Attended<D> {
    let width = keys.dims()[D - 1] as f32;
    let omega = queries.clone().matmul(keys.clone().transpose()); // […, words, words]
    let weights = softmax(omega.clone() / width.sqrt(), D - 1); // […, words, words]
    let context = weights.clone().matmul(values.clone()); // […, words, width]
    Attended { queries, keys, values, omega, weights, context }
}

/// Sections 16.1.3 to 16.1.5 at once: every word is its own query, key and value, and nothing is scaled.
///
/// # Shapes
/// - x: `[words, width]`
/// - returns ω and its softmax, `[words, words]`, and the contexts, `[words, width]`
pub fn plain(x: Tensor<2>) -> [Tensor<2>; 3] {
    let omega = x.clone().matmul(x.clone().transpose());
    let weights = softmax(omega.clone(), 1);
    [omega, weights.clone(), weights.matmul(x)]
}

/// Section 16.1.6: words are turned into queries, keys and values by matrices that can learn. The names are the book's.
#[derive(Module, Debug)]
pub struct ScaledAttention {
    /// `[width, width]`, as the two others
    pub u_query: Param<Tensor<2>>,
    pub u_key: Param<Tensor<2>>,
    pub u_value: Param<Tensor<2>>,
}

impl ScaledAttention {
    /// Draws the matrices from U(0, 1), one after the other.
    pub fn new(width: usize, generator: &Generator, device: &Device) -> Self {
        let drawn = || uniform([width, width], generator, device);
        Self { u_query: drawn(), u_key: drawn(), u_value: drawn() }
    }

    /// # Shapes
    /// - x: `[words, width]`
    /// - contexts `[words, width]`, weights `[words, words]`
    pub fn forward(&self, x: &Tensor<2>) -> Attended<2> {
        // query(i) = U · x(i) for a column; rows are words here.
        let [queries, keys, values] = [&self.u_query, &self.u_key, &self.u_value]
            .map(|matrix| x.clone().matmul(matrix.val().transpose())); // [words, width]
        attend(queries, keys, values)
    }
}

/// Sections 16.1.7 and 16.1.8: several heads, each with matrices of its own; what they find is joined and projected.
#[derive(Module, Debug)]
pub struct MultiHead {
    /// `[heads, width, width]`, as the two others
    pub u_query: Param<Tensor<3>>,
    pub u_key: Param<Tensor<3>>,
    pub u_value: Param<Tensor<3>>,
    pub linear: Linear,
}

impl MultiHead {
    /// Draws the matrices from U(0, 1), then the projection as PyTorch does.
    pub fn new(heads: usize, width: usize, generator: &Generator, device: &Device) -> Self {
        let drawn = || uniform([heads, width, width], generator, device);
        let (u_query, u_key, u_value) = (drawn(), drawn(), drawn());
        Self { u_query, u_key, u_value, linear: linear(heads * width, width).init(generator, device) }
    }

    /// # Shapes
    /// - x: `[words, width]`
    /// - contexts `[heads, words, width]`, weights `[heads, words, words]`
    pub fn forward(&self, x: &Tensor<2>) -> Attended<3> {
        let words = x.clone().unsqueeze::<3>(); // [1, words, width]
        let [queries, keys, values] = [&self.u_query, &self.u_key, &self.u_value]
            .map(|matrices| words.clone().matmul(matrices.val().transpose())); // [heads, words, width]
        attend(queries, keys, values)
    }

    /// The contexts of all heads, side by side for each word.
    ///
    /// # Shapes
    /// - context: `[heads, words, width]`
    /// - returns `[words, heads · width]`
    pub fn joined(context: Tensor<3>) -> Tensor<2> {
        context.swap_dims(0, 1).flatten(1, 2)
    }
}

fn uniform<const D: usize>(shape: [usize; D], generator: &Generator, device: &Device) -> Param<Tensor<D>> {
    let values = generator.lock().rand(shape.iter().product());
    Param::from_data(TensorData::new(values, shape), device)
}
