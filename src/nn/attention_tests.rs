//! The operation against the tensor operations that define it.

use burn::tensor::{Bool, Device, Distribution, Tensor, TensorData};

use super::{Mask, attention, attention_weights, merge_heads, self_attention, split_heads};
use crate::show::floats;

fn random<const D: usize>(shape: [usize; D], device: &Device) -> Tensor<D> {
    Tensor::random(shape, Distribution::Normal(0.0, 1.0), device)
}

fn marks(rows: &[&[bool]], device: &Device) -> Mask {
    let shape = [rows.len(), rows[0].len()];
    Mask::Keys(Tensor::<2, Bool>::from_data(TensorData::new(rows.concat(), shape), device))
}

fn close(name: &str, got: &Tensor<4>, expected: &Tensor<4>) {
    let (got, expected) = (floats(got), floats(expected));
    assert_eq!(got.len(), expected.len());
    for (got, expected) in got.iter().zip(&expected) {
        assert!((got - expected).abs() < 2e-5 * (1.0 + expected.abs()), "{name}: {got}, {expected}");
    }
}

/// Contexts and gradients of both ways, with a loss in which every context counts differently.
fn compare(query: [usize; 4], keys: usize, mask: &Mask) {
    let device = Device::flex().autodiff();
    let [batch, heads, _, width] = query;
    let shape = [batch, heads, keys, width];
    let inputs = [random(query, &device), random(shape, &device), random(shape, &device)]
        .map(|input| input.require_grad());
    let counts = random(query, &device);
    let [q, k, v] = inputs.clone();
    let fused = attention(q.clone(), k.clone(), v.clone(), mask);
    let plain = attention_weights(q, k, mask).matmul(v);
    close("context", &fused, &plain);
    let [fused, plain] = [fused, plain].map(|context| (context * counts.clone()).sum().backward());
    for (name, input) in ["query", "key", "value"].iter().zip(&inputs) {
        let [fused, plain] = [&fused, &plain].map(|gradients| input.grad(gradients).unwrap());
        close(name, &fused, &plain);
    }
}

#[test]
fn contexts_and_gradients_are_those_of_the_formula() {
    for (query, keys) in [([2, 3, 5, 4], 5), ([1, 2, 70, 8], 133), ([2, 1, 1, 16], 40)] {
        compare(query, keys, &Mask::None);
        compare(query, keys, &Mask::Causal);
    }
    compare([1, 1, 130, 3], 130, &Mask::Causal);
}

#[test]
fn hidden_keys_do_not_count_wherever_they_are() {
    let device = Device::flex().autodiff();
    let (all, some) = ([true; 6], [true, false, true, true, false, false]);
    compare([3, 2, 4, 4], 6, &marks(&[&all, &some, &[false, true, true, true, true, true]], &device));
    compare([2, 2, 6, 4], 6, &marks(&[&[false; 6], &some], &device));
}

#[test]
fn packed_rows_attend_as_their_parts_do() {
    let device = Device::flex().autodiff();
    for mask in [
        Mask::None,
        Mask::Causal,
        marks(&[&[true; 7], &[true, true, true, false, true, false, false]], &device),
    ] {
        let packed = random([2, 7, 3 * 12], &device).require_grad();
        let counts = random([2, 7, 12], &device);
        let part = |k: usize| split_heads(packed.clone().narrow(2, 12 * k, 12), 3);
        let parts = merge_heads(attention_weights(part(0), part(1), &mask).matmul(part(2)));
        let whole = self_attention(packed.clone(), 3, &mask);
        close("context", &whole.clone().unsqueeze(), &parts.clone().unsqueeze());
        let [whole, parts] = [whole, parts]
            .map(|context| packed.grad(&(context * counts.clone()).sum().backward()).unwrap().unsqueeze());
        close("gradient", &whole, &parts);
    }
}

#[test]
fn other_devices_compute_the_same() {
    #[allow(deprecated)]
    let (flex, other) = (Device::flex(), Device::ndarray());
    let data = [random::<4>([2, 2, 3, 4], &flex), random([2, 2, 5, 4], &flex), random([2, 2, 5, 4], &flex)];
    let on = |device: &Device| data.clone().map(|tensor| Tensor::<4>::from_data(tensor.into_data(), device));
    for mask in [Mask::None, Mask::Causal] {
        let [[a, b, c], [q, k, v]] = [on(&flex), on(&other)];
        close("context", &attention(a, b, c, &mask), &attention(q, k, v, &mask));
    }
}

#[test]
fn a_number_that_is_none_stays_one() {
    let device = Device::flex();
    let query = random([1, 1, 2, 4], &device);
    let key = Tensor::full([1, 1, 2, 4], f32::NAN, &device);
    let context = attention(query, key.clone(), key, &Mask::None);
    assert!(floats(&context).iter().all(|value| value.is_nan()));
}
