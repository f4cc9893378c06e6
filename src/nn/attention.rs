//! Scaled dot-product attention (Vaswani et al., 2017), the operation that transformers are made of.

use burn::tensor::activation::softmax;
use burn::tensor::{Bool, Int, Tensor};

use super::kernel::{self, Seen};

/// Which keys a query may look at.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "a model has one mask at a time")]
pub enum Mask {
    /// All of them.
    None,
    /// Its own position and those before it. With fewer queries than keys (a cache holds the earlier keys), the queries are the
    /// last positions.
    Causal,
    /// Those that are true, `[batch, keys]`: the words of a row, without what fills it up.
    Keys(Tensor<2, Bool>),
}

/// For each query the mean of the values, weighted by softmax(query · key / √width). A query that may look at no key gets zeros.
///
/// On the cpu one operation with its own backward pass; elsewhere [`attention_weights`] times the values.
///
/// # Shapes
/// - query: `[batch, heads, queries, width]`
/// - key, value: `[batch, heads, keys, width]`
/// - returns the contexts `[batch, heads, queries, width]`
///
/// # Panics
/// If the shapes do not fit, or [`Mask::Causal`] meets fewer keys than queries.
pub fn attention(query: Tensor<4>, key: Tensor<4>, value: Tensor<4>, mask: &Mask) -> Tensor<4> {
    check(&query, &key, &value, mask);
    if kernel::fits(&query) {
        return kernel::attention(query, key, value, seen(mask));
    }
    attention_weights(query, key, mask).matmul(value)
}

/// [`attention`] of the positions of a sequence among themselves. Query, key and value come side by side in each row, as one
/// dense layer makes them, and in each of these the heads.
///
/// # Shapes
/// - packed: `[batch, positions, 3 · heads · width]`
/// - returns `[batch, positions, heads · width]`
///
/// # Panics
/// If the rows cannot be cut into three times `heads`.
pub fn self_attention(packed: Tensor<3>, heads: usize, mask: &Mask) -> Tensor<3> {
    let [batch, positions, columns] = packed.dims();
    assert!(columns.is_multiple_of(3 * heads), "rows of {columns} into 3 times {heads} heads");
    if let Mask::Keys(keys) = mask {
        assert_eq!(keys.dims(), [batch, positions], "the mask of {batch} rows of {positions}");
    }
    if kernel::fits(&packed) {
        return kernel::self_attention(packed, heads, seen(mask));
    }
    let part = |k: usize| split_heads(packed.clone().narrow(2, k * columns / 3, columns / 3), heads);
    merge_heads(attention(part(0), part(1), part(2), mask))
}

/// How much each query looks at each key: rows that sum to 1.
///
/// # Shapes
/// - query: `[batch, heads, queries, width]`, key: `[batch, heads, keys, width]`
/// - returns `[batch, heads, queries, keys]`
pub fn attention_weights(query: Tensor<4>, key: Tensor<4>, mask: &Mask) -> Tensor<4> {
    let [batch, heads, queries, width] = query.dims();
    let keys = key.dims()[2];
    let scores = query.matmul(key.transpose()) / (width as f32).sqrt(); // [batch, heads, queries, keys]
    let device = scores.device();
    let hidden: Tensor<4, Bool> = match mask {
        Mask::None => return softmax(scores, 3),
        Mask::Causal => {
            let position = |from: usize, count: usize| {
                Tensor::<1, Int>::arange(from as i64..(from + count) as i64, &device)
            };
            let query = position(keys - queries, queries).reshape([1, 1, queries, 1]);
            let key = position(0, keys).reshape([1, 1, 1, keys]);
            key.expand([1, 1, queries, keys]).greater(query.expand([1, 1, queries, keys]))
        }
        Mask::Keys(seen) => seen.clone().bool_not().reshape([batch, 1, 1, keys]),
    };
    let hidden = hidden.expand([batch, heads, queries, keys]);
    // A large negative number instead of −∞, and zeros after it, so that a row without any key is zeros and not 0 / 0.
    softmax(scores.mask_fill(hidden.clone(), -1e30), 3).mask_fill(hidden, 0.0)
}

/// # Shapes
/// - rows: `[batch, positions, heads · width]`
/// - returns `[batch, heads, positions, width]`
pub fn split_heads(rows: Tensor<3>, heads: usize) -> Tensor<4> {
    let [batch, positions, columns] = rows.dims();
    rows.reshape([batch, positions, heads, columns / heads]).swap_dims(1, 2)
}

/// # Shapes
/// - heads: `[batch, heads, positions, width]`
/// - returns `[batch, positions, heads · width]`
pub fn merge_heads(heads: Tensor<4>) -> Tensor<3> {
    let [batch, count, positions, width] = heads.dims();
    heads.swap_dims(1, 2).reshape([batch, positions, count * width])
}

fn check(query: &Tensor<4>, key: &Tensor<4>, value: &Tensor<4>, mask: &Mask) {
    let [batch, heads, queries, width] = query.dims();
    let keys = key.dims()[2];
    let wanted = [batch, heads, keys, width];
    assert_eq!([key.dims(), value.dims()], [wanted; 2], "key and value for queries {:?}", query.dims());
    match mask {
        Mask::None => {}
        Mask::Causal => assert!(keys >= queries, "{queries} queries and only {keys} keys"),
        Mask::Keys(seen) => assert_eq!(seen.dims(), [batch, keys], "the mask of {batch} rows of {keys} keys"),
    }
}

/// The mask in host memory.
fn seen(mask: &Mask) -> Seen {
    match mask {
        Mask::None => Seen::All,
        Mask::Causal => Seen::Earlier,
        Mask::Keys(keys) => Seen::These(keys.clone().into_data().iter::<bool>().collect()),
    }
}

#[cfg(test)]
#[path = "attention_tests.rs"]
mod tests;
