//! `model.safetensors`: a model's tensors, read strictly.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::Path;

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::{Tensor, TensorData};
use safetensors::{Dtype, SafeTensors};

use super::trail::{Trail, shapes};
use super::{HubError, Layout};
use crate::files;
use crate::nn::transposed;

/// A safetensors file in memory.
#[derive(Clone, Debug)]
pub struct TensorFile {
    place: String,
    bytes: Vec<u8>,
    entries: BTreeMap<String, Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
    kind: Dtype,
    shape: Vec<usize>,
    bytes: Range<usize>,
}

/// A model with the numbers of a file.
#[derive(Clone, Debug)]
pub struct Filled<M> {
    pub model: M,
    /// Parameters that the file lacks and may lack; they are as they were.
    pub fresh: Vec<String>,
    /// Tensors of the file that the model has no use for.
    pub unused: Vec<String>,
}

impl TensorFile {
    /// Reads the file at `path`.
    ///
    /// # Errors
    /// No such file, or one that is cut short or no safetensors file.
    pub fn read(path: &Path) -> Result<Self, HubError> {
        Self::from_bytes(files::read(path)?, &path.display().to_string())
    }

    /// The file whose bytes these are; `place` is named in errors.
    ///
    /// # Errors
    /// [`HubError::Format`].
    pub fn from_bytes(bytes: Vec<u8>, place: &str) -> Result<Self, HubError> {
        let wrong = |problem| HubError::Format { place: place.to_owned(), problem };
        if let Some(problem) = wrong_header(&bytes) {
            return Err(wrong(problem));
        }
        let (header, metadata) =
            SafeTensors::read_metadata(&bytes).map_err(|error| wrong(error.to_string()))?;
        let start = header + LENGTH;
        let entries = metadata.tensors().into_iter().map(|(name, info)| {
            let (from, to) = info.data_offsets;
            (name, Entry { kind: info.dtype, shape: info.shape.clone(), bytes: start + from..start + to })
        });
        let entries = entries.collect();
        Ok(Self { place: place.to_owned(), bytes, entries })
    }

    /// The names of the tensors, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(String::as_str)
    }

    /// The shape of a tensor.
    pub fn shape(&self, name: &str) -> Option<&[usize]> {
        self.entries.get(name).map(|entry| entry.shape.as_slice())
    }

    /// The model with every parameter replaced by the file's tensor of its name.
    ///
    /// # Errors
    /// [`HubError::Mismatch`] names all tensors that are missing, too many or of another shape; the model is then not touched.
    pub fn fill<M: Module>(&self, model: M, layout: &Layout) -> Result<Filled<M>, HubError> {
        let bare = !layout.optional_prefix.is_empty()
            && !self.names().any(|name| name.starts_with(layout.optional_prefix));
        let in_file = |name: &str| {
            let name = layout.in_file(name);
            match name.strip_prefix(layout.optional_prefix) {
                Some(rest) if bare => rest.to_owned(),
                _ => name,
            }
        };
        let wanted = shapes(&model);
        let mut problems = Vec::new();
        let mut fresh = Vec::new();
        let mut known = BTreeSet::new();
        for (here, shape) in &wanted {
            let name = in_file(here);
            match self.entries.get(&name) {
                None if layout.may_be_fresh(here) => fresh.push(here.clone()),
                None => problems.push(format!("{name} {shape:?} is missing")),
                Some(entry) if entry.shape != *shape => {
                    problems.push(format!("{name} is {:?} where the model has {shape:?}", entry.shape));
                }
                Some(entry) if !READABLE.contains(&entry.kind) => {
                    let (place, dtype) = (self.place.clone(), format!("{:?}", entry.kind));
                    return Err(HubError::Kind { place, name, dtype });
                }
                Some(_) => {}
            }
            known.insert(name);
        }
        let (unused, extra): (Vec<&str>, Vec<&str>) =
            self.names().filter(|name| !known.contains(*name)).partition(|name| layout.is_unused(name));
        problems.extend(extra.iter().map(|name| format!("{name} is not in the model")));
        if !problems.is_empty() {
            return Err(HubError::Mismatch { place: self.place.clone(), problems });
        }
        let unused = unused.into_iter().map(str::to_owned).collect();
        let model = model.map(&mut Filling { trail: Trail::default(), file: self, in_file: &in_file });
        Ok(Filled { model, fresh, unused })
    }

    fn floats(&self, entry: &Entry) -> Vec<f32> {
        let bytes = &self.bytes[entry.bytes.clone()];
        let pairs = bytes.as_chunks::<2>().0.iter().copied();
        match entry.kind {
            Dtype::F16 => pairs.map(|pair| half(u16::from_le_bytes(pair))).collect(),
            // The upper half of a 32-bit float.
            Dtype::BF16 => {
                pairs.map(|pair| f32::from_bits(u32::from(u16::from_le_bytes(pair)) << 16)).collect()
            }
            _ => bytes.as_chunks::<4>().0.iter().map(|&word| f32::from_le_bytes(word)).collect(),
        }
    }
}

/// Puts a file's numbers in place of a model's. That they fit is checked before.
struct Filling<'f, N> {
    trail: Trail,
    file: &'f TensorFile,
    in_file: &'f N,
}

impl<N: Fn(&str) -> String> ModuleMapper for Filling<'_, N> {
    fn enter_module(&mut self, name: &str, container: &str) {
        self.trail.enter(name, container);
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.trail.exit();
    }

    fn map_float<const D: usize>(&mut self, parameter: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let Some(entry) = self.file.entries.get(&(self.in_file)(&self.trail.name())) else {
            return parameter;
        };
        let values = self.file.floats(entry);
        let values = match entry.shape.as_slice() {
            &[rows, columns] if self.trail.is_turned() => transposed(&values, rows, columns),
            _ => values,
        };
        parameter.map(|old| {
            // `require_grad` and the device are the old tensor's.
            let new = Tensor::from_data(TensorData::new(values, old.shape()), &old.device());
            if old.is_require_grad() { new.require_grad() } else { new }
        })
    }
}

const READABLE: [Dtype; 3] = [Dtype::F32, Dtype::F16, Dtype::BF16];
/// Bytes at the start of a file, which say how long its header is.
const LENGTH: usize = 8;

/// What a file's own words about its length say against it.
fn wrong_header(bytes: &[u8]) -> Option<String> {
    let Some(length) = bytes.first_chunk::<LENGTH>() else {
        return Some(format!("it has {} bytes, too few for a header", bytes.len()));
    };
    let (says, has) = (u64::from_le_bytes(*length), (bytes.len() - LENGTH) as u64);
    (says > has).then(|| format!("it says that its header has {says} bytes, and only {has} follow"))
}

/// A 16-bit float as a 32-bit one.
fn half(bits: u16) -> f32 {
    let sign = if bits >> 15 == 1 { -1.0 } else { 1.0 };
    let (exponent, fraction) = ((bits >> 10) & 31, f32::from(bits & 1023) / 1024.0);
    sign * match exponent {
        0 => fraction * 2.0_f32.powi(-14),
        31 if fraction == 0.0 => f32::INFINITY,
        31 => f32::NAN,
        _ => (1.0 + fraction) * 2.0_f32.powi(i32::from(exponent) - 15),
    }
}

#[cfg(test)]
mod tests {
    use super::half;

    #[test]
    fn sixteen_bits_are_read_as_the_number_they_stand_for() {
        for (bits, number) in
            [(0x3c00, 1.0), (0xc000, -2.0), (0x3555, 0.333_251_95), (0x0001, 5.960_464_5e-8)]
        {
            assert_eq!(half(bits), number);
        }
        assert!(half(0x7c00).is_infinite() && half(0x7e00).is_nan());
    }
}
