//! Pixel for pixel and draw for draw as torchvision (`reference/make_torchvision_transforms.py`).

use std::path::Path;

use ch14_cnn::transforms::{Crop, brightness, contrast, crop, flip, random_flip, resize};
use image::RgbImage;
use mlbook::nn::weights::{Array, Arrays, read_arrays};
use mlbook::rng::TorchRng;

fn fixture() -> Arrays {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../reference/fixtures/torchvision_transforms.safetensors");
    read_arrays(&std::fs::read(path).expect("the fixture is there"), "the fixture").expect("it is whole")
}

fn picture(array: &Array) -> RgbImage {
    let bytes = array.values.iter().map(|&value| value as u8).collect();
    RgbImage::from_raw(array.shape[1] as u32, array.shape[0] as u32, bytes).expect("three bytes a pixel")
}

#[test]
fn transformations_are_torchvisions_pixel_for_pixel() {
    let fixture = fixture();
    let image = picture(&fixture["picture"]);
    let zoomed = crop(&image, Crop::centre(&image, 28, 22));
    let made = [
        ("crop", crop(&image, Crop { top: 5, left: 3, height: 20, width: 16 })),
        ("flip", flip(&image)),
        ("contrast", contrast(&image, 2.0)),
        ("less_contrast", contrast(&image, 0.4)),
        ("brightness", brightness(&image, 1.3)),
        ("centre_crop", crop(&image, Crop::centre(&image, 27, 21))),
        ("zoomed", resize(&zoomed, 32, 40)),
        ("small", resize(&image, 9, 11)),
        ("large", resize(&image, 64, 64)),
    ];
    for (name, made) in made {
        let expected = picture(&fixture[name]);
        assert_eq!(made.dimensions(), expected.dimensions(), "{name}");
        assert!(made == expected, "{name}: pixels differ");
    }
    // Flattened: Pillow 13 takes columns before rows here, and rounds in between.
    let (flat, expected) = (resize(&image, 50, 13), picture(&fixture["wide"]));
    assert_eq!(flat.dimensions(), expected.dimensions());
    let furthest = flat.iter().zip(expected.iter()).map(|(here, there)| here.abs_diff(*there)).max();
    assert_eq!(furthest, Some(1), "differs by rounding alone");
}

#[test]
fn a_seed_draws_torchvisions_crops_and_flips() {
    let mut rng = TorchRng::new(1);
    let face = RgbImage::new(178, 218);
    for row in fixture()["draws"].values.as_chunks::<3>().0 {
        let part = Crop::random(&face, 178, 178, &mut rng).expect("it fits");
        let flipped = random_flip(&mut rng);
        assert_eq!([part.top as f32, part.left as f32, f32::from(u8::from(flipped))], *row);
    }
    assert!(Crop::random(&face, 300, 178, &mut rng).is_err(), "a crop that is larger than the picture");
}
