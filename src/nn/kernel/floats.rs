//! burn-flex's tensors as slices.

use burn::backend::TensorMetadata;
use burn::backend::flex::{FlexTensor, Layout};
use burn::tensor::{Bytes, DType, Device, Shape, Tensor};

/// Whether a tensor is where the operations that only the processor has can compute with it.
pub fn fits<const D: usize>(tensor: &Tensor<D>) -> bool {
    tensor.device().inner() == Device::flex() && tensor.dtype() == DType::F32
}

/// The values of a tensor of 32-bit floats, side by side in memory.
#[derive(Clone, Debug)]
pub struct Floats(FlexTensor);

impl Floats {
    pub fn of(tensor: FlexTensor) -> Self {
        Self(tensor.to_contiguous())
    }

    pub fn values(&self) -> &[f32] {
        let start = self.0.layout().start_offset();
        &self.0.storage::<f32>()[start..start + self.0.layout().num_elements()]
    }

    pub fn dims<const D: usize>(&self) -> [usize; D] {
        self.0.shape().dims()
    }
}

pub fn flex_tensor(values: Vec<f32>, shape: impl Into<Shape>) -> FlexTensor {
    FlexTensor::new(Bytes::from_elems(values), Layout::contiguous(shape.into()), DType::F32)
}
