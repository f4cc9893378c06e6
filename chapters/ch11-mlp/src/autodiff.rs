//! Section 11.5 beside burn's autodiff: the same network as a module, whose gradients nobody writes.

use burn::module::Param;
use burn::optim::GradientsParams;
use mlbook::nn::weights::{self, Arrays, WeightsError};
use mlbook::prelude::*;

use crate::network::{Activations, NeuralNet, loss};

/// The parameters of a [`NeuralNet`], recorded for autodiff.
#[derive(Module, Debug)]
pub struct RecordedNet {
    weight_h: Param<Tensor<2>>,
    bias_h: Param<Tensor<1>>,
    weight_out: Param<Tensor<2>>,
    bias_out: Param<Tensor<1>>,
}

impl RecordedNet {
    /// A copy of `net` on `device`; gradients need [`Run::training_device`].
    pub fn of(net: &NeuralNet, device: &Device) -> Self {
        Self {
            weight_h: Param::from_data(net.weight_h.to_data(), device),
            bias_h: Param::from_data(net.bias_h.to_data(), device),
            weight_out: Param::from_data(net.weight_out.to_data(), device),
            bias_out: Param::from_data(net.bias_out.to_data(), device),
        }
    }

    /// The forward pass of [`NeuralNet`] itself; only what its tensors are differs.
    ///
    /// # Shapes
    /// - x: `[batch, features]`
    pub fn forward(&self, x: Tensor<2>) -> Activations {
        let net = NeuralNet {
            weight_h: self.weight_h.val(),
            bias_h: self.bias_h.val(),
            weight_out: self.weight_out.val(),
            bias_out: self.bias_out.val(),
        };
        net.forward(x)
    }

    /// The gradients of the [`loss`] of a batch, by the names of the parameters.
    ///
    /// # Shapes
    /// - x: `[batch, features]`, onehot: `[batch, classes]`
    pub fn gradients(&self, x: Tensor<2>, onehot: Tensor<2>) -> Result<Arrays, WeightsError> {
        let loss = loss(self.forward(x).out, onehot);
        weights::gradients(self, GradientsParams::from_grads(loss.backward(), self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradients::largest_difference;
    use crate::network::int_to_onehot;

    #[test]
    fn autodiff_gives_the_gradients_by_hand() {
        let device = Device::flex();
        let mut rng = NumpyRng::new(7);
        let net = NeuralNet::new(30, 8, 10, &mut rng, &device);
        let pixels: Vec<f32> = rng.randn(12 * 30).iter().map(|&draw| draw as f32).collect();
        let labels: Vec<i32> = (0..12).map(|digit| digit % 10).collect();
        let batch = |device: &Device| {
            let x = Tensor::<2>::from_data(TensorData::new(pixels.clone(), [12, 30]), device);
            let labels = Tensor::<1, Int>::from_data(TensorData::new(labels.clone(), [12]), device);
            (x, int_to_onehot(labels, 10))
        };
        let (x, onehot) = batch(&device);
        let by_hand = net.backward(x.clone(), net.forward(x), onehot).to_arrays();
        let training = device.autodiff();
        let (x, onehot) = batch(&training);
        let recorded = RecordedNet::of(&net, &training).gradients(x, onehot).expect("the names agree");
        assert_eq!(by_hand.len(), 4);
        for (name, gradient) in &by_hand {
            let difference = largest_difference(&gradient.values, &recorded[name].values);
            assert!(difference < 1e-7, "{name}: {difference}");
            assert!(gradient.values.iter().any(|value| value.abs() > 1e-3), "{name} is all but zero");
        }
    }
}
