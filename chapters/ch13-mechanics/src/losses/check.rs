//! Gradients held against finite differences: whether a loss of one's own has the slope that burn gives it.

use burn::tensor::DType;
use mlbook::prelude::*;

/// Half the distance of the two points that a slope is measured between.
const STEP: f64 = 1e-6;

/// The largest difference between a loss's gradient and its slope `(f(x + h) − f(x − h)) / 2h`, over all inputs. In 64 bits, which only the
/// cpu has on every machine.
///
/// - `inputs`: row by row, `[rows, columns]`; no kink of the loss may lie within 1e-6 of one
pub fn largest_difference(
    loss: impl Fn(Tensor<2>) -> Tensor<1>,
    inputs: &[f64],
    [rows, columns]: [usize; 2],
) -> f64 {
    let tensor = |values: Vec<f64>, device: &Device| -> Tensor<2> {
        Tensor::from_data(TensorData::new(values, [rows, columns]), (device, DType::F64))
    };
    let device = Device::flex();
    let recorded = tensor(inputs.to_vec(), &device.clone().autodiff()).require_grad();
    let slopes = loss(recorded.clone()).backward();
    let Some(gradient) = recorded.grad(&slopes) else { return f64::INFINITY };
    let at = |place: usize, value: f64| {
        let mut moved = inputs.to_vec();
        moved[place] = value;
        loss(tensor(moved, &device)).into_scalar::<f64>()
    };
    let gradient = gradient.into_data();
    let differences = gradient.iter::<f64>().enumerate().map(|(place, gradient)| {
        let slope = (at(place, inputs[place] + STEP) - at(place, inputs[place] - STEP)) / (2.0 * STEP);
        (slope - gradient).abs()
    });
    differences.fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_right_gradient_agrees_and_a_wrong_one_does_not() {
        let inputs = [0.5, -1.5, 2.0, 0.25];
        let square = |x: Tensor<2>| x.square().mean();
        assert!(largest_difference(square, &inputs, [2, 2]) < 1e-8);
        // Half of what is squared is taken out of the graph.
        let detached = |x: Tensor<2>| (x.clone() * x.detach()).mean();
        assert!(largest_difference(detached, &inputs, [2, 2]) > 0.1);
    }
}
