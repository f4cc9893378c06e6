//! Section 15.1.2: what a recurrent layer computes, written out.

use mlbook::prelude::*;

/// The two numbers of one time step: what the input alone gives, and the new hidden state.
#[derive(Clone, Debug)]
pub struct TimeStep {
    /// x_t·W_xhᵀ + b_xh, `[1, hidden]`
    pub from_input: Tensor<2>,
    /// h_t = tanh(x_t·W_xhᵀ + b_xh + h_{t−1}·W_hhᵀ + b_hh), `[1, hidden]`
    pub output: Tensor<2>,
}

/// The weights of a plain recurrent layer by the book's names.
#[derive(Clone, Debug)]
pub struct Weights {
    /// `[hidden, input]`
    pub w_xh: Tensor<2>,
    /// `[hidden, hidden]`
    pub w_hh: Tensor<2>,
    /// `[hidden]`
    pub b_xh: Tensor<1>,
    /// `[hidden]`
    pub b_hh: Tensor<1>,
}

impl Weights {
    /// Those of `torch.nn.RNN(input, hidden)`, drawn in its order.
    pub fn drawn(input: usize, hidden: usize, generator: &Generator, device: &Device) -> Self {
        let mut rng = generator.lock();
        let mut matrix = |rows: usize, columns: usize| {
            let values = rng.bias_default(rows * columns, hidden);
            Tensor::from_data(TensorData::new(values, [rows, columns]), device)
        };
        let (w_xh, w_hh) = (matrix(hidden, input), matrix(hidden, hidden));
        let [b_xh, b_hh] = [(); 2].map(|()| matrix(1, hidden).squeeze_dim(0));
        Self { w_xh, w_hh, b_xh, b_hh }
    }

    /// How many numbers they are.
    pub fn count(&self) -> usize {
        [self.w_xh.shape(), self.w_hh.shape(), self.b_xh.shape(), self.b_hh.shape()]
            .iter()
            .map(|shape| shape.num_elements())
            .sum()
    }

    /// Reads a sequence step by step, from a hidden state of zeros.
    ///
    /// # Shapes
    /// - sequence: `[steps, input]`
    pub fn read(&self, sequence: &Tensor<2>) -> Vec<TimeStep> {
        let [steps, _] = sequence.dims();
        let mut hidden = Tensor::zeros([1, self.w_hh.dims()[0]], &sequence.device());
        let mut read = Vec::new();
        for t in 0..steps {
            let x_t = sequence.clone().narrow(0, t, 1); // [1, input]
            let from_input = x_t.matmul(self.w_xh.clone().transpose()) + self.b_xh.clone().unsqueeze(); // [1, hidden]
            let from_hidden = hidden.matmul(self.w_hh.clone().transpose()) + self.b_hh.clone().unsqueeze(); // [1, hidden]
            hidden = tanh(from_input.clone() + from_hidden); // [1, hidden]
            read.push(TimeStep { from_input, output: hidden.clone() });
        }
        read
    }
}
