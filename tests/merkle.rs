//! Merkle trees over chunks of a file and over rows of a table: what they find, how little they look at,
//! what they refuse.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use mlbook::data::diff::{Comparison, Options, compare};
use mlbook::data::merkle::{
    CHUNK, Hash, MerkleError, MerkleTree, Proof, from_hex, hash_chunk, hash_node, to_hex,
};
use proptest::prelude::*;
use serde_json::Value;
use tempfile::TempDir;

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn put(folder: &TempDir, name: &str, contents: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.path().join(name);
    fs::write(&path, contents).unwrap();
    path
}

fn book<'a>(arguments: impl IntoIterator<Item = &'a str>, paths: &[&Path]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_book"));
    command.arg("data").args(arguments).args(paths).output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// One line on standard error and exit code 2: how bad input ends.
fn assert_refused(output: &Output, because: &str) {
    let text = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert_eq!(text.trim_end().lines().count(), 1, "{text}");
    assert!(text.contains(because), "{text}");
}

fn numbered_bytes(length: usize) -> Vec<u8> {
    (0..length).map(|i| (i * 31 % 251) as u8).collect()
}

mod chunks {
    use super::*;

    /// The tree hash of RFC 6962, section 2.1, as it is defined there: split at the largest power of two
    /// below n.
    fn rfc6962(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => from_hex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855").unwrap(),
            [leaf] => *leaf,
            _ => {
                let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
                hash_node([&rfc6962(left), &rfc6962(right)])
            }
        }
    }

    /// The root with its numbers, recomputed from the formula in the documentation.
    fn bound(top: Hash, length: u64, chunk: u64) -> Hash {
        use sha2::{Digest, Sha256};
        let bytes = [&[2u8][..], &length.to_be_bytes(), &chunk.to_be_bytes(), &top].concat();
        Sha256::digest(bytes).into()
    }

    #[test]
    fn the_tree_is_that_of_rfc_6962_for_any_number_of_leaves() {
        for count in 0..40usize {
            let bytes = numbered_bytes(count * 10);
            let tree = MerkleTree::of_reader(&bytes[..], 10).unwrap();
            let leaves: Vec<Hash> = bytes.chunks(10).map(hash_chunk).collect();
            assert_eq!(tree.leaves(), leaves);
            assert_eq!(tree.root(), bound(rfc6962(&leaves), count as u64 * 10, 10), "{count} leaves");
        }
    }

    #[test]
    fn leaves_are_hashed_with_a_zero_before_them() {
        let known = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d";
        assert_eq!(
            to_hex(&hash_chunk(b"")),
            known,
            "the leaf hash of the empty string in RFC 6962's test data"
        );
    }

    #[test]
    fn a_12_megabyte_file_with_one_altered_byte_names_that_chunk() {
        let folder = folder();
        let mut bytes = numbered_bytes(12_000_000);
        let path = put(&folder, "file", &bytes);
        let tree = MerkleTree::of_file(&path).unwrap();
        assert_eq!((tree.leaves().len(), tree.len()), (184, 12_000_000));
        assert_eq!(tree.damaged(&path).unwrap(), [] as [usize; 0]);
        bytes[100 * CHUNK] ^= 1;
        assert_eq!(tree.damaged(&put(&folder, "file", &bytes)).unwrap(), [100]);
        assert_eq!(tree.chunk_range(100), 6_553_600..6_619_136);
        assert_eq!(tree.chunk_range(183), 183 * CHUNK as u64..12_000_000);
        assert!(tree.chunk_range(184).is_empty());
    }

    #[test]
    fn missing_and_surplus_chunks_are_damage() {
        let folder = folder();
        let bytes = numbered_bytes(95);
        let tree = MerkleTree::of_reader(&bytes[..], 10).unwrap();
        let damaged = |bytes: &[u8]| tree.damaged(&put(&folder, "file", bytes)).unwrap();
        assert_eq!(damaged(&bytes[..70]), [7, 8, 9]);
        assert_eq!(damaged(&bytes[..71]), [7, 8, 9]);
        assert_eq!(damaged(&[]), (0..10).collect::<Vec<_>>());
        assert_eq!(damaged(&[&bytes[..], b"more"].concat()), [9]);
        assert_eq!(damaged(&[&bytes[..], &[0; 20]].concat()), [9, 10, 11]);
        assert!(tree.damaged(&folder.path().join("absent")).unwrap_err().to_string().contains("not found"));
    }

    #[test]
    fn a_file_cut_to_its_first_chunks_has_no_node_for_a_root() {
        let bytes = numbered_bytes(40);
        let whole = MerkleTree::of_reader(&bytes[..], 10).unwrap();
        let half = MerkleTree::of_reader(&bytes[..20], 10).unwrap();
        // The half's top is an inner node of the whole; under the whole's length, and alone, it must not
        // pass.
        let posing = MerkleTree::from_leaves(half.leaves().to_vec(), whole.len(), 10);
        assert_ne!(posing.root(), whole.root());
        assert_ne!(half.root(), hash_node(half.leaves()));
        // Two leaves in one chunk are not the inner node over them.
        let joined = half.leaves().concat();
        assert_ne!(hash_chunk(&joined), hash_node(half.leaves()));
    }

    #[test]
    fn saved_trees_come_back_and_inconsistent_ones_are_refused() {
        let folder = folder();
        let path = folder.path().join("tree");
        for length in [0, 1, 10, 11, 95] {
            let tree = MerkleTree::of_reader(&numbered_bytes(length)[..], 10).unwrap();
            tree.save(&path).unwrap();
            assert_eq!(MerkleTree::load(&path).unwrap(), tree);
            let saved = fs::read(&path).unwrap();
            for position in 0..saved.len() {
                let mut altered = saved.clone();
                altered[position] ^= 0x40;
                let error = MerkleTree::load(&put(&folder, "altered", &altered)).unwrap_err();
                assert_eq!(
                    matches!(error, MerkleError::NotATree { .. }),
                    position < 8,
                    "byte {position}: {error}"
                );
            }
            for cut in 0..saved.len() {
                assert!(MerkleTree::load(&put(&folder, "cut", &saved[..cut])).is_err(), "{cut} bytes");
            }
            assert!(MerkleTree::load(&put(&folder, "longer", [&saved[..], &[0]].concat())).is_err());
        }
    }

    #[test]
    fn a_forged_proof_is_answered_not_crashed_on() {
        let root = MerkleTree::of_reader(&numbered_bytes(95)[..], 10).unwrap().root();
        for (chunk, size, length) in [
            (0, 0, 95),
            (0, 10, 0),
            (10, 10, 95),
            (u64::MAX, 10, 95),
            (u64::MAX - 1, 1, u64::MAX),
            (0, u64::MAX, u64::MAX),
            (0, 1, u64::MAX),
        ] {
            for siblings in [0, 4, 64] {
                let list = vec![format!("\"{}\"", "00".repeat(32)); siblings].join(",");
                let json = format!(
                    r#"{{"chunk":{chunk},"chunk_size":{size},"length":{length},"siblings":[{list}]}}"#
                );
                let proof: Proof = serde_json::from_str(&json).unwrap();
                assert!(!proof.check(b"", &root) && !proof.check(b"x", &root));
            }
        }
        assert!(
            serde_json::from_str::<Proof>(r#"{"chunk":0,"chunk_size":1,"length":2,"siblings":["é0"]}"#)
                .is_err()
        );
    }

    proptest! {
        #[test]
        fn an_altered_byte_is_found_in_exactly_its_chunk(
            mut bytes in prop::collection::vec(any::<u8>(), 1..400),
            chunk in 1usize..50,
            position: prop::sample::Index,
            change in 1u8..,
        ) {
            let folder = folder();
            let tree = MerkleTree::of_reader(&bytes[..], chunk).unwrap();
            prop_assert_eq!(tree.leaves().len(), bytes.len().div_ceil(chunk));
            let position = position.index(bytes.len());
            bytes[position] ^= change;
            let path = put(&folder, "file", &bytes);
            let damaged = tree.damaged(&path).unwrap();
            prop_assert_eq!(&damaged, &[position / chunk]);
            prop_assert!(tree.chunk_range(damaged[0]).contains(&(position as u64)));
            prop_assert_ne!(MerkleTree::of_reader(&bytes[..], chunk).unwrap().root(), tree.root());
        }

        #[test]
        fn proofs_check_and_altered_ones_do_not(
            bytes in prop::collection::vec(any::<u8>(), 1..400),
            chunk in 1usize..50,
            position: prop::sample::Index,
            bit in 0u8..8,
        ) {
            let tree = MerkleTree::of_reader(&bytes[..], chunk).unwrap();
            let pieces: Vec<&[u8]> = bytes.chunks(chunk).collect();
            prop_assert!(tree.proof(pieces.len()).is_none());
            let k = position.index(pieces.len());
            let proof = tree.proof(k).unwrap();
            let json = serde_json::to_value(&proof).unwrap();
            prop_assert_eq!(&serde_json::from_value::<Proof>(json.clone()).unwrap(), &proof);
            prop_assert!(proof.check(pieces[k], &tree.root()));

            let mut altered = pieces[k].to_vec();
            altered[position.index(pieces[k].len())] ^= 1 << bit;
            prop_assert!(!proof.check(&altered, &tree.root()));
            prop_assert!(!proof.check(&[pieces[k], b"\0"].concat(), &tree.root()));
            let mut root = tree.root();
            root[position.index(32)] ^= 1 << bit;
            prop_assert!(!proof.check(pieces[k], &root));

            let parsed = |json: Value| serde_json::from_value::<Proof>(json).unwrap();
            let rejected = |json: Value| !parsed(json).check(pieces[k], &tree.root());
            for (field, value) in [("chunk", k + 1), ("chunk_size", chunk + 1), ("length", bytes.len() + 1)] {
                let mut altered = json.clone();
                altered[field] = value.into();
                prop_assert!(rejected(altered), "another {}", field);
            }
            let siblings: Vec<Value> = json["siblings"].as_array().unwrap().clone();
            let with_siblings = |siblings: Vec<Value>| {
                let mut altered = json.clone();
                altered["siblings"] = siblings.into();
                altered
            };
            for i in 0..siblings.len() {
                let mut hash = from_hex(siblings[i].as_str().unwrap()).unwrap();
                hash[position.index(32)] ^= 1 << bit;
                let mut other = siblings.clone();
                other[i] = to_hex(&hash).into();
                prop_assert!(rejected(with_siblings(other)), "another sibling {}", i);
            }
            let surplus = [&siblings[..], &[to_hex(&tree.root()).into()]].concat();
            prop_assert!(rejected(with_siblings(surplus)), "a surplus sibling");
        }
    }

    #[test]
    fn prove_makes_a_proof_and_checks_it_without_the_rest() {
        let folder = folder();
        let bytes = numbered_bytes(3 * CHUNK + 5);
        let file = put(&folder, "file", &bytes);
        let (proof, piece) = (folder.path().join("proof.json"), put(&folder, "piece", &bytes[3 * CHUNK..]));
        let made = book(["prove", "--chunk", "3", "--out"], &[&proof, &file]);
        assert_eq!(made.status.code(), Some(0));
        let root = MerkleTree::of_file(&file).unwrap().root_hex();
        assert!(stdout(&made).contains(&root) && stdout(&made).lines().count() == 1);

        let check = |arguments: [&str; 2], path: &Path| {
            book(["prove", "--root", arguments[0], arguments[1]], &[path, Path::new("--check"), &proof])
        };
        let code = |output: Output| (output.status.code(), stdout(&output).lines().count());
        assert_eq!(code(check([&root, "--chunk-file"], &piece)), (Some(0), 1));
        assert_eq!(code(check([&root, "--file"], &file)), (Some(0), 1));
        assert_eq!(code(check([&"0".repeat(64), "--file"], &file)), (Some(1), 1));
        let longer = put(&folder, "longer", &bytes[3 * CHUNK - 1..]);
        assert_eq!(code(check([&root, "--chunk-file"], &longer)), (Some(1), 1));
        let truncated = put(&folder, "truncated", &bytes[..CHUNK]);
        assert_eq!(code(check([&root, "--file"], &truncated)), (Some(1), 1));

        assert_refused(&book(["prove", "--chunk", "4"], &[&file]), "4 chunks are 0 to 3");
        assert_refused(&book(["prove", "--chunk", "0"], &[&put(&folder, "empty", b"")]), "empty");
        assert_refused(&book(["prove", "--chunk", "0"], &[folder.path()]), "directory");
        fs::write(&proof, "{\"chunk\": 3}").unwrap();
        assert_refused(&check([&root, "--file"], &file), "not a proof");
        assert_eq!(
            book(["prove", "--check", "x", "--root", "12", "--file", "y"], &[]).status.code(),
            Some(2)
        );
    }
}

mod tables {
    use super::*;

    fn by_key(column: &str) -> Options {
        Options { key: Some(column.into()), ..Options::default() }
    }

    /// Numbers of the rows that changed (in A and in B), and of those only in A and only in B.
    type Rows = (Vec<(u64, u64)>, Vec<u64>, Vec<u64>);

    fn named(comparison: &Comparison) -> Rows {
        let changed = comparison.changed.iter().map(|pair| (pair.a.row, pair.b.row)).collect();
        let only_a = comparison.only_in_a.iter().map(|row| row.row).collect();
        let only_b = comparison.only_in_b.iter().map(|row| row.row).collect();
        (changed, only_a, only_b)
    }

    fn compared(a: impl AsRef<[u8]>, b: impl AsRef<[u8]>, options: &Options) -> (TempDir, Comparison) {
        let folder = folder();
        let comparison = compare(&put(&folder, "a.csv", a), &put(&folder, "b.csv", b), options).unwrap();
        (folder, comparison)
    }

    fn quick(a: impl AsRef<[u8]>, b: impl AsRef<[u8]>) -> Comparison {
        compared(a, b, &Options::default()).1
    }

    fn million() -> Vec<String> {
        let row = |i: u64| {
            format!("{i},{:.9},name {},\"a, \"\"b\"\" {}\"", i as f64 / 7.0, i * 7919 % 100_003, i % 97)
        };
        (0..1_000_000).map(row).collect()
    }

    fn csv(rows: &[String]) -> String {
        let mut text = "id,value,name,note\n".to_string();
        rows.iter().for_each(|row| writeln!(text, "{row}").unwrap());
        text
    }

    #[test]
    fn of_a_million_rows_the_differing_ones_are_named_by_few_nodes() {
        let folder = folder();
        let original = million();
        let mut rows = original.clone();
        let a = put(&folder, "a.csv", csv(&rows));
        let same = put(&folder, "same.csv", csv(&rows));
        for k in [4, 499_999, 999_999] {
            rows[k] = rows[k].replace("name", "NAME");
        }
        let b = put(&folder, "b.csv", csv(&rows));
        rows.remove(700_000);
        rows.insert(250_000, "-1,0,new,row".into());
        let c = put(&folder, "c.csv", csv(&rows));

        let equal = compare(&a, &same, &Options::default()).unwrap();
        assert!(equal.is_equal());
        assert_eq!((equal.a.visited, equal.b.visited, equal.rows()), (1, 1, 1_000_000));

        let changed = compare(&a, &b, &Options::default()).unwrap();
        assert_eq!(
            named(&changed),
            (vec![(5, 5), (500_000, 500_000), (1_000_000, 1_000_000)], vec![], vec![])
        );
        let cells = changed.cells(&changed.changed[0]).unwrap();
        assert_eq!(cells.len(), 1);
        assert_eq!(cells[0].column, b"name");
        assert_eq!(cells[0].from.as_deref(), Some(&b"name 31676"[..]));
        assert_eq!(cells[0].to.as_deref(), Some(&b"NAME 31676"[..]));

        for (options, other) in [(Options::default(), &c), (by_key("id"), &c)] {
            let moved = compare(&a, other, &options).unwrap();
            let expected = vec![(5, 5), (500_000, 500_001), (1_000_000, 1_000_000)];
            assert_eq!(named(&moved), (expected, vec![700_001], vec![250_001]));
            for side in [&moved.a, &moved.b] {
                assert!(side.nodes > 20_000, "{} nodes", side.nodes);
                assert!(side.visited * 100 < side.nodes, "{} of {}", side.visited, side.nodes);
            }
        }

        let output = book(["diff"], &[&a, &b]);
        assert_eq!(output.status.code(), Some(1));
        assert!(stdout(&output).contains("changed  row 500,000: name "), "{}", stdout(&output));
        assert!(stdout(&output).contains("3 of 1,000,000 rows differ"), "{}", stdout(&output));
        let output = book(["diff"], &[&a, &same]);
        assert_eq!(output.status.code(), Some(0));
        assert!(
            stdout(&output).starts_with("0 of 1,000,000 rows differ; visited 1 of "),
            "{}",
            stdout(&output)
        );
    }

    #[test]
    fn quotes_newlines_and_line_endings_are_spelling() {
        let a = "id,text\n1,plain\n2,\"two\nlines, \"\"quoted\"\"\"\n3,x\n";
        let b = "\u{feff}\"id\",text\r\n1,\"plain\"\r\n2,\"two\nlines, \"\"quoted\"\"\"\r\n\"3\",x";
        let comparison = quick(a, b);
        assert!(comparison.is_equal());
        assert_eq!(comparison.rows(), 3);
        let notes = comparison.notes.join("; ");
        assert_eq!(
            notes,
            "line endings: LF in A, CRLF in B; B has no newline after its last row; \
                           B begins with a byte-order mark"
        );
        let (_folder, other) = compared(a, a.replace("lines,", "lines;"), &Options::default());
        let cells = other.cells(&other.changed[0]).unwrap();
        assert_eq!(cells[0].from.as_deref(), Some(&b"two\nlines, \"quoted\""[..]));
    }

    #[test]
    fn a_row_that_is_too_short_or_too_long_is_a_changed_row() {
        let rows: String = (0..30).map(|i| format!("{i},x,y\n")).collect();
        let a = format!("a,b,c\n{rows}");
        let (_folder, comparison) =
            compared(&a, a.replace("\n7,x,y", "\n7,x").replace("\n9,x,y", "\n9,x,y,z"), &by_key("a"));
        assert_eq!(named(&comparison), (vec![(8, 8), (10, 10)], vec![], vec![]));
        let short = comparison.cells(&comparison.changed[0]).unwrap();
        assert_eq!((short[0].column.as_slice(), short[0].to.as_deref()), (&b"c"[..], None));
        let long = comparison.cells(&comparison.changed[1]).unwrap();
        assert_eq!((long[0].column.as_slice(), long[0].from.as_deref()), (&b"column 4"[..], None));
    }

    #[test]
    fn columns_are_matched_by_name() {
        let reordered = quick("id,a,b\n1,x,y\n2,u,v\n", "b,id,a\ny,1,x\nw,2,u\n");
        assert!(reordered.header_differs && reordered.columns.reordered);
        assert_eq!(named(&reordered), (vec![(2, 2)], vec![], vec![]));
        let only_order = quick("id,a\n1,x\n", "a,id\nx,1\n");
        assert!(!only_order.is_equal() && only_order.differing() == 0);

        let added = quick("id,a\n1,x\n2,y\n", "id,new,a\n1,0,x\n2,0,z\n");
        assert_eq!(added.columns.only_in_b, [b"new"]);
        assert_eq!(named(&added), (vec![(2, 2)], vec![], vec![]));
        let renamed = quick("id,a\n1,x\n", "id,c\n1,x\n");
        assert_eq!(renamed.columns.renamed, [(b"a".to_vec(), b"c".to_vec())]);
        assert!(!renamed.is_equal() && renamed.differing() == 0);

        let without = Options { header: false, ..Options::default() };
        let (_folder, data) = compared("1,x\n2,y\n", "1,z\n2,y\n", &without);
        assert_eq!(named(&data), (vec![(1, 1)], vec![], vec![]));
    }

    #[test]
    fn a_key_matches_rows_in_any_order() {
        let rows: Vec<String> = (0..500).map(|i| format!("{i},{},y,z", i * i)).collect();
        let mut other = rows.clone();
        other.reverse();
        other[0] = "499,changed,y,z".into();
        other.push("new,1,y,z".into());
        let (a, b) = (csv(&rows), csv(&other));
        let (_folder, comparison) = compared(&a, &b, &by_key("id"));
        assert_eq!(named(&comparison), (vec![(500, 1)], vec![], vec![501]));
        assert!(comparison.moved > 490);
        let folder = folder();
        let (a, b) = (put(&folder, "a", &a), put(&folder, "b", &b));
        assert_refused(&book(["diff", "--key", "ID"], &[&a, &b]), "must be one of: id, value, name, note");
    }

    #[test]
    fn what_is_no_table_is_compared_by_line() {
        let a = "Dear reader,\nhe said \"no\", and \"never, ever\nagain.\n\nYours\n";
        let b = "Dear reader,\nhe said \"no\", and \"never, ever\nonce again.\n\nYours\n";
        let comparison = quick(a, b);
        assert!(comparison.lines);
        assert_eq!(named(&comparison), (vec![(3, 3)], vec![], vec![]));
        let folder = folder();
        let (a, b) = (put(&folder, "a", a), put(&folder, "b", b));
        assert_refused(&book(["diff", "--key", "x"], &[&a, &b]), "not a CSV table");
        let open_quote = quick("a,b\n1,\"x\n2,y\n", "a,b\n1,\"x\n2,z\n");
        assert!(open_quote.lines);
        assert_eq!(named(&open_quote), (vec![(3, 3)], vec![], vec![]));
    }

    #[test]
    fn empty_files_and_files_with_a_header_alone() {
        assert!(quick("", "").is_equal());
        assert!(quick("a,b\n", "a,b").is_equal());
        assert_eq!(named(&quick("a,b\n", "a,b\n1,2\n3,4\n")), (vec![], vec![], vec![1, 2]));
        let from_nothing = quick("", "a,b\n1,2\n");
        assert_eq!(named(&from_nothing), (vec![], vec![], vec![1]));
        assert!(!quick("", "a,b\n").is_equal(), "a header is more than nothing");
    }

    #[test]
    fn repeated_rows_are_counted_not_confused() {
        let same = "1,1\n".repeat(100_000);
        let more = quick(format!("a,b\n{same}"), format!("a,b\n{same}1,1\n"));
        assert_eq!((more.differing(), more.only_in_b.len()), (1, 1));
        let alternating: String = (0..100_000).map(|i| format!("{},0\n", i % 3)).collect();
        let shifted = quick(format!("a,b\n{alternating}"), format!("a,b\n9,9\n{alternating}"));
        assert_eq!(named(&shifted), (vec![], vec![], vec![1]));
        let twice = quick(format!("a,b\n{alternating}"), format!("a,b\n9,9\n{alternating}8,8\n"));
        assert_eq!(named(&twice), (vec![], vec![], vec![1, 100_002]));
    }

    #[test]
    fn many_differences_are_cut_short_and_json_says_the_same() {
        let rows: Vec<String> = (0..60).map(|i| format!("{i},{i},a,b")).collect();
        let other: Vec<String> = rows.iter().map(|row| row.replace("a,b", "a,\u{fc}\u{1b}")).collect();
        let folder = folder();
        let a = put(&folder, "a", csv(&rows));
        let mut bytes = csv(&other).into_bytes();
        let end = bytes.len();
        bytes[end - 2] = 0xff;
        let b = put(&folder, "b", bytes);
        let text = stdout(&book(["diff"], &[&a, &b]));
        assert_eq!(text.lines().filter(|line| line.starts_with("changed  row")).count(), 20, "{text}");
        assert!(text.contains("… and 40 more changed rows"), "{text}");
        assert!(text.contains("note \"b\" → \"ü\\u{1b}\""), "{text}");
        let all = stdout(&book(["diff", "--all"], &[&a, &b]));
        assert_eq!(all.lines().filter(|line| line.starts_with("changed  row")).count(), 60, "{all}");
        assert!(all.contains("\"ü\\xff\""), "{all}");
        let output = book(["diff", "--json"], &[&a, &b]);
        let json: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert_eq!((&json["counts"]["changed"], &json["equal"]), (&60.into(), &false.into()));
        assert_eq!(json["changed"][19]["cells"][0]["to"], "\u{fc}\u{1b}");
    }

    #[test]
    fn bad_input_is_one_line() {
        let folder = folder();
        let a = put(&folder, "a", "a,b\n");
        assert_refused(&book(["diff"], &[&a, &folder.path().join("absent")]), "not found");
        assert_refused(&book(["diff"], &[folder.path(), &a]), "is a directory");
    }

    #[derive(Clone, Debug)]
    enum Edit {
        Change(String),
        Delete,
        Insert(String),
    }

    fn edit() -> impl Strategy<Value = Edit> {
        let text = "[ab,\"\n ]{0,3}";
        prop_oneof![text.prop_map(Edit::Change), Just(Edit::Delete), text.prop_map(Edit::Insert)]
    }

    fn quote(value: &str) -> String {
        format!("\"{}\"", value.replace('"', "\"\""))
    }

    fn table(rows: &[[String; 3]]) -> String {
        let mut text = "id,x,y\n".to_string();
        rows.iter().for_each(|row| writeln!(text, "{},{},{}", row[0], quote(&row[1]), row[2]).unwrap());
        text
    }

    fn start(values: &[String]) -> Vec<[String; 3]> {
        values.iter().enumerate().map(|(i, x)| [i.to_string(), x.clone(), (i % 5).to_string()]).collect()
    }

    /// Applies what was reported to A's rows; B's rows must come out.
    fn rebuild(a: &[[String; 3]], comparison: &Comparison) -> Vec<Vec<String>> {
        let text = |value: Option<Vec<u8>>| String::from_utf8(value.unwrap()).unwrap();
        let mut rebuilt: Vec<Option<Vec<String>>> = vec![None; comparison.b.rows];
        let mut used: HashSet<u64> = comparison.only_in_a.iter().map(|row| row.row).collect();
        for pair in &comparison.changed {
            let mut row = a[pair.a.row as usize - 1].to_vec();
            for cell in comparison.cells(pair).unwrap() {
                let place = ["id", "x", "y"].iter().position(|name| name.as_bytes() == cell.column).unwrap();
                assert_eq!(row[place], text(cell.from));
                row[place] = text(cell.to);
            }
            assert!(used.insert(pair.a.row), "one row of A in two places");
            assert!(rebuilt[pair.b.row as usize - 1].replace(row).is_none());
        }
        for row in &comparison.only_in_b {
            let values = comparison.b.values(*row).unwrap().into_iter().map(text).collect();
            assert!(rebuilt[row.row as usize - 1].replace(values).is_none());
        }
        let mut rest = (1..).zip(a).filter(|(row, _)| !used.contains(row)).map(|(_, values)| values.to_vec());
        let rebuilt = rebuilt.into_iter().map(|row| row.or_else(|| rest.next()).unwrap()).collect();
        assert!(rest.next().is_none(), "a row of A is nowhere in B");
        rebuilt
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        /// Any edits of tables with many equal rows: what is reported turns A into B.
        #[test]
        fn the_report_turns_a_into_b(
            values in prop::collection::vec("[ab]{0,1}", 0..600),
            edits in prop::collection::vec((any::<prop::sample::Index>(), edit()), 0..40),
            with_ids: bool,
        ) {
            let mut a = start(&values);
            if !with_ids {
                a.iter_mut().for_each(|row| row[0] = "1".into());
            }
            let mut b = a.clone();
            for (place, edit) in edits {
                let place = place.index(b.len() + 1);
                match edit {
                    Edit::Change(x) if place < b.len() => b[place][1] = x,
                    Edit::Delete if place < b.len() => drop(b.remove(place)),
                    Edit::Insert(x) => b.insert(place, [format!("n{place}"), x, "9".into()]),
                    _ => {}
                }
            }
            let (_folder, comparison) = compared(table(&a), table(&b), &Options::default());
            prop_assert_eq!(comparison.is_equal(), a == b);
            prop_assert_eq!(rebuild(&a, &comparison), b);
        }

        /// Edits apart from each other, in rows that are all different: exactly those are reported, by
        /// place and by key.
        #[test]
        fn edits_apart_are_reported_one_by_one(
            values in prop::collection::vec("[a-c]{0,3}", 0..400),
            edits in prop::collection::vec(prop::option::weighted(0.2, edit()), 200),
        ) {
            let a = start(&values);
            let (mut b, mut expected) = (Vec::new(), (vec![], vec![], vec![]));
            for (i, row) in a.iter().enumerate() {
                let edit = if i % 2 == 1 { edits[i / 2].clone() } else { None };
                let number = i as u64 + 1;
                match edit {
                    Some(Edit::Change(x)) if x != row[1] => {
                        b.push([row[0].clone(), x, row[2].clone()]);
                        expected.0.push((number, b.len() as u64));
                    }
                    Some(Edit::Delete) => expected.1.push(number),
                    Some(Edit::Insert(x)) => {
                        b.push([format!("new {i}"), x, String::new()]);
                        expected.2.push(b.len() as u64);
                        b.push(row.clone());
                    }
                    _ => b.push(row.clone()),
                }
            }
            for options in [Options::default(), by_key("id")] {
                let (_folder, comparison) = compared(table(&a), table(&b), &options);
                prop_assert_eq!(named(&comparison), expected.clone());
            }
        }

        /// By key, against a comparison with a map, whatever the order.
        #[test]
        fn by_key_agrees_with_a_plain_map(
            left in prop::collection::hash_map(0u32..300, "[ab]{0,2}", 0..200),
            right in prop::collection::hash_map(0u32..300, "[ab]{0,2}", 0..200),
        ) {
            let list = |map: &HashMap<u32, String>| -> Vec<[String; 3]> {
                map.iter().map(|(id, x)| [id.to_string(), x.clone(), "y".into()]).collect()
            };
            let (a, b) = (list(&left), list(&right));
            let (_folder, comparison) = compared(table(&a), table(&b), &by_key("id"));
            let ids = |rows: Vec<u64>, of: &[[String; 3]]| -> HashSet<u32> {
                rows.iter().map(|row| of[*row as usize - 1][0].parse().unwrap()).collect()
            };
            let (changed, only_a, only_b) = named(&comparison);
            for &(i, j) in &changed {
                prop_assert_eq!(&a[i as usize - 1][0], &b[j as usize - 1][0]);
            }
            let changed = changed.into_iter().map(|pair| pair.0).collect();
            let naive = |keep: fn(Option<&String>, Option<&String>) -> bool| -> HashSet<u32> {
                (0..300).filter(|id| keep(left.get(id), right.get(id))).collect()
            };
            prop_assert_eq!(ids(changed, &a), naive(|a, b| a.is_some() && b.is_some() && a != b));
            prop_assert_eq!(ids(only_a, &a), naive(|a, b| a.is_some() && b.is_none()));
            prop_assert_eq!(ids(only_b, &b), naive(|a, b| a.is_none() && b.is_some()));
        }
    }
}
