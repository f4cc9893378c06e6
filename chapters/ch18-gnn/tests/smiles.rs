//! Molecules from SMILES: what is perceived in them beside RDKit, what is refused, how they are divided.

#[path = "../../../tests/support/perceived.rs"]
mod digits;

use ch18_gnn::smiles::features::{BITS, EDGE_FEATURES, NODE_FEATURES, Skeleton};
use ch18_gnn::smiles::parse::{self, SmilesProblem};
use ch18_gnn::smiles::split::{Split, split};
use mlbook::molecule::Perceived;
use mlbook::prelude::*;
use proptest::prelude::*;

/// A SMILES, then RDKit 2026.09.1's answers: a digit for each atom (0 neither, 1 sp, 2 sp², 3 sp³, plus 4 if aromatic), and for each bond by
/// its atoms (4 is aromatic).
const RDKIT: [(&str, &str, &str); 40] = [
    ("c1ccsc1", "66666", "44444"),
    ("c1ccoc1", "66666", "44444"),
    ("c1cc[nH]c1", "66666", "44444"),
    ("c1c[nH]cn1", "66666", "44444"),
    ("Cn1cnc2c1c(=O)n(C)c(=O)n2C", "36666662636263", "144444442414241"),
    ("CC(=O)Oc1ccccc1C(=O)O", "3222666666222", "1211444444121"),
    ("c1ccc2ccccc2c1", "6666666666", "44444444444"),
    ("c1ccc2cccc2cc1", "6666666666", "44444144444"),
    ("c1ccc2[nH]ccc2c1", "666666666", "4444444444"),
    ("[O-][n+]1ccccc1", "2666666", "1444444"),
    ("O=[N+]([O-])c1ccccc1", "222666666", "211444444"),
    ("c1ccc[cH+]cc1", "6666666", "4444444"),
    ("[cH-]1cccc1", "66666", "44444"),
    ("Cc1csc(N)n1", "3666626", "1444414"),
    ("CC1=C(C(=O)NC)SCCO1", "32222233332", "12111211111"),
    ("CS(=O)(=O)Nc1ccc(N)cc1", "332226666266", "122114444144"),
    ("CN1C2CCC1C(C(=O)OC)C(C2)OC(=O)c1ccccc1", "3333333222333222666666", "111111111121111121444444"),
    ("O=C1C=CC(=O)C=C1", "22222222", "21121212"),
    ("C1=CC=CC=CC=C1", "22222222", "21121212"),
    ("O=c1cc[nH]cc1", "2666666", "2444444"),
    ("CC(C)Cc1ccc(cc1)C(C)C(=O)O", "333366666633222", "111144444141121"),
    ("N#Cc1ccccc1", "11666666", "31444444"),
    ("C=C=CC", "2123", "221"),
    ("CC(=O)Nc1ccc(O)cc1", "32226666266", "12114444144"),
    ("OC(=O)C1=CNC=C1Br", "222666663", "121444441"),
    ("c1ccc(cc1)-c1ccccc1", "666666666666", "4444414444444"),
    ("C1CC2CCC1C2", "3333333", "11111111"),
    ("O=C1NC(=O)c2ccccc12", "22222666666", "211121444444"),
    ("ClC1=C(Cl)C(=O)C(Cl)=C(Cl)C1=O", "322322232322", "121112112112"),
    ("c1ccc2c(c1)ccc1ccccc12", "66666666666666", "4444444444444444"),
    ("C1=Cc2cccc3cccc1c23", "226666666666", "21144444444444"),
    ("FC(F)(F)c1ccc(Cl)cc1I", "333366663663", "111144441441"),
    ("CP(=O)(O)Oc1ccccc1", "33232666666", "12111444444"),
    ("C[N+](C)(C)CC([O-])=O", "33333222", "1111112"),
    ("CN=[N+]=[N-]", "3212", "122"),
    ("S=C(N)N", "2222", "211"),
    ("O=S1(=O)NC(=O)c2ccccc12", "232222666666", "2211121444444"),
    ("c1nc2ncnc2c[nH]1", "666666666", "4444144444"),
    ("O=C1N(C)C=CC2=C1C=CS2", "26636666666", "244144444444"),
    ("C[Si](C)(C)C#C", "333311", "11113"),
];

fn perceived(text: &str) -> (String, String) {
    let molecule = parse::molecule("test", text).unwrap_or_else(|problem| panic!("{text}: {problem}"));
    let (atoms, mut bonds) = digits::digits(&molecule);
    bonds.sort();
    (atoms, bonds.into_iter().map(|(_, digit)| digit).collect())
}

#[test]
fn heteroatoms_charges_and_fused_rings_are_perceived_as_rdkit_does() {
    let wrong: Vec<String> = RDKIT
        .iter()
        .filter_map(|&(smiles, atoms, bonds)| {
            let found = perceived(smiles);
            (found != (atoms.to_owned(), bonds.to_owned()))
                .then(|| format!("{smiles}: {found:?}, RDKit {atoms} {bonds}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_is_no_molecule_is_refused_with_the_reason() {
    let problem = |text: &str| parse::molecule("test", text).expect_err("it is no molecule");
    assert_eq!(problem("  "), SmilesProblem::Empty);
    assert_eq!(problem(&"C".repeat(10_000)), SmilesProblem::Long(10_000));
    assert!(problem("C(C").to_string().contains("Branch not closed"));
    assert!(problem("c1ccccc1c").to_string().contains("Kekulé"));
    assert_eq!(problem("[Xe]").to_string(), "atom 1 is Xe, which is not known here");
    assert_eq!(
        problem("CF=C").to_string(),
        "atom 2, F, has bonds of order 3 together, and at most 1 is possible"
    );
    assert_eq!(problem("[H][H]"), SmilesProblem::OnlyHydrogen);
}

/// A molecule's fingerprint, scaffold and graph sizes.
fn described(text: &str) -> (Vec<f32>, u64, [usize; 4]) {
    let molecule = parse::molecule("test", text).unwrap_or_else(|problem| panic!("{text}: {problem}"));
    let perceived = Perceived::of(&molecule);
    let skeleton = Skeleton::of(&molecule, &perceived);
    let graph = skeleton.graph(vec![1.0]).expect("a graph");
    let sizes = [graph.len(), graph.nodes.width, graph.edges.len(), graph.edge_features.width];
    (skeleton.fingerprint(), skeleton.scaffold(), sizes)
}

#[test]
fn the_way_a_molecule_is_written_changes_nothing() {
    for (one, other) in
        [("OCC(C)c1ccccc1", "c1ccccc1C(C)CO"), ("C1=CC=CC=C1O", "Oc1ccccc1"), ("N#CCC(=O)O", "OC(=O)CC#N")]
    {
        let (one, other) = (described(one), described(other));
        assert_eq!(one, other);
        assert_eq!((one.0.len(), one.2[1], one.2[3]), (BITS, NODE_FEATURES, EDGE_FEATURES));
    }
    assert_ne!(described("CCO").0, described("CCN").0);
}

#[test]
fn scaffolds_forget_side_chains_and_tell_rings_apart() {
    let scaffold = |text: &str| described(text).1;
    assert_eq!(scaffold("CCO"), 0);
    assert_eq!(scaffold("c1ccccc1"), scaffold("CC(=O)Oc1ccccc1C(=O)O"));
    assert_eq!(scaffold("c1ccccc1CCC1CC1"), scaffold("Nc1ccccc1CC(O)C1CC1"));
    let rings =
        ["c1ccccc1", "c1ccncc1", "C1CCCCC1", "C1CCCC1", "c1ccccc1C1CC1", "c1ccccc1CC1CC1", "c1ccc2ccccc2c1"];
    let different: std::collections::BTreeSet<u64> = rings.into_iter().map(scaffold).collect();
    assert_eq!(different.len(), rings.len());
}

proptest! {
    #[test]
    fn a_split_divides_all_rows_and_keeps_scaffolds_together(
        scaffolds in prop::collection::vec(0..6_u64, 1..60), random: bool,
    ) {
        let how = if random { Split::Random } else { Split::Scaffold };
        let parts = split(how, &scaffolds, [0.1, 0.2], &Generator::seeded(1));
        let mut all = parts.concat();
        all.sort_unstable();
        prop_assert_eq!(all, (0..scaffolds.len()).collect::<Vec<usize>>());
        if !random {
            for scaffold in 0..6 {
                let holding = parts.iter().filter(|rows| rows.iter().any(|&row| scaffolds[row] == scaffold)).count();
                prop_assert!(holding <= 1);
            }
        }
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "[CNOcno()=#1-3\\[\\]+@/.H-]{0,40}") {
        if let Ok(molecule) = parse::molecule("test", &text) {
            let perceived = Perceived::of(&molecule);
            let graph = Skeleton::of(&molecule, &perceived).graph(vec![0.0]).expect("it has atoms");
            prop_assert!(!graph.is_empty());
        }
    }
}
