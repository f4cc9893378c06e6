//! Sections 15.1.1, 15.1.2, 15.2.6 and 15.2.7: a recurrent layer by hand and from the library; words as vectors; two layers.

use mlbook::prelude::*;
use mlbook::show::floats;

use crate::by_hand::Weights;
use crate::two_layers::TwoLayers;

/// The book's sequence: five ones, five twos, five threes.
pub fn sequence(device: &Device) -> Tensor<2> {
    let values: Vec<f32> = [1.0, 2.0, 3.0].into_iter().flat_map(|value| [value; 5]).collect();
    Tensor::from_data(TensorData::new(values, [3, 5]), device)
}

/// What the book prints, step by step: from the input alone, and the output.
const BOOK: [([f64; 2], [f64; 2]); 3] = [
    ([-0.4701929, 0.5863904], [-0.3519801, 0.52525216]),
    ([-0.88883156, 1.2364397], [-0.68424344, 0.76074266]),
    ([-1.3074701, 1.886489], [-0.8649416, 0.90466356]),
];

/// The project `manual`.
pub fn run(run: &Run) -> anyhow::Result<()> {
    run.in_one_go()?;
    let device = &run.device;
    let sequence = sequence(device);
    let weights = Weights::drawn(5, 2, &Generator::seeded(1), device);
    say!("W_xh {:?}, W_hh {:?}, {} parameters", weights.w_xh.dims(), weights.w_hh.dims(), weights.count());
    let by_hand = weights.read(&sequence);
    // The same draws give the same layer.
    let layer = rnn(5, 2).init(&Generator::seeded(1), device);
    let by_layer = floats(&layer.forward(sequence.unsqueeze()).output); // 3 steps of 2
    let mut report = run.report().data("the book's sequence");
    for (t, (step, book)) in by_hand.into_iter().zip(BOOK).enumerate() {
        let (hidden, output) = (floats(&step.from_input), floats(&step.output));
        say!("time step {t}: hidden {hidden:?}, output {output:?}, layer {:?}", &by_layer[2 * t..][..2]);
        for k in 0..2 {
            report = report
                .compare(&format!("t{t} hidden {k}"), f64::from(hidden[k]), Book(book.0[k]))
                .compare(&format!("t{t} output {k}"), f64::from(output[k]), Book(book.1[k]))
                .metric(&format!("t{t} layer {k}"), f64::from(by_layer[2 * t + k]));
        }
    }
    embeddings(run);
    let model = TwoLayers::new(64, 32, run.generator(), device);
    let drawn = run.generator().lock().randn(5 * 3 * 64);
    let sequences = Tensor::<3>::from_data(TensorData::new(drawn, [5, 3, 64]), device);
    say!("two layers: {} parameters, output {:?}", model.num_params(), model.forward(sequences).dims());
    report.compare("two layers, parameters", model.num_params() as f64, Book(5281.0)).finish(run)?;
    Ok(())
}

/// Section 15.2.6: a vector for each of ten words; word 0 fills up and stays zero.
fn embeddings(run: &Run) {
    let table = embedding(10, 3).padding(0).init(run.generator(), &run.device);
    let words = Tensor::<2, Int>::from_ints([[1, 2, 4, 5], [4, 3, 2, 0]], &run.device); // [2, 4]
    let vectors = table.forward(words); // [2, 4, 3]
    let last = floats(&vectors.clone().slice([1..2, 3..4]));
    say!("embedding: {:?}; the word 0 is {last:?}", vectors.dims());
}
