//! Section 11.5: a network of two layers, its forward and its backward pass written out on tensors.

use mlbook::nn::weights::{Array, Arrays, WeightsError};
use mlbook::prelude::*;

/// Spread of the initial weights.
const SCALE: f64 = 0.1;

/// A hidden and an output layer, both with the sigmoid; 39,760 parameters with the book's 784, 50 and 10 units.
#[derive(Clone, Debug)]
pub struct NeuralNet {
    /// `[hidden, features]`
    pub weight_h: Tensor<2>,
    /// `[hidden]`
    pub bias_h: Tensor<1>,
    /// `[classes, hidden]`
    pub weight_out: Tensor<2>,
    /// `[classes]`
    pub bias_out: Tensor<1>,
}

/// What the units of both layers give for a batch.
#[derive(Clone, Debug)]
pub struct Activations {
    /// `[batch, hidden]`
    pub hidden: Tensor<2>,
    /// `[batch, classes]`
    pub out: Tensor<2>,
}

/// The derivative of the [`loss`] by each parameter, in the parameter's shape.
#[derive(Clone, Debug)]
pub struct Gradients {
    pub weight_h: Tensor<2>,
    pub bias_h: Tensor<1>,
    pub weight_out: Tensor<2>,
    pub bias_out: Tensor<1>,
}

impl NeuralNet {
    /// Draws the hidden, then the output weights from N(0, 0.1); biases are zero.
    pub fn new(features: usize, hidden: usize, classes: usize, rng: &mut NumpyRng, device: &Device) -> Self {
        let mut normal = |rows: usize, columns: usize| {
            let drawn: Vec<f32> =
                rng.randn(rows * columns).iter().map(|draw| (SCALE * draw) as f32).collect();
            Tensor::from_data(TensorData::new(drawn, [rows, columns]), device)
        };
        Self {
            weight_h: normal(hidden, features),
            bias_h: Tensor::zeros([hidden], device),
            weight_out: normal(classes, hidden),
            bias_out: Tensor::zeros([classes], device),
        }
    }

    /// # Shapes
    /// - x: `[batch, features]`
    pub fn forward(&self, x: Tensor<2>) -> Activations {
        let z_h = x.matmul(self.weight_h.clone().transpose()) + self.bias_h.clone().unsqueeze(); // [batch, hidden]
        let hidden = sigmoid(z_h);
        let z_out = hidden.clone().matmul(self.weight_out.clone().transpose()); // [batch, classes]
        let out = sigmoid(z_out + self.bias_out.clone().unsqueeze());
        Activations { hidden, out }
    }

    /// The chain rule from the [`loss`] back to every parameter.
    ///
    /// # Shapes
    /// - x: `[batch, features]`, as it went into [`forward`](Self::forward)
    /// - onehot: `[batch, classes]`
    pub fn backward(&self, x: Tensor<2>, activations: Activations, onehot: Tensor<2>) -> Gradients {
        let Activations { hidden, out } = activations;
        let batch = x.dims()[0] as f64;
        let d_loss_d_out = (out.clone() - onehot) * (2.0 / batch); // [batch, classes]
        let delta_out = d_loss_d_out * sigmoid_slope(out); // [batch, classes]
        let d_loss_d_hidden = delta_out.clone().matmul(self.weight_out.clone()); // [batch, hidden]
        let delta_h = d_loss_d_hidden * sigmoid_slope(hidden.clone()); // [batch, hidden]
        Gradients {
            weight_h: delta_h.clone().transpose().matmul(x), // [hidden, features]
            bias_h: delta_h.sum_dim(0).squeeze_dim(0),       // [hidden]
            weight_out: delta_out.clone().transpose().matmul(hidden), // [classes, hidden]
            bias_out: delta_out.sum_dim(0).squeeze_dim(0),   // [classes]
        }
    }

    /// One step of plain gradient descent.
    pub fn descend(self, gradients: Gradients, learning_rate: f64) -> Self {
        Self {
            weight_h: self.weight_h - gradients.weight_h * learning_rate,
            bias_h: self.bias_h - gradients.bias_h * learning_rate,
            weight_out: self.weight_out - gradients.weight_out * learning_rate,
            bias_out: self.bias_out - gradients.bias_out * learning_rate,
        }
    }

    /// The parameters by name, in host memory.
    pub fn to_arrays(&self) -> Arrays {
        named([&self.weight_h, &self.weight_out], [&self.bias_h, &self.bias_out])
    }

    /// A network of the parameters in `arrays`.
    ///
    /// # Errors
    /// [`WeightsError::Mismatch`] when one is missing, or the shapes do not make a network of two layers.
    pub fn from_arrays(arrays: &Arrays, device: &Device) -> Result<Self, WeightsError> {
        let net = Self {
            weight_h: parameter(arrays, "weight_h", device)?,
            bias_h: parameter(arrays, "bias_h", device)?,
            weight_out: parameter(arrays, "weight_out", device)?,
            bias_out: parameter(arrays, "bias_out", device)?,
        };
        let [[hidden, features], [classes, inputs]] = [net.weight_h.dims(), net.weight_out.dims()];
        if (inputs, net.bias_h.dims(), net.bias_out.dims()) != (hidden, [hidden], [classes]) {
            return Err(WeightsError::Mismatch(format!(
                "{features} to {hidden} units, then {inputs} to {classes}, with {} and {} biases",
                net.bias_h.dims()[0],
                net.bias_out.dims()[0]
            )));
        }
        Ok(net)
    }
}

impl Gradients {
    /// The gradients by the names of the parameters, in host memory.
    pub fn to_arrays(&self) -> Arrays {
        named([&self.weight_h, &self.weight_out], [&self.bias_h, &self.bias_out])
    }
}

/// The derivative of the sigmoid, from its value.
fn sigmoid_slope(activation: Tensor<2>) -> Tensor<2> {
    activation.clone() * (1.0 - activation)
}

/// A row for each label, 1 in its column and 0 elsewhere.
///
/// # Shapes
/// - labels: `[batch]`, from 0 to `classes` − 1
/// - returns `[batch, classes]`
pub fn int_to_onehot(labels: Tensor<1, Int>, classes: usize) -> Tensor<2> {
    Tensor::<2>::eye(classes, &labels.device()).select(0, labels)
}

/// The loss whose gradients [`NeuralNet::backward`] gives: squared errors summed over classes, averaged over the batch.
/// It is [`mse`] times the number of classes.
///
/// # Shapes
/// - out, onehot: `[batch, classes]`; returns `[1]`
pub fn loss(out: Tensor<2>, onehot: Tensor<2>) -> Tensor<1> {
    let batch = out.dims()[0] as f64;
    (out - onehot).square().sum() / batch
}

/// The mean squared error that the book reports: over classes as well as over the batch.
///
/// # Shapes
/// - out, onehot: `[batch, classes]`; returns `[1]`
pub fn mse(out: Tensor<2>, onehot: Tensor<2>) -> Tensor<1> {
    (out - onehot).square().mean()
}

fn named(weights: [&Tensor<2>; 2], biases: [&Tensor<1>; 2]) -> Arrays {
    let [weight_h, weight_out] = weights.map(array);
    let [bias_h, bias_out] = biases.map(array);
    [("weight_h", weight_h), ("bias_h", bias_h), ("weight_out", weight_out), ("bias_out", bias_out)]
        .map(|(name, array)| (name.to_owned(), array))
        .into()
}

fn array<const D: usize>(tensor: &Tensor<D>) -> Array {
    Array { shape: tensor.dims().to_vec(), values: tensor.to_data().iter::<f32>().collect() }
}

fn parameter<const D: usize>(
    arrays: &Arrays,
    name: &str,
    device: &Device,
) -> Result<Tensor<D>, WeightsError> {
    let Some(array) = arrays.get(name).filter(|array| array.shape.len() == D) else {
        return Err(WeightsError::Mismatch(format!("no {name} of {D} dimensions")));
    };
    Ok(Tensor::from_data(TensorData::new(array.values.clone(), array.shape.clone()), device))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small() -> (NeuralNet, Tensor<2>, Tensor<2>) {
        let device = Device::flex();
        let mut rng = NumpyRng::new(123);
        let net = NeuralNet::new(6, 4, 3, &mut rng, &device);
        let pixels: Vec<f32> = rng.rand(5 * 6).iter().map(|draw| (2.0 * draw - 1.0) as f32).collect();
        let x = Tensor::from_data(TensorData::new(pixels, [5, 6]), &device);
        let labels = Tensor::<1, Int>::from_data([0, 2, 1, 1, 0], &device);
        (net, x, int_to_onehot(labels, 3))
    }

    #[test]
    fn the_initial_weights_are_numpys() {
        let net = NeuralNet::new(784, 50, 10, &mut NumpyRng::new(123), &Device::flex());
        let arrays = net.to_arrays();
        // RandomState(123).normal(0.0, 0.1): −0.10856306, 0.09973454, 0.02829785, …
        for (drawn, numpy) in
            arrays["weight_h"].values.iter().zip([-0.108_563_06, 0.099_734_54, 0.028_297_85])
        {
            assert!((drawn - numpy).abs() < 1e-7, "{drawn} is not {numpy}");
        }
        assert_eq!(arrays.values().map(|array| array.values.len()).sum::<usize>(), 39_760);
        assert!(arrays["bias_out"].values.iter().all(|&bias| bias == 0.0));
    }

    #[test]
    fn a_gradient_is_the_slope_of_the_loss() {
        let (net, x, onehot) = small();
        let gradients = net.backward(x.clone(), net.forward(x.clone()), onehot.clone()).to_arrays();
        let step = 1e-2_f32;
        for (name, gradient) in &gradients {
            for k in 0..gradient.values.len() {
                let loss_at = |step: f32| {
                    let mut arrays = net.to_arrays();
                    arrays.get_mut(name).expect("the parameter has a gradient").values[k] += step;
                    let moved = NeuralNet::from_arrays(&arrays, &Device::flex()).expect("same shapes");
                    loss(moved.forward(x.clone()).out, onehot.clone()).into_scalar::<f32>()
                };
                let slope = (loss_at(step) - loss_at(-step)) / (2.0 * step);
                assert!(
                    (slope - gradient.values[k]).abs() < 1e-4,
                    "{name}[{k}]: {slope}, {}",
                    gradient.values[k]
                );
            }
        }
    }

    #[test]
    fn the_loss_is_the_reported_error_times_the_classes() {
        let (net, x, onehot) = small();
        let out = net.forward(x).out;
        let ratio = loss(out.clone(), onehot.clone()) / mse(out, onehot);
        assert!((ratio.into_scalar::<f32>() - 3.0).abs() < 1e-5);
    }

    #[test]
    fn weights_of_other_shapes_are_refused() {
        let (net, _, _) = small();
        let mut arrays = net.to_arrays();
        arrays.insert("bias_h".to_owned(), Array { shape: vec![5], values: vec![0.0; 5] });
        assert!(NeuralNet::from_arrays(&arrays, &Device::flex()).is_err());
        arrays.remove("bias_h");
        let message = NeuralNet::from_arrays(&arrays, &Device::flex()).expect_err("a bias is missing");
        assert!(message.to_string().contains("bias_h"));
    }
}
