//! A model as a table of its layers.

use std::collections::{BTreeMap, HashMap};

use burn::module::{Flag, Module, ModuleVisitor, Param, ParamId};
use burn::tensor::{Bool, Int, Tensor};

use super::grid::{Cell, Column, Grid, Tone};
use super::html::heading;
use super::{Content, Show};
use crate::data::progress::show_bytes;
use crate::nn::observe::{self, Output};
use crate::show::grouped;

/// What stands in for a shape or a number that is not there.
const NONE: &str = "–";

/// A layer of a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayerRow {
    /// Its place in the model: `encoder.conv1`; empty for a model that is a single layer.
    pub name: String,
    /// `Conv2d`; empty for a layer without parameters that does not say.
    pub kind: String,
    /// The shape that left it, if it was asked to compute and reports it.
    pub output: Option<Vec<usize>>,
    /// How often it computed an output of this shape.
    pub calls: usize,
    /// Numbers in its parameters; 0 where it comes a second time.
    pub parameters: usize,
}

/// The layers of a model, in the order in which data pass them; see [`layers`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayerTable {
    pub rows: Vec<LayerRow>,
    /// Numbers in all parameters of the model.
    pub parameters: usize,
    /// Whether the model was run, so that there are shapes.
    has_run: bool,
}

/// The layers of a model, their output shapes while `forward` runs, and their parameters: `layers(&model, |m| m.forward(x))`.
///
/// Shapes come from the layers of `mlbook::nn`. One of your own reports its output with
/// [`observe::leaves`](crate::nn::observe::leaves); other layers of burn's have none here.
pub fn layers<M: Module, R>(model: &M, forward: impl FnOnce(&M) -> R) -> LayerTable {
    let found = Found::of(model);
    let outputs = observe::outputs(|| forward(model));
    found.table(outputs, true)
}

/// The layers of a model and their parameters, without running it.
pub fn layers_of<M: Module>(model: &M) -> LayerTable {
    Found::of(model).table(vec![], false)
}

/// How many numbers are in a module's parameters.
pub(super) fn parameters<M: Module>(model: &M) -> usize {
    Found::of(model).layers.iter().map(|layer| layer.parameters).sum()
}

/// The innermost modules of a model.
#[derive(Default)]
struct Found {
    /// Names of the modules around the one that is visited, each with the type of the one that it is a field of.
    path: Vec<(String, String)>,
    layers: Vec<Layer>,
    /// The layer with a path.
    by_path: BTreeMap<String, usize>,
    /// The layer with a parameter.
    by_parameter: HashMap<ParamId, usize>,
}

struct Layer {
    name: String,
    kind: String,
    parameters: usize,
}

impl Found {
    fn of<M: Module>(model: &M) -> Self {
        let mut found = Self::default();
        model.visit(&mut found);
        found
    }

    /// The layer of the field that is visited, which is a parameter (or flag) of it.
    fn parameter(&mut self, id: ParamId, numbers: usize) {
        let Some(((_, owner), around)) = self.layer_path().split_last() else { return };
        let name = around.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(".");
        let kind = owner.rsplit(':').next().unwrap_or_default().to_owned();
        let layers = &mut self.layers;
        let at = *self.by_path.entry(name.clone()).or_insert_with(|| {
            layers.push(Layer { name, kind, parameters: 0 });
            layers.len() - 1
        });
        // A parameter that two fields share is counted once.
        if self.by_parameter.insert(id, at).is_none() {
            self.layers[at].parameters += numbers;
        }
    }

    /// The path to the layer that is visited and the field of it. A recurrent layer is one layer, whatever it is made of.
    fn layer_path(&self) -> &[(String, String)] {
        let stack = self.path.iter().position(|(_, owner)| owner.ends_with("RecurrentStack"));
        &self.path[..stack.unwrap_or(self.path.len())]
    }

    fn table(self, outputs: Vec<Output>, has_run: bool) -> LayerTable {
        let parameters = self.layers.iter().map(|layer| layer.parameters).sum();
        let mut rows: Vec<LayerRow> = vec![];
        let mut row_of: HashMap<(usize, Vec<usize>), usize> = HashMap::new();
        let mut seen = vec![false; self.layers.len()];
        for Output { layer, shape } in outputs {
            let Some(&at) = self.by_parameter.get(&layer) else { continue };
            if let Some(&row) = row_of.get(&(at, shape.clone())) {
                rows[row].calls += 1;
                continue;
            }
            row_of.insert((at, shape.clone()), rows.len());
            let first = !std::mem::replace(&mut seen[at], true);
            rows.push(self.layers[at].row(Some(shape), first));
        }
        let unseen = self.layers.iter().zip(&seen).filter(|(_, seen)| !**seen);
        rows.extend(unseen.map(|(layer, _)| layer.row(None, true)));
        LayerTable { rows, parameters, has_run }
    }
}

impl Layer {
    fn row(&self, output: Option<Vec<usize>>, first: bool) -> LayerRow {
        let parameters = if first { self.parameters } else { 0 };
        let calls = usize::from(output.is_some());
        LayerRow { name: self.name.clone(), kind: self.kind.clone(), output, calls, parameters }
    }
}

impl ModuleVisitor for Found {
    fn enter_module(&mut self, name: &str, owner: &str) {
        self.path.push((name.to_owned(), owner.to_owned()));
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, parameter: &Param<Tensor<D>>) {
        self.parameter(parameter.id, parameter.lazy_shape().num_elements());
    }

    fn visit_int<const D: usize>(&mut self, parameter: &Param<Tensor<D, Int>>) {
        self.parameter(parameter.id, 0);
    }

    fn visit_bool<const D: usize>(&mut self, parameter: &Param<Tensor<D, Bool>>) {
        self.parameter(parameter.id, 0);
    }

    fn visit_flag(&mut self, flag: &Param<Flag>) {
        self.parameter(flag.id, 0);
    }
}

impl Show for LayerTable {
    fn content(&self) -> Content {
        let mut grid = Grid { columns: vec![Column::left("layer"), Column::left("type")], rows: vec![] };
        if self.has_run {
            grid.columns.push(Column::left("output shape"));
        }
        grid.columns.push(Column::right("parameters"));
        for row in &self.rows {
            let mut cells = vec![Cell::from(row.name.as_str()), row.kind.as_str().into()];
            if self.has_run {
                cells.push(match &row.output {
                    Some(shape) if row.calls > 1 => format!("{shape:?} × {}", row.calls).into(),
                    Some(shape) => format!("{shape:?}").into(),
                    None => Cell::faint(NONE),
                });
            }
            let none = Cell::faint(NONE);
            cells.push(if row.parameters > 0 { grouped(row.parameters).into() } else { none });
            grid.rows.push(cells);
        }
        let mut sum = vec![Cell::default(); grid.columns.len()];
        if let [name, .., total] = &mut sum[..] {
            *name = Cell::new("all", Tone::Strong);
            *total = Cell::new(grouped(self.parameters), Tone::Strong);
        }
        grid.rows.push(sum);
        // 32-bit floats.
        let bytes = show_bytes(self.parameters as u64 * 4);
        let title = format!("{} parameters · {bytes}", grouped(self.parameters));
        Content::text(grid.plain().trim_end()).html(format!("{}{}", heading(&title), grid.html()))
    }
}
