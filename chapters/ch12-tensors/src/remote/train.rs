//! The end that has the program: the Iris network of 12.2.5 on the other machine's device.
//! Test accuracy 0.98 and the same losses as on this machine's, some seconds.

use std::net::{TcpStream, ToSocketAddrs};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context;
use burn::remote::RemoteHost;
use burn::tensor::TensorReadError;
use mlbook::cli::Interrupted;
use mlbook::prelude::*;
use mlbook::show;
use mlbook::train::{Descent, EpochRecord};

use super::{Host, RemoteSettings};
use crate::iris::{BOOK_TEST_ACCURACY, Form};
use crate::iris_data::Flowers;
use crate::model::IrisNet;

/// Trains over there and here, from the same seed, and compares the losses.
pub fn run(run: &Run, settings: &RemoteSettings, host: &Host) -> anyhow::Result<()> {
    run.in_one_go()?;
    run.save_json("settings.json", settings)?;
    let remote = connect(host, settings)?;
    let flowers = Flowers::load(run)?;
    say!("\non the device at {host}");
    let there = train(&remote, &flowers, settings, run).with_context(|| host.to_string())?;
    say!("\non this machine's");
    let here = train(&run.device, &flowers, settings, run)?;

    let losses = there.curve("loss").1.into_iter().zip(here.curve("loss").1);
    let difference = show::largest_difference(losses);
    say!("\nlargest difference of two losses: {difference:.1e}");
    let steps = flowers.training_count().div_ceil(settings.batch_size) * settings.num_epochs;
    let milliseconds = |history: &History| {
        history.epochs.iter().map(|epoch| epoch.seconds).sum::<f64>() * 1e3 / steps as f64
    };
    let last = |metric: &str| there.last(metric).unwrap_or(f64::NAN);
    run.report()
        .data(flowers.source)
        .metric("loss there", last("loss"))
        .metric("loss here", here.last("loss").unwrap_or(f64::NAN))
        .metric("loss difference", difference)
        .compare("test accuracy there", last("test accuracy"), BOOK_TEST_ACCURACY)
        .metric("ms per step, there", milliseconds(&there))
        .metric("ms per step, here", milliseconds(&here))
        .finish(run)?;
    Ok(())
}

/// The device that the server hosts. burn alone would knock for 16 s where nothing listens, and wait for ever where something listens
/// and says nothing.
fn connect(host: &Host, settings: &RemoteSettings) -> anyhow::Result<Device> {
    let limit = Duration::from_secs(settings.timeout as u64);
    let (sender, answer) = mpsc::channel();
    let server = host.clone();
    thread::spawn(move || {
        // Nobody receives it if that took too long.
        let _ = sender.send(knock(&server, limit).and_then(|()| open(&server)));
    });
    match answer.recv_timeout(limit) {
        Ok(device) => device.with_context(|| host.to_string()),
        Err(_) => {
            anyhow::bail!("{host}: no answer in {} s. Is it a server of this program?", settings.timeout)
        }
    }
}

/// Whether anything listens there.
fn knock(host: &Host, limit: Duration) -> anyhow::Result<()> {
    let mut reason = "no such machine. Check the name".to_owned();
    for address in host.0.to_socket_addrs().context("no such machine. Check the name")? {
        match TcpStream::connect_timeout(&address, limit) {
            Ok(_) => return Ok(()),
            Err(error) => reason = format!("{error}. Start the server there: ch12-tensors remote serve"),
        }
    }
    anyhow::bail!(reason)
}

fn open(host: &Host) -> anyhow::Result<Device> {
    Ok(Device::remote_options(&RemoteHost::websocket(&host.to_string())).init()?)
}

/// The epochs of a training on `device`. The training is on a thread of its own, so that a server that falls silent is noticed.
fn train(
    device: &Device,
    flowers: &Flowers,
    settings: &RemoteSettings,
    run: &Run,
) -> anyhow::Result<History> {
    let (sender, epochs) = mpsc::channel();
    let mut training = IrisTraining::begin(device, flowers, settings, run);
    let (num_epochs, stop) = (settings.num_epochs, run.stop.clone());
    thread::spawn(move || {
        for epoch in 1..=num_epochs {
            let record = training.epoch(epoch);
            let failed = record.is_err();
            if sender.send(record).is_err() || failed || stop.is_set() {
                break;
            }
        }
    });
    let limit = Duration::from_secs(settings.timeout as u64);
    let mut history = History::default();
    while history.epochs.len() < num_epochs {
        let epoch = history.epochs.len() + 1;
        let record = match epochs.recv_timeout(limit) {
            Ok(record) => record.with_context(|| format!("connection lost in epoch {epoch}"))?,
            Err(RecvTimeoutError::Timeout) => {
                anyhow::bail!(
                    "no answer in epoch {epoch} for {} s. Give a slow one more with --timeout",
                    settings.timeout
                )
            }
            Err(RecvTimeoutError::Disconnected) if run.stop.is_set() => {
                return Err(Interrupted { at: format!("before epoch {epoch}"), resumable: false }.into());
            }
            Err(RecvTimeoutError::Disconnected) => anyhow::bail!("connection lost in epoch {epoch}"),
        };
        say!("{}", record.line(num_epochs));
        match record.get("loss") {
            Some(loss) if !loss.is_finite() => return Err(TrainError::Diverged { epoch, loss }.into()),
            _ => history.epochs.push(record),
        }
    }
    Ok(history)
}

/// Section 12.2.5 once more, reading from the device no more than twice an epoch: each reading is a journey to the server and back, all
/// else is sent without waiting.
struct IrisTraining {
    descent: Descent<IrisNet>,
    generator: Generator,
    train: Labelled<2>,
    test: Labelled<2>,
    batch_size: usize,
}

impl IrisTraining {
    fn begin(device: &Device, flowers: &Flowers, settings: &RemoteSettings, run: &Run) -> Self {
        let training_device = device.clone().autodiff();
        let generator = Generator::seeded(run.flags.seed);
        let model = IrisNet::new(settings.hidden_size, &generator, &training_device);
        Self {
            descent: Descent::new(model, adam(), settings.lr),
            generator,
            train: flowers.train(Form::BOOK.scaling, &training_device),
            test: flowers.test(Form::BOOK.scaling, device),
            batch_size: settings.batch_size,
        }
    }

    /// One pass over the flowers, and the test.
    fn epoch(&mut self, epoch: usize) -> Result<EpochRecord, TensorReadError> {
        let started = Instant::now();
        let order = self.generator.lock().loader_order(self.train.len());
        let mut sum = Tensor::zeros([1], &self.test.inputs.device());
        for rows in order.chunks(self.batch_size) {
            let (inputs, labels) = self.train.batch(rows); // [batch, 4], [batch]
            let scores = Form::BOOK.scores(self.descent.model(), inputs); // [batch, 3]
            let loss = cross_entropy(scores, labels); // [1]
            sum = sum + loss.clone().inner() * rows.len() as f32;
            self.descent.step(loss);
        }
        let loss = f64::from(sum.try_into_scalar::<f32>()?) / self.train.len() as f64;
        let scores = Form::BOOK.scores(&self.descent.model().valid(), self.test.inputs.clone()); // [test flowers, 3]
        let hits = correct(scores, self.test.labels.clone()).try_into_scalar::<f32>()?;
        let accuracy = f64::from(hits) / self.test.len() as f64;
        let metrics = vec![("loss".to_owned(), loss), ("test accuracy".to_owned(), accuracy)];
        Ok(EpochRecord { epoch, metrics, seconds: started.elapsed().as_secs_f64() })
    }
}
