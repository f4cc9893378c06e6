//! How long a training step of this chapter's network and the reading of molecules take.

use std::path::Path;

use mlbook::bench::{Measures, median_ms};
use mlbook::data::locate::{Located, Origin};
use mlbook::data::qm9::{self, Cache};
use mlbook::graph::{Batch, Graph};
use mlbook::molecule::{EDGE_FEATURES, NODE_FEATURES};
use mlbook::prelude::*;
use mlbook::train::Descent;

use crate::molecule_net::MoleculeNet;

/// The bundled molecules.
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../data/qm9-mini");
/// How often the file is read for the median.
const READINGS: usize = 9;

/// The network with the book's sizes: batches of 32 bundled molecules in turn, made of graphs, forward, backward, one Adam step; and the
/// bundled file read, perceived and made into graphs.
pub fn measures(steps: usize, device: &Device) -> Measures {
    let training = device.clone().autodiff();
    let generator = Generator::seeded(1);
    let Some(graphs) = molecules() else { return Measures::new() };
    let model = MoleculeNet::new(NODE_FEATURES, EDGE_FEATURES, 1, &generator, &training);
    let mut learner = Descent::new(model, adam(), 0.01);
    let mut number = 0;
    let step = median_ms(steps, || {
        let part: Vec<&Graph> = graphs.iter().skip(number * 32).take(32).collect();
        let Ok(batch) = Batch::of(&part, &training) else { return };
        learner.step(mean_squared_error(learner.model().forward(&batch), batch.targets));
        number = (number + 1) % (graphs.len() / 32);
    });
    let reading = median_ms(READINGS, || drop(molecules()));
    Measures::from([
        ("ch18 molecule network, batch 32, cpu".to_owned(), step),
        ("ch18 reading 1,200 molecules, cpu".to_owned(), reading),
    ])
}

fn molecules() -> Option<Vec<Graph>> {
    let located = Located {
        wanted: "qm9".to_owned(),
        set: "qm9-mini".to_owned(),
        dir: Path::new(FOLDER).to_path_buf(),
        origin: Origin::Bundled,
        stand_in: true,
        fetchable: false,
    };
    let mut graphs = qm9::read(&located, &Cache::none()).ok()?;
    qm9::choose_target(&mut graphs, "alpha").ok()?;
    Some(graphs)
}
