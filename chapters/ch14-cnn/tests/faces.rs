//! The drawn faces: the same for a seed, half of them smile, and a linear model of their pixels does not see which.

use ch14_cnn::{faces, views};
use mlbook::data::pictures::Pictures;

const SIDE: u32 = 16;
const TRAIN: usize = 2_000;

#[test]
fn a_seed_gives_the_same_faces_and_half_of_them_smile() {
    let all = faces::faces(1, 0, 400, faces::SIZE);
    let later = faces::faces(1, 300, 100, faces::SIZE);
    assert!(all.images[300..] == later.images && all.labels[300..] == later.labels);
    assert!(faces::faces(2, 0, 1, faces::SIZE).images[0] != all.images[0]);
    let smiling = all.counts()[1];
    assert!((150..250).contains(&smiling), "{smiling} of 400 smile");
}

/// Pixels of the square in the middle, from −1 to 1, and a 1 for the intercept.
fn features(faces: &Pictures) -> Vec<Vec<f32>> {
    let of = |image| {
        let view = views::centre_view(image, SIDE);
        view.as_raw().iter().map(|&byte| f32::from(byte) / 127.5 - 1.0).chain([1.0]).collect()
    };
    faces.images.iter().map(of).collect()
}

fn logit(weights: &[f32], face: &[f32]) -> f32 {
    weights.iter().zip(face).map(|(weight, pixel)| weight * pixel).sum()
}

#[test]
fn a_linear_model_of_the_pixels_stays_under_four_fifths() {
    let all = faces::faces(1, 0, TRAIN + 500, faces::SIZE);
    let pixels = features(&all);
    let mut weights = vec![0.0; pixels[0].len()];
    for epoch in 0..40 {
        let rate = 0.004 / (1.0 + epoch as f32 / 10.0);
        for (face, &label) in pixels.iter().zip(&all.labels).take(TRAIN) {
            let error = f32::from(label) - 1.0 / (1.0 + (-logit(&weights, face)).exp());
            for (weight, pixel) in weights.iter_mut().zip(face) {
                *weight += rate * error * pixel;
            }
        }
    }
    let share = |rows: std::ops::Range<usize>| {
        let right = |&row: &usize| (logit(&weights, &pixels[row]) > 0.0) == (all.labels[row] == 1);
        rows.clone().filter(right).count() as f64 / rows.len() as f64
    };
    let (train, test) = (share(0..TRAIN), share(TRAIN..TRAIN + 500));
    assert!(train > 0.6, "it learnt something: {train}");
    assert!(test < 0.8, "test accuracy {test}");
}
