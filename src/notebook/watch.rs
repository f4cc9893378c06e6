//! A training as it goes: its curves and a progress bar, in one place of the cell's output.

use std::time::{Duration, Instant};

use super::channel::{Front, front};
use super::{Content, Live, bar};
use crate::plot::{self, Figure, Panel, PlotError, Series};
use crate::train::History;

/// Redrawn no more often than this, and no more than a twentieth of the time goes into it.
const PAUSE: Duration = Duration::from_millis(300);
const MOST_OF_TIME: u32 = 20;
/// From so many finished epochs on their means make the curve; before, what was seen at each look does. A look at a few examples says
/// little, and many epochs say enough.
const ENOUGH_EPOCHS: usize = 6;
/// A curve with more points than this loses every other one.
const MOST_POINTS: usize = 400;

/// Where a training stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Standing {
    /// Epochs finished.
    pub epoch: usize,
    /// Batches finished in the epoch under way.
    pub batch: usize,
    /// Examples finished in the epoch under way.
    pub examples: usize,
}

/// Draws a training in a notebook.
#[derive(Debug)]
pub(crate) struct Watch {
    live: Live,
    num_epochs: usize,
    batches: usize,
    begun: Instant,
    /// Batches that were finished before.
    begun_at: usize,
    next: Instant,
    curves: Vec<Running>,
}

/// A metric's mean over the examples between two looks, along the epochs.
#[derive(Debug)]
struct Running {
    metric: String,
    epochs: Vec<f64>,
    means: Vec<f64>,
    /// Sum and examples at the last look, in the epoch under way.
    before: (f64, usize),
}

impl Watch {
    /// A place for the training's curves, where there is a kernel that can redraw it.
    pub fn begin(num_epochs: usize, batches: usize, from: Standing) -> Option<Self> {
        let now = Instant::now();
        (front() == Front::Kernel).then(|| Self {
            live: Live::new(),
            num_epochs,
            batches,
            begun: now,
            begun_at: from.epoch * batches + from.batch,
            next: now,
            curves: vec![],
        })
    }

    /// Whether it is time to look again. Reading a loss makes the device finish what it has to do, so it is not done more often.
    pub fn is_due(&self) -> bool {
        Instant::now() >= self.next
    }

    /// Takes up the sums so far of the epoch under way, by metric, and draws if it is time.
    pub fn look(&mut self, at: Standing, sums: &[(&str, f64)], history: &History) {
        let place = at.epoch as f64 + at.batch as f64 / self.batches.max(1) as f64;
        for &(metric, sum) in sums {
            self.curve(metric).add(place, sum, at.examples);
        }
        self.draw(at, history);
    }

    /// A new epoch: its sums begin at 0.
    pub fn next_epoch(&mut self, at: Standing, history: &History) {
        self.curves.iter_mut().for_each(|curve| curve.before = (0.0, 0));
        self.draw(at, history);
    }

    /// The end, for whatever reason: the curves stay, the bar goes.
    pub fn end(&mut self, history: &History) {
        let lines: Vec<String> = history.epochs.iter().map(|epoch| epoch.line(self.num_epochs)).collect();
        if let Ok(figure) = self.figure(history) {
            self.live.show(&Content::text(lines.join("\n")).svg(figure.svg()));
        }
    }

    fn curve(&mut self, metric: &str) -> &mut Running {
        let known = self.curves.iter().position(|curve| curve.metric == metric);
        let at = known.unwrap_or_else(|| {
            let metric = metric.to_owned();
            self.curves.push(Running { metric, epochs: vec![], means: vec![], before: (0.0, 0) });
            self.curves.len() - 1
        });
        &mut self.curves[at]
    }

    fn draw(&mut self, at: Standing, history: &History) {
        let begun = Instant::now();
        if !self.is_due() {
            return;
        }
        let done = at.epoch * self.batches + at.batch;
        let all = (self.num_epochs * self.batches).max(1);
        let new = done.saturating_sub(self.begun_at) as f64 / (all - self.begun_at.min(all - 1)) as f64;
        let mut text = format!("batch {}/{}", at.batch, self.batches);
        for curve in &self.curves {
            if let Some(mean) = curve.means.last() {
                text.push_str(&format!(" · {} {mean:.4}", curve.metric));
            }
        }
        let left = bar::left(self.begun.elapsed(), new);
        if !left.is_empty() {
            text.push_str(&format!(" · {left}"));
        }
        let label = format!("epoch {}/{}", (at.epoch + 1).min(self.num_epochs), self.num_epochs);
        let bar = bar::html(&label, done as f64 / all as f64, &text);
        let curves = self.figure(history).map_or_else(|_| String::new(), |figure| figure.svg());
        self.live.show(&Content::text(format!("{label} {text}")).html(format!("{bar}{curves}")));
        self.next = Instant::now() + PAUSE.max(begun.elapsed() * MOST_OF_TIME);
    }

    /// A panel for each metric that is watched: between looks or by epoch, and on the validation set.
    fn figure(&self, history: &History) -> Result<Figure, PlotError> {
        let panels = self.curves.iter().filter(|curve| !curve.means.is_empty()).map(|running| {
            let by_epoch = history.curve(&running.metric);
            let (epochs, means) = match by_epoch.0.len() {
                ENOUGH_EPOCHS.. => (&by_epoch.0, &by_epoch.1),
                _ => (&running.epochs, &running.means),
            };
            let panel =
                Panel::new("", "epoch", &running.metric).with(Series::line("training", epochs, means));
            match history.curve(&format!("valid {}", running.metric)) {
                (epochs, _) if epochs.is_empty() => panel,
                (epochs, values) => panel.with(Series::line("validation", &epochs, &values)),
            }
        });
        plot::curves(&panels.collect::<Vec<_>>())
    }
}

impl Running {
    fn add(&mut self, epoch: f64, sum: f64, examples: usize) {
        let (sum_before, examples_before) = self.before;
        let new = examples.saturating_sub(examples_before);
        if new == 0 {
            return;
        }
        self.epochs.push(epoch);
        self.means.push((sum - sum_before) / new as f64);
        self.before = (sum, examples);
        if self.means.len() > MOST_POINTS {
            for points in [&mut self.epochs, &mut self.means] {
                let mut index = 0;
                points.retain(|_| {
                    index += 1;
                    index % 2 == 1
                });
            }
        }
    }
}
