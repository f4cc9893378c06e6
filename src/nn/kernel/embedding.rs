//! Rows of a table, and their gradient.

use burn::tensor::{Int, Tensor};

/// The rows of `table` at `tokens`; the row of `padding` gets no gradient.
pub fn embedding(table: Tensor<2>, tokens: Tensor<2, Int>, padding: Option<usize>) -> Tensor<3> {
    let rows = burn::tensor::module::embedding(table, tokens.clone());
    let Some(padding) = padding else { return rows };
    let fixed = tokens.equal_elem(padding as i64).unsqueeze_dim::<3>(2).expand(rows.shape());
    let without_gradient = rows.clone().detach();
    rows.mask_where(fixed, without_gradient)
}
