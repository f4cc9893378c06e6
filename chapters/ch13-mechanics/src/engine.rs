//! Sections 13.4.2 and 13.4.3: an engine goes through batches; handlers run when something has happened. This is Ignite's way of
//! writing a training: the loop is always the same, and what is special about a program hangs on its events.

pub use anyhow::Result;

/// What an engine works on: the state that its process and its handlers share, and where the batches come from.
pub trait Batches {
    type Batch;

    /// Goes to the next epoch; false after the last.
    fn next_epoch(&mut self) -> bool;

    /// The next batch of the epoch; none at its end.
    fn next_batch(&mut self) -> Result<Option<Self::Batch>>;

    /// Batches finished since the beginning, over all epochs.
    fn iteration(&self) -> usize;
}

type Process<'h, S, B, O> = Box<dyn FnMut(&mut S, B) -> O + 'h>;
type BatchHandler<'h, S, O> = Box<dyn FnMut(&mut S, &O) -> Result<()> + 'h>;
type Handler<'h, S> = Box<dyn FnMut(&mut S) -> Result<()> + 'h>;

/// A loop over epochs and batches with three events. Handlers of an event run in the order in which they were attached.
pub struct Engine<'h, S: Batches, O> {
    process: Process<'h, S, S::Batch, O>,
    iteration_completed: Vec<(usize, BatchHandler<'h, S, O>)>,
    epoch_completed: Vec<Handler<'h, S>>,
    completed: Vec<Handler<'h, S>>,
}

impl<'h, S: Batches, O> Engine<'h, S, O> {
    /// An engine that does `process` with every batch; what it returns is handed to the handlers.
    pub fn new(process: impl FnMut(&mut S, S::Batch) -> O + 'h) -> Self {
        Self {
            process: Box::new(process),
            iteration_completed: vec![],
            epoch_completed: vec![],
            completed: vec![],
        }
    }

    /// After every `every`-th batch.
    pub fn on_iteration_completed(
        mut self,
        every: usize,
        handler: impl FnMut(&mut S, &O) -> Result<()> + 'h,
    ) -> Self {
        self.iteration_completed.push((every, Box::new(handler)));
        self
    }

    /// After every epoch.
    pub fn on_epoch_completed(mut self, handler: impl FnMut(&mut S) -> Result<()> + 'h) -> Self {
        self.epoch_completed.push(Box::new(handler));
        self
    }

    /// At the end.
    pub fn on_completed(mut self, handler: impl FnMut(&mut S) -> Result<()> + 'h) -> Self {
        self.completed.push(Box::new(handler));
        self
    }

    /// Goes through all epochs.
    ///
    /// # Errors
    /// The first of a handler or of the batches ends the run.
    pub fn run(&mut self, state: &mut S) -> Result<()> {
        while state.next_epoch() {
            while let Some(batch) = state.next_batch()? {
                let output = (self.process)(state, batch);
                for (every, handler) in &mut self.iteration_completed {
                    if state.iteration().is_multiple_of(*every) {
                        handler(state, &output)?;
                    }
                }
            }
            for handler in &mut self.epoch_completed {
                handler(state)?;
            }
        }
        for handler in &mut self.completed {
            handler(state)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three epochs of the numbers 0, 1, 2.
    #[derive(Default)]
    struct Count {
        epoch: usize,
        batch: usize,
        happened: Vec<String>,
    }

    impl Count {
        fn note(&mut self, what: String) -> Result<()> {
            self.happened.push(what);
            Ok(())
        }
    }

    impl Batches for Count {
        type Batch = usize;

        fn next_epoch(&mut self) -> bool {
            self.epoch += 1;
            self.batch = 0;
            self.epoch <= 3
        }

        fn next_batch(&mut self) -> Result<Option<usize>> {
            self.batch += 1;
            Ok((self.batch <= 3).then(|| self.batch - 1))
        }

        fn iteration(&self) -> usize {
            (self.epoch - 1) * 3 + self.batch
        }
    }

    #[test]
    fn handlers_run_on_their_events_in_the_order_of_their_attachment() {
        let mut count = Count::default();
        Engine::new(|_: &mut Count, batch: usize| 10 * batch)
            .on_iteration_completed(4, |count, output| {
                count.note(format!("batch {}: {output}", count.iteration()))
            })
            .on_epoch_completed(|count| count.note(format!("epoch {}", count.epoch)))
            .on_epoch_completed(|count| count.note("second handler".to_owned()))
            .on_completed(|count| count.note("end".to_owned()))
            .run(&mut count)
            .expect("no handler fails");
        let second = "second handler";
        assert_eq!(
            count.happened,
            ["epoch 1", second, "batch 4: 0", "epoch 2", second, "batch 8: 10", "epoch 3", second, "end"]
        );
    }

    #[test]
    fn an_error_of_a_handler_ends_the_run() {
        let mut count = Count::default();
        let result = Engine::new(|_: &mut Count, batch: usize| batch)
            .on_iteration_completed(2, |_, _| anyhow::bail!("enough"))
            .run(&mut count);
        assert!(result.is_err_and(|error| error.to_string() == "enough"));
        assert_eq!(count.iteration(), 2);
    }
}
