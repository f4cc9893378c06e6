//! Sections 12.1.1 to 12.1.4: making tensors, their types and shapes, computing with them, cutting and joining them.
//! Prints the book's numbers in a moment; random ones come from `torch.manual_seed(1)` and are the book's too.

use burn::tensor::DType;
use mlbook::prelude::*;
use mlbook::show;

/// All four sections in order.
pub fn run(run: &Run) -> anyhow::Result<()> {
    run.in_one_go()?;
    let (seed, device) = (run.flags.seed, &run.device);
    creating(seed, device);
    shapes(seed, device);
    let maths = arithmetic(seed, device)?;
    let first = cutting_and_joining(seed, device);
    run.report()
        .data("random numbers of the seed")
        .compare("12.1.3 product [0, 0]", first_of(&maths.product), Book(0.4426))
        .compare("12.1.3 mean [0]", first_of(&maths.mean), Book(-0.1373))
        .compare("12.1.3 x1 x2^T [0, 0]", first_of(&maths.outer), Book(0.1312))
        .compare("12.1.3 x1^T x2 [0, 0]", first_of(&maths.inner), Book(1.7453))
        .compare("12.1.3 norm [0]", first_of(&maths.norms), Book(0.6785))
        .compare("12.1.4 rand(6) [0]", first, Book(0.7576))
        .finish(run)?;
    Ok(())
}

/// Section 12.1.1: tensors from lists and arrays, of ones, of random numbers.
pub fn creating(seed: u64, device: &Device) {
    say!("\n12.1.1 creating tensors");
    let from_list = Tensor::<1, Int>::from_data(TensorData::from([1_i64, 2, 3]), (device, DType::I64));
    let from_array = Tensor::<1, Int>::from_data(TensorData::from([4_i32, 5, 6]), (device, DType::I32));
    show::integers(&format!("from a list, {:?}", from_list.dtype()), &from_list);
    show::integers(&format!("from an array, {:?}", from_array.dtype()), &from_array);
    let ones = Tensor::<2>::ones([2, 3], device);
    show::shape("ones, shape", &ones.dims());
    show::matrix("ones", &ones);
    let random = TensorData::new(TorchRng::new(seed).rand(6), [2, 3]);
    show::matrix("uniform random", &Tensor::from_data(random, device));
}

/// Section 12.1.2: another type, and other shapes of the same numbers.
pub fn shapes(seed: u64, device: &Device) {
    say!("\n12.1.2 types and shapes");
    let integers = Tensor::<1, Int>::from_data(TensorData::from([4_i32, 5, 6]), (device, DType::I32));
    let cast = integers.cast(DType::I64);
    say!("{:<28} {:?}", "cast", cast.dtype());

    let random = TensorData::new(TorchRng::new(seed).rand(15), [3, 5]);
    let table = Tensor::<2>::from_data(random, device);
    let turned = table.clone().transpose(); // [5, 3]
    say!("{:<28} {:?} -> {:?}", "transpose", table.dims(), turned.dims());

    let zeros = Tensor::<1>::zeros([30], device);
    let folded = zeros.clone().reshape([5, 6]);
    say!("{:<28} {:?} -> {:?}", "reshape", zeros.dims(), folded.dims());

    let padded = Tensor::<5>::zeros([1, 2, 1, 4, 1], device);
    let squeezed = padded.clone().squeeze_dim::<4>(2);
    say!("{:<28} {:?} -> {:?}", "squeeze dimension 2", padded.dims(), squeezed.dims());
}

/// What section 12.1.3 computes.
pub struct Arithmetic {
    /// Element by element, `[5, 2]`.
    pub product: Tensor<2>,
    /// Of each column of the first tensor, `[2]`.
    pub mean: Tensor<1>,
    /// `x1 x2ᵀ`, `[5, 5]`.
    pub outer: Tensor<2>,
    /// `x1ᵀ x2`, `[2, 2]`.
    pub inner: Tensor<2>,
    /// L2 norm of each row of the first tensor, `[5]`.
    pub norms: Tensor<1>,
}

/// Section 12.1.3: products, means and norms of a uniform and a normal 5 by 2 tensor.
///
/// # Errors
/// None for a normal distribution of deviation 1.
pub fn arithmetic(seed: u64, device: &Device) -> Result<Arithmetic, mlbook::rng::RngError> {
    say!("\n12.1.3 mathematical operations");
    let mut rng = TorchRng::new(seed);
    let uniform = Tensor::<2>::from_data(TensorData::new(rng.rand(10), [5, 2]), device);
    let x1 = uniform * 2.0 - 1.0;
    let x2 = Tensor::<2>::from_data(TensorData::new(rng.normal(10, 0.0, 1.0)?, [5, 2]), device);

    let result = Arithmetic {
        product: x1.clone() * x2.clone(),
        mean: x1.clone().mean_dim(0).squeeze_dim(0),
        outer: x1.clone().matmul(x2.clone().transpose()),
        inner: x1.clone().transpose().matmul(x2),
        norms: x1.square().sum_dim(1).sqrt().squeeze_dim(1),
    };
    show::matrix("product by element", &result.product);
    show::vector("mean of the columns", &result.mean);
    show::matrix("x1 x2^T", &result.outer);
    show::matrix("x1^T x2", &result.inner);
    show::vector("norm of the rows", &result.norms);
    Ok(result)
}

/// Section 12.1.4: equal parts, parts of given sizes, end to end, side by side. Returns the first of the six random numbers.
pub fn cutting_and_joining(seed: u64, device: &Device) -> f64 {
    say!("\n12.1.4 split, concatenate, stack");
    let six = Tensor::<1>::from_floats(TorchRng::new(seed).rand(6).as_slice(), device);
    show::vector("six numbers", &six);
    for part in six.clone().chunk(3, 0) {
        show::vector("  one of three parts", &part);
    }
    let five = Tensor::<1>::from_floats(TorchRng::new(seed).rand(5).as_slice(), device);
    show::vector("five numbers", &five);
    for part in five.split_with_sizes(vec![3, 2], 0) {
        show::vector(&format!("  a part of {}", part.dims()[0]), &part);
    }
    let ones = Tensor::<1>::ones([3], device);
    let joined = Tensor::cat(vec![ones.clone(), Tensor::zeros([2], device)], 0); // [5]
    show::vector("concatenated", &joined);
    let stacked = Tensor::stack::<2>(vec![ones, Tensor::zeros([3], device)], 1); // [3, 2]
    show::matrix("stacked as columns", &stacked);
    first_of(&six)
}

fn first_of<const D: usize>(tensor: &Tensor<D>) -> f64 {
    show::floats(tensor).first().map_or(f64::NAN, |&value| f64::from(value))
}
