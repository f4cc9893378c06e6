//! Tensors: the heading, the numbers, the pictures.

use std::time::Instant;

use mlbook::notebook::{Part, as_image};
use mlbook::prelude::*;

use mlbook::notebook::Show;

fn cpu() -> Device {
    Device::flex()
}

fn plain(value: &impl Show) -> String {
    value.content().plain().to_owned()
}

fn html(value: &impl Show) -> String {
    match value.content().part("text/html") {
        Some(Part::Text(html)) => html.clone(),
        other => panic!("no HTML but {other:?}"),
    }
}

#[test]
fn a_matrix_is_shown_under_its_shape_type_and_device() {
    let x = Tensor::<2>::from_floats([[1.0, 2.5], [-3.25, 0.0]], &cpu());
    assert_eq!(plain(&x), "[2, 2] · f32 · cpu\n 1.0000  2.5000\n-3.2500  0.0000");
    assert!(html(&x).contains("<td style=\"text-align:right;padding:.25em .7em\">2.5000</td>"));
}

#[test]
fn every_kind_of_tensor_shows() {
    let floats = Tensor::<1>::from_floats([1.0, 2.0], &cpu().autodiff());
    assert_eq!(plain(&floats), "[2] · f32 · cpu · autodiff\n1.0  2.0");
    let integers = Tensor::<1, Int>::from_ints([7, -1_000_000], &cpu());
    assert!(plain(&integers).ends_with("7  -1000000"), "{}", plain(&integers));
    let truths = integers.greater_elem(0);
    assert!(plain(&truths).ends_with("true  false"), "{}", plain(&truths));
    let number = Tensor::<1>::from_floats([0.125], &cpu());
    assert_eq!(plain(&number), "[1] · f32 · cpu\n0.1250");
    let nothing = Tensor::<2>::zeros([0, 3], &cpu());
    assert_eq!(plain(&nothing), "[0, 3] · f32 · cpu");
}

#[test]
fn nan_and_infinity_stand_out() {
    let x = Tensor::<1>::from_floats([f32::NAN, 1.5, f32::INFINITY, f32::NEG_INFINITY], &cpu());
    assert_eq!(plain(&x), "[4] · f32 · cpu · has NaN\nNaN  1.5000  inf  -inf");
    assert!(html(&x).contains("<b style=\"color:#d55e00\">NaN</b>"));
    // Also one that is not among the numbers shown.
    let mut values = vec![0.0; 1000];
    values[500] = f32::NAN;
    let x = Tensor::<1>::from_data(TensorData::new(values, [1000]), &cpu());
    assert!(plain(&x).contains("has NaN"));
}

#[test]
fn very_large_and_very_small_numbers_are_powers_of_ten() {
    let x = Tensor::<1>::from_floats([1.5e-7, 2.0e8], &cpu());
    assert!(plain(&x).ends_with("1.500e-7  2.000e8"), "{}", plain(&x));
}

#[test]
fn a_long_axis_is_shown_by_its_ends() {
    let x = Tensor::<1, Int>::arange(0..1000, &cpu());
    assert!(plain(&x).ends_with("0  1  2  3  4  5  6  7  …  997  998  999"), "{}", plain(&x));
    let tall = Tensor::<2>::zeros([100, 2], &cpu());
    assert_eq!(plain(&tall).lines().count(), 1 + 12);
}

#[test]
fn more_axes_are_matrices_with_their_place() {
    let x = Tensor::<1, Int>::arange(0..24, &cpu()).reshape([2, 3, 4]);
    let shown = plain(&x);
    assert!(
        shown.contains("[0, .., ..]\n0  1   2   3\n") && shown.contains("[1, .., ..]\n12  13"),
        "{shown}"
    );
    let many = Tensor::<5>::zeros([7, 6, 5, 4, 3], &cpu());
    let shown = plain(&many);
    assert!(shown.contains("[3, 0, 0, .., ..]") && shown.ends_with('…'), "{shown}");
    assert_eq!(shown.matches(", .., ..]").count(), 4);
}

#[test]
fn a_huge_tensor_costs_little() {
    let huge = Tensor::<2>::zeros([6000, 6000], &cpu());
    let batch = Tensor::<4>::zeros([600, 3, 128, 128], &cpu());
    let begun = Instant::now();
    let (first, second) = (html(&huge), html(&batch));
    assert!(begun.elapsed().as_secs_f64() < 1.0, "{:?}", begun.elapsed());
    assert!(first.len() < 20_000 && second.len() < 400_000, "{} {}", first.len(), second.len());
}

#[test]
fn images_are_pictures() {
    let digits = Tensor::<1, Int>::arange(0..2 * 28 * 28, &cpu()).float().reshape([2, 1, 28, 28]) / 1568.0;
    let shown = html(&digits);
    assert_eq!(shown.matches("data:image/png;base64,").count(), 2);
    assert!(shown.contains("black is 0, white is 1") && shown.contains("<details>"));
    let generated = digits * 2.0 - 1.0;
    assert!(html(&generated).contains("black is -1, white is 1"));
    let colours = Tensor::<3>::zeros([3, 16, 16], &cpu());
    assert_eq!(html(&colours).matches("data:image/png").count(), 1);
    let matrices = Tensor::<3>::zeros([3, 4, 5], &cpu());
    assert!(!html(&matrices).contains("data:image"), "too small for an image");
    let hundred = Tensor::<4>::zeros([100, 1, 28, 28], &cpu());
    assert!(html(&hundred).contains("and 88 more"));
}

#[test]
fn a_matrix_is_a_picture_on_request() {
    let weights = Tensor::<2>::from_floats([[-1.0, 0.0], [f32::NAN, 1.0]], &cpu());
    let shown = html(&as_image(&weights));
    assert!(shown.contains("data:image/png") && shown.contains("from -1 to 1"), "{shown}");
    let wrong = as_image(&Tensor::<1>::zeros([4], &cpu()));
    assert!(plain(&wrong).contains("[4] is no image. It needs the shape"));
}
