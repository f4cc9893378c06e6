//! What each atom adds to a prediction, and molecules drawn.

use mlbook::graph::{Batch, Graph};
use mlbook::molecule::{self, Molecule, Order};
use mlbook::plot::{Figure, Sketch};
use mlbook::prelude::*;
use mlbook::show;

use crate::molecule_net::MoleculeNet;

/// Molecules in a figure, and beside each other.
const DRAWN: usize = 12;
const COLUMNS: usize = 4;
/// Pixels for a bond.
const BOND: f64 = 44.0;

/// The molecules drawn, by element and bond.
///
/// # Errors
/// There are none to draw.
pub fn drawn(graphs: &[Graph]) -> anyhow::Result<Figure> {
    let sketches: Vec<Sketch> = graphs
        .iter()
        .take(DRAWN)
        .map(|graph| {
            let caption = format!("{}\n{}", graph.name, value(graph.targets.first().copied()));
            Sketch { caption, ..sketch(graph, None) }
        })
        .collect();
    Ok(plot::sketches(&sketches, COLUMNS, BOND)?
        .heading("Molecules of the test set and the property to predict")?)
}

/// How much the prediction falls when an atom is left out of the sum over atoms; its hydrogens are counted with it.
///
/// # Errors
/// A molecule without the model's features.
pub fn of_atoms(model: &MoleculeNet, graph: &Graph, device: &Device) -> anyhow::Result<Vec<f64>> {
    let batch = Batch::single(graph, device)?;
    let steps = model.steps(&batch);
    let whole = f64::from(model.read_out(steps.pooled.clone()).into_scalar::<f32>());
    let without = steps.pooled - steps.h2; // [atoms, 16]: all atoms but one
    let without = show::floats(&model.read_out(without));
    let mut contributions: Vec<f64> = without.iter().map(|&value| whole - f64::from(value)).collect();
    // A hydrogen counts for the one atom that holds it.
    let molecule = molecule::of_graph(graph);
    for bond in &molecule.bonds {
        for [atom, other] in bond.both_ways() {
            let is_hydrogen = |number: usize| molecule.atoms[number].element == molecule::Element::H;
            if is_hydrogen(atom) && !is_hydrogen(other) {
                contributions[other] += std::mem::take(&mut contributions[atom]);
            }
        }
    }
    Ok(contributions)
}

/// Molecules whose atoms are coloured by what they add to the prediction, the strongest of all with full colour.
///
/// # Errors
/// There are none to draw.
pub fn figure(model: &MoleculeNet, graphs: &[Graph], run: &Run) -> anyhow::Result<Figure> {
    let mut chosen = Vec::new();
    for graph in graphs.iter().take(DRAWN) {
        let prediction = model.forward(&Batch::single(graph, &run.device)?).into_scalar::<f32>();
        chosen.push((graph, prediction, of_atoms(model, graph, &run.device)?));
    }
    let all = chosen.iter().flat_map(|(_, _, shares)| shares);
    let largest = all.fold(0.0_f64, |most, share| most.max(share.abs())).max(f64::MIN_POSITIVE);
    let sketches: Vec<Sketch> = chosen
        .iter()
        .map(|(graph, prediction, shares)| {
            let shares: Vec<f64> = shares.iter().map(|share| share / largest).collect();
            let truth = value(graph.targets.first().copied());
            let caption = format!("{}\npredicted {}, true {truth}", graph.name, value(Some(*prediction)));
            Sketch { caption, ..sketch(graph, Some(&shares)) }
        })
        .collect();
    let heading = format!("What each atom with its hydrogens adds; full vermilion is +{largest:.1}");
    Ok(plot::sketches(&sketches, COLUMNS, BOND)?.heading(&heading)?)
}

fn sketch(graph: &Graph, shares: Option<&[f64]>) -> Sketch {
    let molecule: Molecule = molecule::of_graph(graph);
    let orders: Vec<Order> = molecule.bonds.iter().map(|bond| bond.order).collect();
    molecule::sketch(&molecule, &orders, shares)
}

fn value(value: Option<f32>) -> String {
    value.map_or(String::new(), |value| format!("{value:.2}"))
}
