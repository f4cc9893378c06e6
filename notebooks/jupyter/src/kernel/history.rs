//! The cells of this session, for consoles that let the reader go back to them.

use jupyter_protocol::{HistoryEntry, HistoryRequest};
use serde_json::{Value, json};

/// Answers from the inputs of the session, numbered from 1. Outputs are not kept.
pub fn history(inputs: &[String], asked: &HistoryRequest) -> Value {
    let all = inputs.iter().enumerate().map(|(i, input)| (i + 1, input));
    let (found, with_output): (Vec<(usize, &String)>, bool) = match asked {
        HistoryRequest::Range { start, stop, output, .. } => {
            let from = usize::try_from(*start).unwrap_or(0);
            // 0 and less count from the end.
            let to = usize::try_from(*stop).ok().filter(|&to| to > 0).unwrap_or(inputs.len() + 1);
            (all.filter(|&(number, _)| number >= from && number < to).collect(), *output)
        }
        HistoryRequest::Tail { n, output, .. } => {
            let skipped = inputs.len().saturating_sub(usize::try_from(*n).unwrap_or(0));
            (all.skip(skipped).collect(), *output)
        }
        HistoryRequest::Search { pattern, unique, output, n, .. } => {
            let mut found: Vec<(usize, &String)> = all.filter(|(_, input)| matches(pattern, input)).collect();
            if *unique {
                let mut seen = std::collections::BTreeSet::new();
                found.reverse();
                found.retain(|(_, input)| seen.insert(input.as_str()));
                found.reverse();
            }
            let skipped = found.len().saturating_sub(usize::try_from(*n).unwrap_or(0));
            (found.split_off(skipped), *output)
        }
    };
    let entry = |(number, input): (usize, &String)| match with_output {
        true => HistoryEntry::InputOutput(0, number, (input.clone(), String::new())),
        false => HistoryEntry::Input(0, number, input.clone()),
    };
    json!({ "status": "ok", "history": found.into_iter().map(entry).collect::<Vec<_>>() })
}

/// Whether a text fits a pattern with `*` for any characters and `?` for one.
fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut star, mut rest) = (0, None, 0);
    let mut place = 0;
    while place < text.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some(at);
                rest = place;
                at += 1;
            }
            Some(&wanted) if wanted == '?' || wanted == text[place] => {
                at += 1;
                place += 1;
            }
            _ => {
                let Some(before) = star else { return false };
                // The star takes one character more.
                rest += 1;
                place = rest;
                at = before + 1;
            }
        }
    }
    pattern[at..].iter().all(|&c| c == '*')
}

#[cfg(test)]
mod tests {
    use super::{history, matches};
    use jupyter_protocol::HistoryRequest;

    #[test]
    fn a_star_stands_for_anything() {
        assert!(matches("*ok*", "it is ok, yes") && matches("a?c", "abc") && matches("*", ""));
        assert!(!matches("a*b", "abc") && !matches("?", ""));
    }

    #[test]
    fn the_tail_and_a_search_find_cells() {
        let inputs = ["a", "b", "a"].map(str::to_owned);
        let tail = HistoryRequest::Tail { n: 2, output: false, raw: true };
        assert_eq!(history(&inputs, &tail)["history"], serde_json::json!([[0, 2, "b"], [0, 3, "a"]]));
        let search =
            HistoryRequest::Search { pattern: "a*".into(), unique: true, output: false, raw: true, n: 9 };
        assert_eq!(history(&inputs, &search)["history"], serde_json::json!([[0, 3, "a"]]));
    }
}
