//! Beyond the book: which group does a node of a graph belong to, when the group of only a few is known?
//! All but one or two of the 32 other members of Zachary's karate club are found from the two leaders alone.

mod cora;
mod karate;
mod net;

use std::path::PathBuf;

use clap::Args;
use mlbook::graph::{Edges, Features, Graph, layout};
use mlbook::plot::{Dot, Figure, Fill, Link, PlotError, Sketch, Stroke};
use mlbook::prelude::*;
use mlbook::show;
use mlbook::train::Descent;

pub use cora::{CoraError, read as read_cora};
pub use karate::club;
pub use net::{Kind, NodeNet};

mlbook::settings! {
    /// Settings of the node project.
    pub struct NodeSettings, flags NodeNumbers {
        /// Steps, each with the whole graph
        num_epochs: usize, at_least_one, quick 200, book 200;
        /// Adam's learning rate
        lr: f64, positive, quick 0.01, book 0.01;
        /// Units between the two layers
        hidden_size: usize, at_least_one, quick 16, book 16;
        /// Share of hidden units dropped while training
        drop_rate: f64, share, quick 0.5, book 0.5;
        /// Nodes of each class whose class is known, in a graph of one's own
        known: usize, at_least_one, quick 20, book 20;
    }
}

/// Larger graphs are not drawn.
const MOST_DRAWN: usize = 100;
const EVERY: usize = 50;

/// Flags of the project.
#[derive(Args, Clone, Debug)]
pub struct NodeFlags {
    #[command(flatten)]
    pub numbers: NodeNumbers,
    /// The layer
    #[arg(long, value_enum, default_value = "gcn")]
    pub layer: Kind,
    /// A graph in Cora's format: a line for each node with its name, 0s and 1s, and its class (else the karate club)
    #[arg(long, value_name = "FILE", requires = "cites")]
    pub content: Option<PathBuf>,
    /// … and a line for each edge with the names of two nodes
    #[arg(long, value_name = "FILE", requires = "content")]
    pub cites: Option<PathBuf>,
}

/// A graph whose nodes belong to classes.
#[derive(Clone, Debug)]
pub struct Classified {
    pub graph: Graph,
    /// The class of each node.
    pub labels: Vec<usize>,
    /// What the classes are called.
    pub classes: Vec<String>,
    /// The nodes whose class the training may see.
    pub known: Vec<usize>,
    pub source: String,
}

/// The graph, the training on the known nodes, the others as the test.
///
/// # Errors
/// A file that is no such graph, or results that cannot be written.
pub fn run(run: &Run, settings: &NodeSettings, flags: &NodeFlags) -> anyhow::Result<()> {
    run.in_one_go()?;
    let data = match (&flags.content, &flags.cites) {
        (Some(content), Some(cites)) => {
            let data = read_cora(content, cites)?;
            choose_known(data, settings.known, run)?
        }
        _ => club()?,
    };
    say!("data    {}", data.source);
    let count = data.labels.len();
    say!(
        "graph   {} nodes, {} directed edges, {} classes; {} nodes known",
        show::grouped(count),
        show::grouped(data.graph.edges.len()),
        data.classes.len(),
        data.known.len()
    );
    let found = train(&data, settings, flags.layer, run)?;
    let hidden: Vec<usize> = (0..count).filter(|node| !data.known.contains(node)).collect();
    let right = |guess: &dyn Fn(usize) -> usize| {
        hidden.iter().filter(|&&node| guess(node) == data.labels[node]).count()
    };
    let rightly = right(&|node| found[node]);
    say!("{rightly} of {} other nodes found, {} not", hidden.len(), hidden.len() - rightly);
    let most = (0..data.classes.len()).map(|class| right(&|_| class)).max().unwrap_or(0);
    let share = |count: usize| count as f64 / hidden.len() as f64;
    if count <= MOST_DRAWN {
        run.save("nodes", &figure(&data, &found)?)?;
    }
    run.report()
        .data(data.source.clone())
        .metric("accuracy", share(rightly))
        .metric("accuracy of one class", share(most))
        .finish(run)?;
    Ok(())
}

/// The class that the trained network gives each node.
///
/// # Errors
/// [`TrainError::Diverged`] or Ctrl-C.
pub fn train(
    data: &Classified,
    settings: &NodeSettings,
    layer: Kind,
    run: &Run,
) -> Result<Vec<usize>, TrainError> {
    let device = run.training_device();
    let [count, width] = [data.graph.len(), data.graph.nodes.width];
    let nodes = |device: &Device| {
        Tensor::<2>::from_data(TensorData::new(data.graph.nodes.values.clone(), [count, width]), device)
    };
    let edges = Edges::new(count, data.graph.edges.clone());
    let indices = |values: Vec<i32>| {
        let length = values.len();
        Tensor::<1, Int>::from_data(TensorData::new(values, [length]), &device)
    };
    let known = indices(data.known.iter().map(|&node| node as i32).collect());
    let labels = indices(data.known.iter().map(|&node| data.labels[node] as i32).collect());
    let sizes = [width, settings.hidden_size, data.classes.len()];
    let net = NodeNet::new(layer, sizes, settings.drop_rate, run.generator(), &device);
    let mut learner = Descent::new(net, adam(), settings.lr);
    let features = nodes(&device);
    for epoch in 1..=settings.num_epochs {
        if run.stop.is_set() {
            let at = format!("after epoch {epoch}");
            return Err(mlbook::cli::Interrupted { at, resumable: false }.into());
        }
        let logits = learner.model().forward(features.clone(), &edges); // [nodes, classes]
        let loss = cross_entropy(logits.select(0, known.clone()), labels.clone());
        if epoch == 1 || epoch.is_multiple_of(EVERY) || epoch == settings.num_epochs {
            let loss = f64::from(loss.clone().into_scalar::<f32>());
            say!("epoch {epoch:>3}/{}  loss {loss:.4}", settings.num_epochs);
            if !loss.is_finite() {
                return Err(TrainError::Diverged { epoch, loss });
            }
        }
        learner.step(loss);
    }
    let logits = learner.model().valid().forward(nodes(&run.device), &edges);
    Ok(logits.argmax(1).into_data().iter::<i64>().map(|class| class as usize).collect())
}

/// Draws the nodes of each class that the training may see.
fn choose_known(data: Classified, of_each: usize, run: &Run) -> anyhow::Result<Classified> {
    let order = run.generator().lock().randperm(data.labels.len());
    let mut known = Vec::new();
    for (class, name) in data.classes.iter().enumerate() {
        let members = order.iter().filter(|&&node| data.labels[node] == class);
        let chosen: Vec<usize> = members.clone().take(of_each).copied().collect();
        let there = members.count();
        anyhow::ensure!(
            there > of_each,
            "class {name} has {there} nodes, and {of_each} are to be known: none would be left to find. Give a smaller --known"
        );
        known.extend(chosen);
    }
    Ok(Classified { known, ..data })
}

/// The graph with each node in the colour of the class that it was given; the known ones have a star, the wrong ones a cross.
///
/// # Errors
/// A graph without nodes.
pub fn figure(data: &Classified, found: &[usize]) -> Result<Figure, PlotError> {
    let places = layout(data.labels.len(), &data.graph.edges, None);
    let dot = |(node, at): (usize, [f64; 2])| {
        let mark = match () {
            () if data.known.contains(&node) => "*",
            () if found[node] != data.labels[node] => "✗",
            () => "",
        };
        Dot { at, text: format!("{}{mark}", node + 1), fill: Fill::Series(found[node]) }
    };
    let links = data.graph.edges.iter().filter(|pair| pair[0] < pair[1]);
    let sketch = Sketch {
        dots: places.into_iter().enumerate().map(dot).collect(),
        links: links
            .map(|pair| Link { ends: pair.map(|node| node as usize), stroke: Stroke::Thin })
            .collect(),
        caption: "coloured by the class found; * known beforehand, ✗ wrong".to_owned(),
    };
    plot::sketches(&[sketch], 1, 130.0)?.heading(&data.source)
}

/// A one for each node's own number: features of nodes of which nothing is known.
pub(crate) fn identity(nodes: usize) -> Features {
    let mut values = vec![0.0; nodes * nodes];
    (0..nodes).for_each(|node| values[node * nodes + node] = 1.0);
    Features::new(values, nodes)
}
