//! From two roots down to the blocks of rows that differ.

use std::ops::Range;

use super::align::{Gap, align_unique};
use super::tree::RowTree;

/// The differing blocks, and the nodes whose hashes were looked at in each tree.
#[derive(Debug, Default)]
pub struct Descent {
    pub gaps: Vec<Gap>,
    pub visited_a: usize,
    pub visited_b: usize,
}

/// Compares two trees. Only below nodes that have no equal in the other tree does it go further down.
pub fn descend(a: &RowTree, b: &RowTree) -> Descent {
    let mut descent = Descent { visited_a: 1, visited_b: 1, ..Descent::default() };
    if a.root() == b.root() {
        return descent;
    }
    let level = a.top().min(b.top());
    let nodes_a = down_to(a, level, &mut descent.visited_a);
    let nodes_b = down_to(b, level, &mut descent.visited_b);
    descent.compare((a, nodes_a), (b, nodes_b), level);
    descent
}

/// All nodes of a level of the taller tree: one run for each level on the way.
fn down_to(tree: &RowTree, level: usize, visited: &mut usize) -> Range<usize> {
    (level + 1..=tree.top()).rev().fold(0..1, |nodes, above| {
        let children = tree.children(above, &nodes);
        *visited += children.len();
        children
    })
}

impl Descent {
    fn compare(&mut self, a: (&RowTree, Range<usize>), b: (&RowTree, Range<usize>), level: usize) {
        let ((tree_a, nodes_a), (tree_b, nodes_b)) = (a, b);
        for gap in align_unique(&tree_a.hashes(level, &nodes_a), &tree_b.hashes(level, &nodes_b)) {
            let gap_a = nodes_a.start + gap.a.start..nodes_a.start + gap.a.end;
            let gap_b = nodes_b.start + gap.b.start..nodes_b.start + gap.b.end;
            if level == 0 || gap_a.is_empty() || gap_b.is_empty() {
                self.gaps.push(Gap { a: tree_a.blocks(level, gap_a), b: tree_b.blocks(level, gap_b) });
                continue;
            }
            let (below_a, below_b) = (tree_a.children(level, &gap_a), tree_b.children(level, &gap_b));
            self.visited_a += below_a.len();
            self.visited_b += below_b.len();
            self.compare((tree_a, below_a), (tree_b, below_b), level - 1);
        }
    }
}
