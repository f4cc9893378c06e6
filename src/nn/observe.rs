//! What leaves each layer, for one who asks. Layers report their outputs' shapes; while nobody listens that costs a look at a flag.

use std::cell::RefCell;

use burn::module::ParamId;
use burn::tensor::Tensor;
use burn::tensor::kind::Basic;

/// A tensor that left a layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// A parameter (or flag) of the layer, by which it is found in its model.
    pub layer: ParamId,
    pub shape: Vec<usize>,
}

thread_local! {
    static HEARD: RefCell<Option<Vec<Output>>> = const { RefCell::new(None) };
}

/// Runs `forward` and returns what the layers reported meanwhile, in the order in which they computed.
pub fn outputs<R>(forward: impl FnOnce() -> R) -> Vec<Output> {
    /// Puts back who listened before, also when `forward` panics.
    struct Before(Option<Vec<Output>>);
    impl Drop for Before {
        fn drop(&mut self) {
            HEARD.set(self.0.take());
        }
    }
    let before = Before(HEARD.replace(Some(vec![])));
    forward();
    let heard = HEARD.take().unwrap_or_default();
    drop(before);
    heard
}

/// Reports the output of a layer and hands it back. A layer written by hand ends its `forward` with
/// `observe::leaves(self.weight.id, output)`, and so has an output shape in [`layers`](crate::notebook::layers()).
pub fn leaves<const D: usize, K: Basic>(layer: ParamId, output: Tensor<D, K>) -> Tensor<D, K> {
    HEARD.with_borrow_mut(|heard| {
        if let Some(heard) = heard {
            heard.push(Output { layer, shape: output.dims().to_vec() });
        }
    });
    output
}

#[cfg(test)]
mod tests {
    use burn::module::ParamId;
    use burn::tensor::{Device, Tensor};

    use super::{leaves, outputs};

    #[test]
    fn only_what_leaves_meanwhile_is_heard() {
        let (first, second) = (ParamId::from(1), ParamId::from(2));
        let pass = |id| leaves(id, Tensor::<2>::zeros([2, 3], &Device::flex()));
        pass(first);
        let heard = outputs(|| pass(second));
        assert_eq!(heard.len(), 1);
        assert_eq!((heard[0].layer, &heard[0].shape[..]), (second, &[2, 3][..]));
        assert!(outputs(|| ()).is_empty());
    }
}
