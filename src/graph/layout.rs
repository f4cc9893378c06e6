//! Where to draw the nodes of a graph.

/// Passes of the majorisation; it has settled long before.
const PASSES: usize = 200;
/// Circles to begin from.
const STARTS: usize = 8;
/// Parts that are not connected stand so far apart, in edges.
const APART: f64 = 3.0;

/// Places in the plane for `nodes` nodes, by stress majorisation (Gansner, Koren and North, Graph drawing by stress majorization, 2004):
/// the distance of two nodes on the paper follows the number of edges between them. An edge is about 1 long. `start` gives places
/// to begin from; without it nodes begin on circles in several orders, and the best drawing is taken.
///
/// # Panics
/// If an edge names a node that is not there, or `start` has another length than `nodes`.
pub fn layout(nodes: usize, edges: &[[u32; 2]], start: Option<&[[f64; 2]]>) -> Vec<[f64; 2]> {
    let wanted = distances(nodes, edges);
    if let Some(start) = start {
        assert_eq!(start.len(), nodes, "a place for each node");
        return settled(start.to_vec(), &wanted);
    }
    let circle = |step: usize| {
        let angle =
            |i: usize| std::f64::consts::TAU * (i * step % nodes) as f64 / nodes as f64 + i as f64 * 1e-3;
        let radius = nodes as f64 / 6.0;
        settled((0..nodes).map(|i| [radius * angle(i).cos(), radius * angle(i).sin()]).collect(), &wanted)
    };
    let tries = (1..=STARTS.min(nodes.max(1))).map(circle);
    tries.min_by(|a, b| stress(a, &wanted).total_cmp(&stress(b, &wanted))).unwrap_or_default()
}

/// Moves each node to where the others would have it, over and over.
fn settled(mut places: Vec<[f64; 2]>, wanted: &[Vec<f64>]) -> Vec<[f64; 2]> {
    let nodes = places.len();
    for _ in 0..PASSES {
        for i in 0..nodes {
            let (mut sum, mut weights) = ([0.0; 2], 0.0);
            for j in (0..nodes).filter(|&j| j != i) {
                let (d, weight) = (wanted[i][j], wanted[i][j].powi(-2));
                let between = [places[i][0] - places[j][0], places[i][1] - places[j][1]];
                let length = between[0].hypot(between[1]).max(1e-9);
                for axis in 0..2 {
                    sum[axis] += weight * (places[j][axis] + d * between[axis] / length);
                }
                weights += weight;
            }
            if weights > 0.0 {
                places[i] = sum.map(|sum| sum / weights);
            }
        }
    }
    places
}

/// How far the places are from what is wanted, each distance relative to itself.
fn stress(places: &[[f64; 2]], wanted: &[Vec<f64>]) -> f64 {
    let mut sum = 0.0;
    for (i, row) in wanted.iter().enumerate() {
        for (j, d) in row.iter().enumerate().take(i) {
            let length = (places[i][0] - places[j][0]).hypot(places[i][1] - places[j][1]);
            sum += (length / d - 1.0).powi(2);
        }
    }
    sum
}

/// Distances to aim at: 1 along an edge, √3 over two, as in a chain with angles of 120°, and so on.
fn distances(nodes: usize, edges: &[[u32; 2]]) -> Vec<Vec<f64>> {
    let mut neighbours = vec![vec![]; nodes];
    for [a, b] in edges.iter().map(|edge| edge.map(|node| node as usize)) {
        neighbours[a].push(b);
        neighbours[b].push(a);
    }
    let mut steps = vec![vec![None; nodes]; nodes];
    for (start, steps) in steps.iter_mut().enumerate() {
        let mut queue = std::collections::VecDeque::from([(start, 0_usize)]);
        while let Some((node, step)) = queue.pop_front() {
            if steps[node].is_none() {
                steps[node] = Some(step);
                queue.extend(neighbours[node].iter().map(|&next| (next, step + 1)));
            }
        }
    }
    let longest = steps.iter().flatten().flatten().copied().max().unwrap_or(0);
    let length = |steps: usize| match steps {
        0 | 1 => steps as f64,
        steps => 3.0_f64.sqrt() / 2.0 * steps as f64,
    };
    let of = |steps: &Option<usize>| steps.map_or(length(longest) + APART, length);
    steps.iter().map(|row| row.iter().map(of).collect()).collect()
}
