//! A text that is always there: this project's own source code.

/// The files, bound into the program when it is compiled.
const FILES: &[&str] = &[
    include_str!("../../cli/run.rs"),
    include_str!("../../cli/report.rs"),
    include_str!("../../data/catalog.rs"),
    include_str!("../../data/idx.rs"),
    include_str!("../../data/locate.rs"),
    include_str!("../../data/merkle.rs"),
    include_str!("../../data/mnist.rs"),
    include_str!("../../data/table.rs"),
    include_str!("../../data/wait.rs"),
    include_str!("../../files.rs"),
    include_str!("../../nn/adam.rs"),
    include_str!("../../nn/layers.rs"),
    include_str!("../../nn/linear.rs"),
    include_str!("../../nn/loss.rs"),
    include_str!("../../parity/fixture.rs"),
    include_str!("../../plot/bars.rs"),
    include_str!("../../plot/chart.rs"),
    include_str!("../../plot/figure.rs"),
    include_str!("../../plot/frame.rs"),
    include_str!("../../plot/images.rs"),
    include_str!("../../rng/discrete.rs"),
    include_str!("../../rng/init.rs"),
    include_str!("../../rng/loader.rs"),
    include_str!("../../rng/split.rs"),
    include_str!("../../rng/torch.rs"),
    include_str!("../../train/checkpoint.rs"),
    include_str!("../../train/evaluation.rs"),
    include_str!("../../train/history.rs"),
    include_str!("../../train/training.rs"),
    include_str!("tokenizer.rs"),
];

/// Some files of this project one after the other: what a character model learns when it has no novel.
pub fn own_source() -> String {
    FILES.concat()
}
