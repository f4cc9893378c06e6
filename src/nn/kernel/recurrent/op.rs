//! The cell over a sequence as an operation of burn's processor backend, with its own way back.

use std::sync::{Arc, Mutex, PoisonError};

use burn::backend::autodiff::Autodiff;
use burn::backend::autodiff::checkpoint::{base::Checkpointer, strategy::CheckpointStrategy};
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::flex::FlexTensor;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Dispatch, Flex, TensorMetadata, backend_extension};
use burn::tensor::Tensor;

use super::Direction;
use super::batch::{self, CellGradients, Parameters};
use super::forward::Kept;
use super::plan::Sizes;
use crate::nn::kernel::floats::{Floats, flex_tensor};

/// A cell over a batch of sequences.
///
/// # Shapes
/// - input: `[batch, steps, features]`, state: `[states, batch, hidden]`
/// - weights: `[gates·hidden, features]`, `[gates·hidden, hidden]`, biases: `[gates·hidden]`, of the input and of the hidden state
/// - returns the outputs `[batch, steps, hidden]` and the final state `[states, batch, hidden]`
pub fn recurrent(
    input: Tensor<3>,
    state: Tensor<3>,
    weights: [Tensor<2>; 2],
    biases: [Tensor<1>; 2],
    direction: &Direction,
) -> (Tensor<3>, Tensor<3>) {
    let [weight_ih, weight_hh] = weights.map(Tensor::into_dispatch);
    let [bias_ih, bias_hh] = biases.map(Tensor::into_dispatch);
    let (output, state) = Dispatch::book_recurrent(
        input.into_dispatch(),
        state.into_dispatch(),
        weight_ih,
        weight_hh,
        bias_ih,
        bias_hh,
        direction.clone(),
    );
    (Tensor::from_dispatch(output), Tensor::from_dispatch(state))
}

/// The operation.
#[backend_extension(Flex, Autodiff)]
trait RecurrentBackend: Backend {
    fn book_recurrent(
        input: FloatTensor<Self>,
        state: FloatTensor<Self>,
        weight_ih: FloatTensor<Self>,
        weight_hh: FloatTensor<Self>,
        bias_ih: FloatTensor<Self>,
        bias_hh: FloatTensor<Self>,
        direction: Direction,
    ) -> (FloatTensor<Self>, FloatTensor<Self>);
}

/// The way forward that keeps what the way back needs.
trait RecurrentGradients: Backend {
    type Kept: Clone + Send + std::fmt::Debug + 'static;

    fn forward(
        inputs: [FloatTensor<Self>; 6],
        direction: Direction,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, Self::Kept);

    /// Gradients of the inputs, that of the first only if asked for.
    fn backward(
        kept: Self::Kept,
        outputs: Option<FloatTensor<Self>>,
        state: FloatTensor<Self>,
        with_input: bool,
    ) -> [Option<FloatTensor<Self>>; 6];
}

/// What [`Flex`] keeps: the blocks of rows, the parameters, how to go through them.
#[derive(Clone, Debug)]
struct FlexKept {
    blocks: Arc<Vec<Kept>>,
    parameters: [Floats; 4],
    direction: Direction,
    sizes: Sizes,
}

fn parameters(floats: &[Floats; 4]) -> Parameters<'_> {
    let [weight_ih, weight_hh, bias_ih, bias_hh] = floats.each_ref().map(Floats::values);
    Parameters { weight_ih, weight_hh, bias_ih, bias_hh }
}

impl RecurrentBackend for Flex {
    fn book_recurrent(
        input: FlexTensor,
        state: FlexTensor,
        weight_ih: FlexTensor,
        weight_hh: FlexTensor,
        bias_ih: FlexTensor,
        bias_hh: FlexTensor,
        direction: Direction,
    ) -> (FlexTensor, FlexTensor) {
        let inputs = [input, state, weight_ih, weight_hh, bias_ih, bias_hh];
        let (output, state, _) = <Flex as RecurrentGradients>::forward(inputs, direction);
        (output, state)
    }
}

impl RecurrentGradients for Flex {
    type Kept = FlexKept;

    fn forward(inputs: [FlexTensor; 6], direction: Direction) -> (FlexTensor, FlexTensor, FlexKept) {
        let [input, state, weights @ ..] = inputs.map(Floats::of);
        let [batch, steps, features] = input.dims();
        let [states, _, hidden] = state.dims();
        let sizes = Sizes { steps, features, hidden };
        let (output, state, blocks) =
            batch::forward(input.values(), state.values(), parameters(&weights), &direction, sizes);
        let kept = FlexKept { blocks: Arc::new(blocks), parameters: weights, direction, sizes };
        (flex_tensor(output, [batch, steps, hidden]), flex_tensor(state, [states, batch, hidden]), kept)
    }

    fn backward(
        kept: FlexKept,
        outputs: Option<FlexTensor>,
        state: FlexTensor,
        with_input: bool,
    ) -> [Option<FlexTensor>; 6] {
        let FlexKept { blocks, parameters: floats, direction, sizes } = kept;
        let blocks = Arc::try_unwrap(blocks).unwrap_or_else(|shared| (*shared).clone());
        let outputs = outputs.map(Floats::of);
        let (state_shape, state) = (state.shape(), Floats::of(state));
        let CellGradients { input, state, weight_ih, weight_hh, bias_ih, bias_hh } = batch::backward(
            blocks,
            outputs.as_ref().map(Floats::values),
            state.values(),
            parameters(&floats),
            &direction,
            sizes,
            with_input,
        );
        let Sizes { steps, features, hidden } = sizes;
        let rows = direction.gates.count() * hidden;
        let input = with_input.then(|| flex_tensor(input, [direction.lengths.len(), steps, features]));
        [
            input,
            Some(flex_tensor(state, state_shape)),
            Some(flex_tensor(weight_ih, [rows, features])),
            Some(flex_tensor(weight_hh, [rows, hidden])),
            Some(flex_tensor(bias_ih, [rows])),
            Some(flex_tensor(bias_hh, [rows])),
        ]
    }
}

/// Where the gradient of the outputs waits for that of the final state.
///
/// An operation of burn's has one result, a cell has two. The final state is the operation's; the outputs hang on it as a second
/// operation, which on the way back leaves their gradient here and passes on a gradient of zeros. Each costs
/// nothing to those who do not use it.
type Waiting<B> = Arc<Mutex<Option<FloatTensor<B>>>>;

#[derive(Debug)]
struct StateBackward;

impl<B: RecurrentGradients> Backward<B, 6> for StateBackward {
    type State = (B::Kept, Waiting<B>);

    fn backward(self, ops: Ops<Self::State, 6>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let (kept, waiting) = ops.state;
        let state = gradients.consume::<B>(&ops.node);
        let outputs = waiting.lock().unwrap_or_else(PoisonError::into_inner).take();
        let by_input = B::backward(kept, outputs, state, ops.parents[0].is_some());
        for (node, gradient) in ops.parents.into_iter().zip(by_input) {
            if let (Some(node), Some(gradient)) = (node, gradient) {
                gradients.register::<B>(node.id, gradient);
            }
        }
    }
}

#[derive(Debug)]
struct OutputsBackward;

impl<B: RecurrentGradients> Backward<B, 1> for OutputsBackward {
    /// The final state, whose shape the gradient of zeros has.
    type State = (FloatTensor<B>, Waiting<B>);

    fn backward(self, ops: Ops<Self::State, 1>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let (state, waiting) = ops.state;
        let outputs = gradients.consume::<B>(&ops.node);
        *waiting.lock().unwrap_or_else(PoisonError::into_inner) = Some(outputs);
        if let [Some(node)] = ops.parents {
            let zeros = B::float_zeros(state.shape(), &state.device(), state.dtype().into());
            gradients.register::<B>(node.id, zeros);
        }
    }
}

impl<B: RecurrentBackend + RecurrentGradients, C: CheckpointStrategy> RecurrentBackend for Autodiff<B, C> {
    fn book_recurrent(
        input: FloatTensor<Self>,
        state: FloatTensor<Self>,
        weight_ih: FloatTensor<Self>,
        weight_hh: FloatTensor<Self>,
        bias_ih: FloatTensor<Self>,
        bias_hh: FloatTensor<Self>,
        direction: Direction,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let inputs = [input, state, weight_ih, weight_hh, bias_ih, bias_hh];
        let parents = inputs.each_ref().map(|input| input.node());
        let inputs = inputs.map(|input| input.into_primitive());
        let (outputs, state, kept) = <B as RecurrentGradients>::forward(inputs, direction);
        let waiting = Waiting::<B>::default();
        let for_shape = state.clone();
        let state = match StateBackward.prepare::<C>(parents).compute_bound().stateful() {
            OpsKind::Tracked(prep) => prep.finish((kept, waiting.clone()), state),
            OpsKind::UnTracked(prep) => prep.finish(state),
        };
        let outputs = match OutputsBackward.prepare::<C>([state.node()]).compute_bound().stateful() {
            OpsKind::Tracked(prep) => prep.finish((for_shape, waiting), outputs),
            OpsKind::UnTracked(prep) => prep.finish(outputs),
        };
        (outputs, state)
    }
}
