//! A karate club that broke in two (Zachary, An information flow model for conflict and fission in small groups, 1977).

use mlbook::graph::{Graph, GraphError};

use super::{Classified, identity};

/// Who spent time with whom outside the club: of each member, the friends with higher numbers. 78 friendships of 34 members.
const FRIENDS: [(u32, &[u32]); 26] = [
    (1, &[2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 18, 20, 22, 32]),
    (2, &[3, 4, 8, 14, 18, 20, 22, 31]),
    (3, &[4, 8, 9, 10, 14, 28, 29, 33]),
    (4, &[8, 13, 14]),
    (5, &[7, 11]),
    (6, &[7, 11, 17]),
    (7, &[17]),
    (9, &[31, 33, 34]),
    (10, &[34]),
    (14, &[34]),
    (15, &[33, 34]),
    (16, &[33, 34]),
    (19, &[33, 34]),
    (20, &[34]),
    (21, &[33, 34]),
    (23, &[33, 34]),
    (24, &[26, 28, 30, 33, 34]),
    (25, &[26, 28, 32]),
    (26, &[32]),
    (27, &[30, 34]),
    (28, &[34]),
    (29, &[32, 34]),
    (30, &[33, 34]),
    (31, &[33, 34]),
    (32, &[33, 34]),
    (33, &[34]),
];
const MEMBERS: usize = 34;
/// Who stayed with the instructor; the others founded a club with the officer.
const WITH_INSTRUCTOR: [usize; 17] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 17, 18, 20, 22];

/// The club: of the instructor (member 1) and the officer (34) the side is known, of the others it is to be found. Nothing is known of
/// a member but its number.
///
/// # Errors
/// None: the graph is a good one.
pub fn club() -> Result<Classified, GraphError> {
    let edges = FRIENDS.iter().flat_map(|(a, friends)| friends.iter().map(move |b| [a - 1, b - 1])).collect();
    let graph = Graph::new("karate club", identity(MEMBERS), edges)?.undirected();
    let labels = (1..=MEMBERS).map(|member| usize::from(!WITH_INSTRUCTOR.contains(&member))).collect();
    Ok(Classified {
        graph,
        labels,
        classes: vec!["instructor".to_owned(), "officer".to_owned()],
        known: vec![0, MEMBERS - 1],
        source: "Zachary's karate club (bundled)".to_owned(),
    })
}
