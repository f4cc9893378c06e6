//! Sections 12.2.5 to 12.2.8: a classifier of Iris flowers in the book's form and in corrected ones; saving and reading it back.
//! Test accuracy 0.98 in under 30 s.

use std::path::Path;

use mlbook::cli::Interrupted;
use mlbook::prelude::*;
use mlbook::train::Descent;

use crate::iris_data::{Flowers, Scaling};
use crate::model::IrisNet;
use crate::saving;

mlbook::settings! {
    /// Settings of the Iris project.
    pub struct IrisSettings, flags IrisFlags {
        /// Passes over the training flowers
        num_epochs: usize, at_least_one, quick 100, book 100;
        /// Flowers in a mini-batch
        batch_size: usize, at_least_one, quick 2, book 2;
        /// Adam's learning rate
        lr: f64, positive, quick 0.001, book 0.001;
        /// Units of the hidden layer
        hidden_size: usize, at_least_one, quick 16, book 16;
    }
}

/// The book's test accuracy, 12.2.6; loss and accuracy of the last epoch are read off its figure.
pub const BOOK_TEST_ACCURACY: Book = Book(0.98);
const BOOK_TRAIN_ACCURACY: Book = Book(0.95);
const BOOK_TRAIN_LOSS: Book = Book(0.64);

/// What the loss is given, and how the flowers were scaled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Form {
    /// Whether cross-entropy, which takes a softmax itself, is given probabilities.
    pub softmax_twice: bool,
    /// One scale for all features, or one for each.
    pub scaling: Scaling,
}

impl Form {
    /// As the book has it: softmax twice, so that the loss cannot fall below 0.5514, and one scale for all features.
    pub const BOOK: Self = Self { softmax_twice: true, scaling: Scaling::Global };
    /// Each correction alone, and both.
    pub const CORRECTED: [Self; 3] = [
        Self { softmax_twice: false, scaling: Scaling::Global },
        Self { softmax_twice: true, scaling: Scaling::PerFeature },
        Self { softmax_twice: false, scaling: Scaling::PerFeature },
    ];

    /// What the loss and the evaluation are given, `[batch, 3]`.
    pub fn scores(self, model: &IrisNet, flowers: Tensor<2>) -> Tensor<2> {
        if self.softmax_twice { model.forward(flowers) } else { model.logits(flowers) }
    }

    fn describe(self) -> String {
        let loss = if self.softmax_twice { "softmax²" } else { "logits" };
        let scaling = if self.scaling == Scaling::Global { "1 scale" } else { "4 scales" };
        format!("{loss}, {scaling}")
    }
}

/// Data in, the book's model trained and tested, saved and read back, the corrected forms beside it.
pub fn run(run: &Run, settings: &IrisSettings) -> anyhow::Result<()> {
    let flowers = Flowers::load(run)?;
    let model = IrisNet::new(settings.hidden_size, run.generator(), &run.training_device());
    let (model, history) = train(model, &flowers, settings, run)?;
    let model = model.valid();
    let book = test(Form::BOOK, &model, &flowers, run);
    say!("\n12.2.6 test accuracy {:.4}", book.accuracy());
    let loaded = save_and_load(&model, &flowers, settings, run)?;

    say!("\nthe book's form, and each of its two quirks corrected");
    say!("{:<30} {:>10} {:>14} {:>14}", "", "train loss", "train accuracy", "test accuracy");
    let last = |metric: &str| history.last(metric).unwrap_or(f64::NAN);
    Outcome { loss: last("loss"), accuracy: last("accuracy"), test: book.accuracy() }.print(Form::BOOK);
    let mut report = run.report();
    for form in Form::CORRECTED {
        let outcome = corrected(form, &flowers, settings, run)?;
        outcome.print(form);
        report = report.metric(&format!("test, {}", form.describe()), outcome.test);
    }
    run.save("curves", &history.figure()?)?;
    let species = ["setosa", "versicolor", "virginica"];
    run.save("confusion", &plot::confusion(&book.confusion(), &species)?)?;
    report
        .data(flowers.source)
        .first_losses(&history.first_losses)
        .compare("train loss", last("loss"), BOOK_TRAIN_LOSS)
        .compare("train accuracy", last("accuracy"), BOOK_TRAIN_ACCURACY)
        .compare("test accuracy", book.accuracy(), BOOK_TEST_ACCURACY)
        .compare("test accuracy, reloaded", loaded, BOOK_TEST_ACCURACY)
        .metric("test loss", book.loss)
        .finish(run)?;
    Ok(())
}

/// Section 12.2.8, the other way round: weights that PyTorch saved, tested here.
pub fn test_weights(run: &Run, settings: &IrisSettings, path: &Path) -> anyhow::Result<()> {
    let flowers = Flowers::load(run)?;
    let empty = IrisNet::new(settings.hidden_size, &Generator::seeded(0), &run.device);
    let model = saving::load_state(empty, path)?;
    let result = test(Form::BOOK, &model, &flowers, run);
    say!("weights {}", path.display());
    run.report()
        .data(flowers.source)
        .compare("test accuracy", result.accuracy(), BOOK_TEST_ACCURACY)
        .metric("test loss", result.loss)
        .finish(run)?;
    Ok(())
}

/// Section 12.2.5: the book's form, with a line for each epoch, checkpoints, and `--resume`.
pub fn train(
    model: IrisNet,
    flowers: &Flowers,
    settings: &IrisSettings,
    run: &Run,
) -> Result<(IrisNet, History), TrainError> {
    let train = flowers.train(Form::BOOK.scaling, &run.training_device());
    let plan = Plan {
        num_epochs: settings.num_epochs,
        batch_size: settings.batch_size,
        learning_rate: settings.lr,
        examples: train.len(),
    };
    let mut training = Training::begin(run, settings, plan, model, adam())?;
    while training.next_epoch() {
        while let Some(rows) = training.next_batch()? {
            let (inputs, labels) = train.batch(&rows); // [batch, 4], [batch]
            let scores = Form::BOOK.scores(training.model(), inputs); // [batch, 3]
            training.count("accuracy", correct(scores.clone(), labels.clone()));
            training.step(cross_entropy(scores, labels));
        }
        training.end_epoch(&[])?;
    }
    training.finish()
}

/// Sections 12.2.7 and 12.2.8: the model in burn's format and its weights in PyTorch's; both read back. Returns the accuracy.
fn save_and_load(
    model: &IrisNet,
    flowers: &Flowers,
    settings: &IrisSettings,
    run: &Run,
) -> anyhow::Result<f64> {
    let empty = || IrisNet::new(settings.hidden_size, &Generator::seeded(0), &run.device);
    let whole = run.path("iris_classifier.bpk");
    saving::save_model(model, &whole)?;
    let model_again = saving::load_model(empty(), &whole)?;
    let accuracy = test(Form::BOOK, &model_again, flowers, run).accuracy();
    say!("12.2.7 {}: test accuracy {accuracy:.4}", whole.display());

    let state = run.path("iris_classifier_state.safetensors");
    mlbook::nn::weights::save(model, &state)?;
    let model_again = saving::load_state(empty(), &state)?;
    let same = test(Form::BOOK, &model_again, flowers, run).accuracy();
    say!("12.2.8 {}: test accuracy {same:.4}", state.display());
    Ok(accuracy.min(same))
}

/// The last epoch of a training, and its test.
#[derive(Clone, Copy, Debug)]
pub struct Outcome {
    /// Training loss.
    pub loss: f64,
    /// Training accuracy.
    pub accuracy: f64,
    /// Test accuracy.
    pub test: f64,
}

impl Outcome {
    fn print(&self, form: Form) {
        say!("{:<30} {:>10.4} {:>14.4} {:>14.4}", form.describe(), self.loss, self.accuracy, self.test);
    }
}

/// The same training from the same seed in another form, without lines and checkpoints.
pub fn corrected(
    form: Form,
    flowers: &Flowers,
    settings: &IrisSettings,
    run: &Run,
) -> anyhow::Result<Outcome> {
    let device = run.training_device();
    let generator = Generator::seeded(run.flags.seed);
    let model = IrisNet::new(settings.hidden_size, &generator, &device);
    let train = flowers.train(form.scaling, &device);
    let mut descent = Descent::new(model, adam(), settings.lr);
    let (mut loss_sum, mut hits) = (0.0, 0.0);
    for epoch in 0..settings.num_epochs {
        if run.stop.is_set() {
            let at = format!("before epoch {} of the form {}", epoch + 1, form.describe());
            return Err(Interrupted { at, resumable: true }.into());
        }
        let order = generator.lock().loader_order(train.len());
        (loss_sum, hits) = (0.0, 0.0);
        for rows in order.chunks(settings.batch_size) {
            let (inputs, labels) = train.batch(rows); // [batch, 4], [batch]
            let scores = form.scores(descent.model(), inputs); // [batch, 3]
            hits += f64::from(correct(scores.clone(), labels.clone()).into_scalar::<f32>());
            let loss = cross_entropy(scores, labels);
            loss_sum += f64::from(loss.clone().into_scalar::<f32>()) * rows.len() as f64;
            descent.step(loss);
        }
    }
    let count = train.len() as f64;
    let test = test(form, &descent.into_model().valid(), flowers, run).accuracy();
    Ok(Outcome { loss: loss_sum / count, accuracy: hits / count, test })
}

/// Section 12.2.6: the flowers that the model was not trained on.
pub fn test(form: Form, model: &IrisNet, flowers: &Flowers, run: &Run) -> Evaluation {
    Evaluation::of(&flowers.test(form.scaling, &run.device), |inputs| form.scores(model, inputs))
}
