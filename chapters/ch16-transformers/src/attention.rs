//! Sections 16.1.1 to 16.1.8: the book's sentence through attention, number by number. A moment.

use mlbook::plot::{Figure, HeatMap, PlotError};
use mlbook::prelude::*;
use mlbook::show::{floats, largest_difference};

use crate::self_attention::{self, MultiHead, SENTENCE, ScaledAttention};

/// Section 16.1.5: the context of the second word.
pub const CONTEXT: [f64; 16] = [
    -0.93975,
    -0.46856,
    1.0311,
    -0.28192,
    0.49373,
    -0.012896,
    -0.27327,
    -0.76358,
    1.3958,
    -0.99543,
    -0.000_712_87,
    1.2449,
    -0.078077,
    1.2765,
    -1.4589,
    -2.1601,
];
/// Section 16.1.6: scores of the second word with all, their softmax, and the context.
pub const OMEGA: [f64; 8] = [-25.1623, 9.3602, 14.3667, 32.1482, 53.8976, 46.6626, -1.2131, -32.9392];
pub const WEIGHTS: [f64; 8] =
    [2.2317e-9, 1.2499e-5, 4.3696e-5, 3.7242e-3, 8.5596e-1, 1.4026e-1, 8.8897e-7, 3.1935e-10];
pub const SCALED_CONTEXT: [f64; 16] = [
    -1.2226, -3.4387, -4.3928, -5.2125, -1.1249, -3.3041, -1.4316, -3.2765, -2.5114, -2.6105, -1.5793,
    -2.8433, -2.4142, -0.3998, -1.9917, -3.3499,
];
/// Section 16.1.7: the key of the second word in the third head.
pub const THIRD_KEY: [f64; 16] = [
    -1.9619, -0.7701, -0.7280, -1.6840, -1.0801, -1.6778, 0.6763, 0.6547, 1.4445, -2.7016, -1.1364, -1.1204,
    -2.4430, -0.5982, -0.8292, -1.4401,
];
/// The book's second word is row 1.
const SECOND: usize = 1;
const HEADS: usize = 8;

/// The project `attention`.
pub fn run(run: &Run) -> anyhow::Result<()> {
    run.in_one_go()?;
    let device = &run.device;
    say!("words   {SENTENCE}: {:?}", self_attention::ids(SENTENCE));
    let x = self_attention::embedded(device); // [8, 16]
    let rows = rows(&x);

    let [omega, plain_weights, context] = self_attention::plain(x.clone());
    let by_loop = self_attention::similarities_by_loop(&rows).concat();
    let looped = self_attention::context_by_loop(&row(&plain_weights, SECOND), &rows);
    let sums = floats(&plain_weights.clone().sum_dim(1));
    say!("16.1.3  ω by loops and by X·Xᵀ differ by at most {:.1e}", difference(&by_loop, &floats(&omega)));
    say!("16.1.4  rows of the softmax sum to {sums:?}");

    let one = ScaledAttention::new(16, &Generator::seeded(123), device);
    let scaled = one.forward(&x);
    say!("16.1.6  ω₂₃ {}", row(&scaled.omega, SECOND)[2]);

    let generator = Generator::seeded(123);
    generator.lock().rand(16 * 16); // the book draws the matrix of a single head before
    let several = MultiHead::new(HEADS, 16, &generator, device);
    let attended = several.forward(&x);
    let key = attended.keys.clone().narrow(0, 2, 1).squeeze_dim::<2>(0); // [8, 16]
    let projected = several.linear.forward(MultiHead::joined(attended.context.clone())); // [8, 16]
    let projection = several.linear.num_params();
    say!("16.1.7  keys of {HEADS} heads {:?}, contexts {:?}", attended.keys.dims(), attended.context.dims());
    say!("16.1.8  joined and projected {:?} by {projection} parameters", projected.dims());

    let mut report = run.report().data("the book's sentence");
    for (name, here, book) in [
        ("16.1.5 context", looped, &CONTEXT[..]),
        ("16.1.5 A X", row(&context, SECOND), &CONTEXT),
        ("16.1.6 omega_2", row(&scaled.omega, SECOND), &OMEGA),
        ("16.1.6 weights_2", row(&scaled.weights, SECOND), &WEIGHTS),
        ("16.1.6 context_2", row(&scaled.context, SECOND), &SCALED_CONTEXT),
        ("16.1.7 key_2", row(&key, SECOND), &THIRD_KEY),
    ] {
        for (k, (here, &book)) in here.into_iter().zip(book).enumerate() {
            report = report.compare(&format!("{name} {k:02}"), f64::from(here), Book(book));
        }
    }
    run.save("plain", &map("Every word its own query and key", &plain_weights)?)?;
    run.save("scaled", &map("With matrices for query, key and value", &scaled.weights)?)?;
    let maps: Vec<Figure> = (0..HEADS)
        .map(|head| {
            map(&format!("head {}", head + 1), &attended.weights.clone().narrow(0, head, 1).squeeze_dim(0))
        })
        .collect::<Result<_, _>>()?;
    run.save("heads", &Figure::grid(&maps, 4)?)?;
    report.compare("16.1.8 parameters", projection as f64, Book(2064.0)).finish(run)?;
    Ok(())
}

/// How much each word (a row) looks at each.
pub fn map(title: &str, weights: &Tensor<2>) -> Result<Figure, PlotError> {
    let words: Vec<&str> = SENTENCE.split_whitespace().collect();
    plot::heat_map(&HeatMap {
        title,
        row_label: "word",
        column_label: "looks at",
        rows: &rows(weights),
        row_names: &words,
        column_names: &words,
        annotate: false,
    })
}

fn rows(matrix: &Tensor<2>) -> Vec<Vec<f32>> {
    floats(matrix).chunks(matrix.dims()[1]).map(<[f32]>::to_vec).collect()
}

fn row(matrix: &Tensor<2>, place: usize) -> Vec<f32> {
    floats(&matrix.clone().narrow(0, place, 1))
}

fn difference(a: &[f32], b: &[f32]) -> f64 {
    largest_difference(a.iter().zip(b).map(|(&a, &b)| (f64::from(a), f64::from(b))))
}
