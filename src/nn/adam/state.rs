//! What Adam remembers, in memory and in checkpoints.

use burn::optim::{RecordState, StateSink, StateSource};
use burn::tensor::{Device, Tensor, TensorData};

/// Weights that are passed over together while none of them has ever had a gradient.
pub const PIECE: usize = 64;

/// What Adam remembers of a parameter.
#[derive(Clone)]
pub struct AdamState<const D: usize> {
    /// Steps taken.
    pub time: usize,
    pub means: Means<D>,
    /// Of every [`PIECE`], whether it has had a gradient. Empty: not known.
    pub moved: Vec<bool>,
}

/// The running means of the gradient and of its square.
#[derive(Clone)]
#[allow(
    clippy::large_enum_variant,
    reason = "but for the first step after a resume, every value is the large one"
)]
pub enum Means<const D: usize> {
    Live([Tensor<D>; 2]),
    /// Read from a checkpoint. burn offers its default device to put them on, which is the graphics adapter even in a run on
    /// the cpu; they wait in host memory until the parameter's own device is known.
    Saved([TensorData; 2]),
}

impl<const D: usize> AdamState<D> {
    /// Before the first step of a parameter with this gradient.
    pub fn new(gradient: &Tensor<D>) -> Self {
        let means = Means::Live([gradient.zeros_like(), gradient.zeros_like()]);
        Self { time: 0, means, moved: vec![false; gradient.shape().num_elements().div_ceil(PIECE)] }
    }

    /// The means on a device.
    pub fn on(self, device: &Device) -> [Tensor<D>; 2] {
        match self.means {
            Means::Live(means) => means.map(|mean| mean.to_device(device)),
            Means::Saved(means) => means.map(|mean| Tensor::from_data(mean, device)),
        }
    }
}

impl<const D: usize> RecordState for AdamState<D> {
    fn state_flatten(&self, prefix: &str, out: &mut StateSink) {
        let [moment_1, moment_2] = match &self.means {
            Means::Live(means) => means.each_ref().map(|mean| mean.to_data()),
            Means::Saved(means) => means.clone(),
        };
        out.push_tensor(prefix, "time", TensorData::new(vec![self.time as i64], [1]));
        out.push_tensor(prefix, "moment_1", moment_1);
        out.push_tensor(prefix, "moment_2", moment_2);
    }

    fn state_unflatten(prefix: &str, source: &mut StateSource, _default: &Device) -> Option<Self> {
        let time = source.take_tensor(prefix, "time")?.iter::<i64>().next()?;
        let means = [source.take_tensor(prefix, "moment_1")?, source.take_tensor(prefix, "moment_2")?];
        Some(Self { time: usize::try_from(time).ok()?, means: Means::Saved(means), moved: vec![] })
    }
}

/// Of every [`PIECE`] of two means, whether there is anything in it.
pub fn moved(moment_1: &[f32], moment_2: &[f32]) -> Vec<bool> {
    let any = |piece: &[f32]| piece.iter().any(|&value| value != 0.0);
    let pieces = moment_1.chunks(PIECE).zip(moment_2.chunks(PIECE));
    pieces.map(|(moment_1, moment_2)| any(moment_1) || any(moment_2)).collect()
}
