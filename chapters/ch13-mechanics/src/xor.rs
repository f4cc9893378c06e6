//! Sections 13.1.9 to 13.1.14: which points of the plane have coordinates of the same sign, learned by four networks.
//! Valid accuracy 0.71 (logistic), 0.85 (two hidden layers), 0.95 (a list of layers) and 0.96 (noisy); all four in 3 s.

use burn::optim::SgdConfig;
use mlbook::plot::{self, Figure};
use mlbook::prelude::*;

use crate::noisy::{self, NoisyNet};
use crate::xor_data::{self, CLASSES, Points};
use crate::xor_nets::{LayerList, Logistic, TwoHidden, XorNet, hits};

mlbook::settings! {
    /// Settings of the XOR project.
    pub struct XorSettings, flags XorFlags {
        /// Passes over the training points, for each network
        num_epochs: usize, at_least_one, quick 200, book 200;
        /// Points in a mini-batch
        batch_size: usize, at_least_one, quick 2, book 2;
        /// Learning rate of the logistic model
        lr_logistic: f64, positive, quick 0.001, book 0.001;
        /// Learning rate of the other networks
        lr: f64, positive, quick 0.015, book 0.015;
        /// Deviation of the noise on the input of the noisy network
        noise_stddev: f64, positive, quick 0.07, book 0.07;
        /// Print a line each so many epochs
        log_epochs: usize, at_least_one, quick 20, book 20;
    }
}

/// What a training's last epoch reached; the book's are read off its figures.
const METRICS: [&str; 4] = ["loss", "valid loss", "accuracy", "valid accuracy"];
const BOOK_LOGISTIC: [f64; 4] = [0.685, 0.68, 0.64, 0.71];
const BOOK_TWO_HIDDEN: [f64; 4] = [0.24, 0.36, 0.89, 0.85];
const BOOK_LIST: [f64; 4] = [0.04, 0.12, 0.98, 0.95];
const BOOK_NOISY: [f64; 4] = [0.05, 0.09, 0.98, 0.96];

/// Points in, four networks trained and drawn. Random numbers begin anew where the book's do, and go on elsewhere.
pub fn run(run: &Run, settings: &XorSettings) -> anyhow::Result<()> {
    let (seed, generator, device) = (run.flags.seed, run.generator(), run.training_device());
    let [logistic, two_hidden, list, noisy] = run.parts(["logistic", "two-hidden", "list", "noisy"])?;
    let (train, valid) = Points::train_and_valid(seed)?;
    run.save("points", &xor_data::figure([&train, &valid])?)?;
    let task = Task { train, valid, settings: settings.clone() };

    say!("\n13.1.10 logistic regression, 3 parameters");
    let model = Logistic::new(generator, &device);
    generator.reseed(seed);
    let logistic = task.learn(model, settings.lr_logistic, &logistic)?;

    say!("\n13.1.11 two hidden layers, 37 parameters");
    let model = TwoHidden::new(generator, &device);
    let two_hidden = task.learn(model, settings.lr, &two_hidden)?;

    say!("\n13.1.12 the same as a list of layers");
    let model = LayerList::new(&[2, 4, 4, 1], generator, &device);
    let list = task.learn(model, settings.lr, &list)?;

    say!("\n13.1.13 a noisy layer, given zeros");
    noisy::try_layer(seed, &run.device);

    say!("\n13.1.14 two hidden layers, the first of them noisy");
    generator.reseed(seed);
    let model = NoisyNet::new(settings.noise_stddev, generator, &device);
    generator.reseed(seed);
    let noisy = task.learn(model, settings.lr, &noisy)?;

    let outcomes = [
        ("logistic", logistic, BOOK_LOGISTIC),
        ("hidden", two_hidden, BOOK_TWO_HIDDEN),
        ("list", list, BOOK_LIST),
        ("noisy", noisy, BOOK_NOISY),
    ];
    let mut report = run.report().data("100 + 100 points of the seed");
    for (name, history, book) in &outcomes {
        for (metric, &book) in METRICS.iter().zip(book) {
            let here = history.last(metric).unwrap_or(f64::NAN);
            report = report.compare(&format!("{name}: {metric}"), here, Book(book));
        }
    }
    let first_losses = outcomes.iter().flat_map(|(_, history, _)| history.first_losses.iter().copied());
    report.first_losses(&first_losses.collect::<Vec<_>>()).finish(run)?;
    Ok(())
}

/// What is the same for all four networks.
#[derive(Clone, Debug)]
pub struct Task {
    pub train: Points,
    pub valid: Points,
    pub settings: XorSettings,
}

impl Task {
    /// Trains a network and draws its curves beside what it says of every place in the plane.
    fn learn<M: XorNet>(&self, model: M, lr: f64, part: &Run) -> anyhow::Result<History> {
        let (model, history) = self.train(model, lr, part)?;
        part.save_json("history.json", &history)?;
        let regions = self.regions(&model.valid(), &part.device)?;
        part.save("curves", &Figure::row(&[history.figure()?, regions])?)?;
        Ok(history)
    }

    /// Loss and accuracy of training and validation for each epoch; the model at the end.
    pub fn train<M: XorNet>(&self, model: M, lr: f64, part: &Run) -> Result<(M, History), TrainError> {
        let (num_epochs, batch_size) = (self.settings.num_epochs, self.settings.batch_size);
        let plan = Plan { num_epochs, batch_size, learning_rate: lr, examples: self.train.len() };
        let (x_valid, y_valid) = self.valid.all(&part.device); // [100, 2], [100, 1]
        let mut training = Training::begin(part, &self.settings, plan, model, SgdConfig::new().init())?
            .log_every(self.settings.log_epochs)
            .without_validation_loader();
        while training.next_epoch() {
            while let Some(rows) = training.next_batch()? {
                let (x, y) = self.train.batch(&rows, &part.device); // [batch, 2], [batch, 1]
                let probabilities = training.model().forward_in_training(x); // [batch, 1]
                training.count("accuracy", hits(probabilities.clone(), y.clone()));
                training.step(binary_cross_entropy(probabilities, y));
            }
            let probabilities = training.model().valid().forward(x_valid.clone()); // [100, 1]
            let accuracy = value(hits(probabilities.clone(), y_valid.clone())) / self.valid.len() as f64;
            let loss = value(binary_cross_entropy(probabilities, y_valid.clone()));
            training.end_epoch(&[("valid loss", loss), ("valid accuracy", accuracy)])?;
        }
        training.finish()
    }

    /// The plane in the colours of the predicted classes, with the validation points.
    pub fn regions<M: XorNet>(&self, model: &M, device: &Device) -> anyhow::Result<Figure> {
        let points: Vec<[f64; 2]> = self.valid.x.iter().map(|point| point.map(f64::from)).collect();
        let classes: Vec<usize> = self.valid.y.iter().map(|&y| y as usize).collect();
        let predict = |places: &[[f64; 2]]| {
            let places: Vec<f32> = places.iter().flatten().map(|&value| value as f32).collect();
            let rows = places.len() / 2;
            let x = Tensor::from_data(TensorData::new(places, [rows, 2]), device); // [places, 2]
            model.predict(x).into_data().iter::<i64>().map(|class| class as usize).collect()
        };
        let data = plot::Labelled {
            x_label: "x1",
            y_label: "x2",
            points: &points,
            classes: &classes,
            names: &CLASSES,
            ..plot::Labelled::default()
        };
        Ok(plot::decision_regions(predict, &data)?)
    }
}

fn value(tensor: Tensor<1>) -> f64 {
    f64::from(tensor.into_scalar::<f32>())
}
