//! How long this chapter's steps take: of the environment, of learning, of a whole training.

use mlbook::bench::{Measures, median_ms};
use mlbook::prelude::*;

use crate::cartpole::CartPole;
use crate::dqn::{AgentSettings, Batch, Brain, DqnAgent, DqnError, Loss};
use crate::env::Env;

/// Steps of the environment that are timed together; one alone is shorter than the clock can tell.
const TOGETHER: usize = 1_000;
/// 200 episodes of 100 steps, which is about what the book's training has.
const TRAINING: f64 = 20_000.0;

/// The environment, a learning step of the book's agent, and its training.
pub fn measures(steps: usize, device: &Device) -> Measures {
    let learning = learning_steps(steps, device).unwrap_or([f64::NAN; 2]);
    Measures::from([
        ("ch19 1,000 steps of CartPole, cpu".to_owned(), environment(steps)),
        ("ch19 DQN learning step, batch 32, cpu".to_owned(), learning[0]),
        ("ch19 DQN training of 20,000 steps, cpu".to_owned(), TRAINING * learning[1]),
        ("ch19 network of the step by burn, cpu".to_owned(), by_burn(steps, device)),
    ])
}

/// Pushes left and right in turn; the next episode when one is over.
fn environment(steps: usize) -> f64 {
    let mut env = CartPole::v1(1);
    env.reset(None);
    let mut pushes = 0;
    median_ms(steps, || {
        for _ in 0..TOGETHER {
            pushes += 1;
            if env.step(pushes % 2).is_ok_and(|step| step.done()) {
                env.reset(None);
            }
        }
    })
}

/// A batch drawn and learned from; and the same with an action chosen, taken and remembered before.
fn learning_steps(steps: usize, device: &Device) -> Result<[f64; 2], DqnError> {
    let mut env = CartPole::v1(1);
    let mut agent = DqnAgent::new(&env, AgentSettings::book(), 1, device)?;
    let (mut state, _) = env.reset(None);
    let mut outcome = Ok(());
    let mut live = |agent: &mut DqnAgent| -> Result<(), DqnError> {
        let action = agent.choose_action(&state)?;
        let step = env.step(action)?;
        agent.remember(&state, action, &step)?;
        state = if step.done() { env.reset(None).0 } else { step.observation };
        Ok(())
    };
    for _ in 0..500 {
        live(&mut agent)?;
    }
    let learning = median_ms(steps, || {
        outcome = std::mem::replace(&mut outcome, Ok(())).and(agent.replay().map(|_| ()));
    });
    // By now nothing is left to chance, so that every action asks the network.
    let training = median_ms(steps, || {
        let lived = live(&mut agent).and_then(|()| agent.replay().map(|_| ()));
        outcome = std::mem::replace(&mut outcome, Ok(())).and(lived);
    });
    outcome.map(|()| [learning, training])
}

/// What the learning step would take by burn's tensors, without the drawing of the batch.
fn by_burn(steps: usize, device: &Device) -> f64 {
    let generator = Generator::seeded(1);
    let mut brain = Brain::on_device(&[4, 256, 128, 64, 2], false, &generator, device);
    let states = generator.lock().randn(32 * 4);
    let actions: Vec<usize> = (0..32).map(|row| row % 2).collect();
    median_ms(steps, || {
        let targets = brain.best_values(&states, 32, false);
        let batch = Batch { states: &states, actions: &actions, targets: &targets };
        brain.learn(&batch, Loss::SquaredOverAllActions, 1e-3, None);
    })
}
