//! `book data diff A.csv B.csv`: names the rows in which two tables differ.

use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use mlbook::data::diff::{Comparison, DiffError, Options, RowAt, RowPair, Side, compare, escape};
use mlbook::show::grouped;
use serde_json::{Value, json};

/// Rows of each kind that are named without `--all`.
const SHOWN: usize = 20;

/// Characters of a value that are shown without `--all`.
const VALUE_WIDTH: usize = 120;

/// Compares two CSV tables and names the rows that changed, and those that only one of them has.
///
/// Exit code: 0 equal, 1 different, 2 bad input.
#[derive(Args, Debug)]
pub struct DiffArgs {
    /// The first table
    a: PathBuf,
    /// The second table
    b: PathBuf,
    /// Match rows by the value in this column, in any order; without it, by their place
    #[arg(long, value_name = "COLUMN")]
    key: Option<String>,
    /// The first row is data, not the names of the columns; a key is then a column's number, from 1
    #[arg(long)]
    no_header: bool,
    /// Name all differing rows and show whole values, not the first 20 of each kind
    #[arg(long)]
    all: bool,
    /// One JSON object instead of text
    #[arg(long)]
    json: bool,
}

/// Compares and prints; the exit code tells whether the tables are equal.
pub fn run(args: DiffArgs) -> Result<ExitCode> {
    let options = Options { key: args.key.clone(), header: !args.no_header };
    let comparison = match compare(&args.a, &args.b, &options) {
        Ok(comparison) => comparison,
        Err(error) => {
            eprintln!("{error}");
            return Ok(ExitCode::from(2));
        }
    };
    let shown = if args.all { usize::MAX } else { SHOWN };
    let mut out = BufWriter::new(io::stdout().lock());
    let printed = match args.json {
        true => as_json(&comparison, shown).and_then(|report| Ok(writeln!(out, "{report:#}")?)),
        false => print_text(&comparison, shown, &mut out),
    };
    match printed.and_then(|()| Ok(out.flush()?)) {
        // Whoever closes the pipe has read enough.
        Err(error)
            if error.downcast_ref::<io::Error>().is_some_and(|e| e.kind() == io::ErrorKind::BrokenPipe) => {}
        Err(error) => {
            eprintln!("{error}");
            return Ok(ExitCode::from(2));
        }
        Ok(()) => {}
    }
    Ok(if comparison.is_equal() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn print_text(comparison: &Comparison, shown: usize, out: &mut impl Write) -> Result<()> {
    for line in header_lines(comparison).iter().chain(&comparison.notes) {
        writeln!(out, "{line}")?;
    }
    for pair in comparison.changed.iter().take(shown) {
        print_changed(comparison, pair, shown, out)?;
    }
    print_rest("changed rows", comparison.changed.len(), shown, out)?;
    print_only("A", &comparison.a, &comparison.only_in_a, shown, out)?;
    print_only("B", &comparison.b, &comparison.only_in_b, shown, out)?;
    writeln!(out, "{}", summary(comparison))?;
    Ok(())
}

fn header_lines(comparison: &Comparison) -> Vec<String> {
    let columns = &comparison.columns;
    let list =
        |names: &[Vec<u8>]| names.iter().map(|name| quoted(name, VALUE_WIDTH)).collect::<Vec<_>>().join(", ");
    let mut lines = Vec::new();
    for (file, names) in [("A", &columns.only_in_a), ("B", &columns.only_in_b)] {
        if !names.is_empty() {
            lines.push(format!("columns only in {file}, not compared: {}", list(names)));
        }
    }
    for (a, b) in &columns.renamed {
        lines.push(format!(
            "column {} of A is named {} in B",
            quoted(a, VALUE_WIDTH),
            quoted(b, VALUE_WIDTH)
        ));
    }
    if columns.reordered {
        lines.push("B has the columns in another order; compared by name".to_string());
    }
    lines
}

fn print_changed(comparison: &Comparison, pair: &RowPair, shown: usize, out: &mut impl Write) -> Result<()> {
    let row = row_name(comparison);
    match pair.a.row == pair.b.row {
        true => write!(out, "changed  {row} {}:", grouped(pair.a.row))?,
        false => write!(out, "changed  {row} {} of A, {} of B:", grouped(pair.a.row), grouped(pair.b.row))?,
    }
    let width = value_width(shown);
    for (i, cell) in comparison.cells(pair)?.iter().enumerate() {
        let separator = if i == 0 { "" } else { "," };
        let name = if comparison.lines { String::new() } else { escape(&cell.column) + " " };
        let [from, to] = [&cell.from, &cell.to].map(|value| optional(value.as_deref(), width));
        write!(out, "{separator} {name}{from} → {to}")?;
    }
    writeln!(out)?;
    Ok(())
}

fn print_only(file: &str, side: &Side, rows: &[RowAt], shown: usize, out: &mut impl Write) -> Result<()> {
    for row in rows.iter().take(shown) {
        let values = side.values(*row)?;
        let values: Vec<String> =
            values.iter().map(|value| optional(value.as_deref(), value_width(shown))).collect();
        writeln!(out, "only in {file}  {}: {}", grouped(row.row), values.join(", "))?;
    }
    print_rest(&format!("rows only in {file}"), rows.len(), shown, out)
}

fn print_rest(what: &str, count: usize, shown: usize, out: &mut impl Write) -> Result<()> {
    if count > shown {
        writeln!(out, "… and {} more {what} (--all names them)", grouped(count - shown))?;
    }
    Ok(())
}

/// `3 of 1,000,000 rows differ (2 changed, 1 only in A, 0 only in B); visited 61 of 31,000 nodes`.
fn summary(comparison: &Comparison) -> String {
    let row = row_name(comparison);
    let (visited, nodes) = visited(comparison);
    let visited = format!("visited {} of {} nodes", grouped(visited), grouped(nodes));
    let moved = match comparison.moved {
        0 => String::new(),
        moved => format!("; {} at another place", grouped(moved)),
    };
    let rows = grouped(comparison.rows());
    if comparison.differing() == 0 {
        return format!("0 of {rows} {row}s differ{moved}; {visited}");
    }
    let changed = grouped(comparison.changed.len());
    let (only_a, only_b) = (grouped(comparison.only_in_a.len()), grouped(comparison.only_in_b.len()));
    let kinds = format!("{changed} changed, {only_a} only in A, {only_b} only in B");
    format!("{} of {rows} {row}s differ ({kinds}){moved}; {visited}", grouped(comparison.differing()))
}

/// Of the two trees, the numbers of the one where more nodes were visited.
fn visited(comparison: &Comparison) -> (usize, usize) {
    let sides = [&comparison.a, &comparison.b].map(|side| (side.visited, side.nodes));
    sides[0].max(sides[1])
}

fn as_json(comparison: &Comparison, shown: usize) -> Result<Value> {
    let changed = comparison.changed.iter().take(shown).map(|pair| {
        let cells = comparison.cells(pair)?.into_iter().map(|cell| {
            let [from, to] = [cell.from, cell.to].map(|value| value.map(text));
            json!({ "column": text(cell.column), "from": from, "to": to })
        });
        Ok(json!({ "row_a": pair.a.row, "row_b": pair.b.row, "cells": cells.collect::<Vec<_>>() }))
    });
    let only = |side: &Side, rows: &[RowAt]| -> Result<Vec<Value>, DiffError> {
        let one = |row: &RowAt| {
            let values: Vec<_> = side.values(*row)?.into_iter().map(|value| value.map(text)).collect();
            Ok(json!({ "row": row.row, "values": values }))
        };
        rows.iter().take(shown).map(one).collect()
    };
    let names = |names: &[Vec<u8>]| names.iter().cloned().map(text).collect::<Vec<_>>();
    let columns = &comparison.columns;
    let renamed = columns.renamed.iter().map(|(a, b)| json!({ "a": text(a.clone()), "b": text(b.clone()) }));
    let (visited, nodes) = visited(comparison);
    Ok(json!({
        "equal": comparison.is_equal(),
        "by_line": comparison.lines,
        "rows": { "a": comparison.a.rows, "b": comparison.b.rows, "differ": comparison.differing() },
        "counts": {
            "changed": comparison.changed.len(),
            "only_in_a": comparison.only_in_a.len(),
            "only_in_b": comparison.only_in_b.len(),
            "moved": comparison.moved,
        },
        "visited": visited,
        "nodes": nodes,
        "header": {
            "differs": comparison.header_differs,
            "only_in_a": names(&columns.only_in_a),
            "only_in_b": names(&columns.only_in_b),
            "renamed": renamed.collect::<Vec<_>>(),
            "reordered": columns.reordered,
        },
        "notes": comparison.notes,
        "changed": changed.collect::<Result<Vec<_>, DiffError>>()?,
        "only_in_a": only(&comparison.a, &comparison.only_in_a)?,
        "only_in_b": only(&comparison.b, &comparison.only_in_b)?,
    }))
}

fn row_name(comparison: &Comparison) -> &'static str {
    if comparison.lines { "line" } else { "row" }
}

fn value_width(shown: usize) -> usize {
    if shown == usize::MAX { usize::MAX } else { VALUE_WIDTH }
}

fn optional(value: Option<&[u8]>, width: usize) -> String {
    value.map_or("nothing".to_string(), |value| quoted(value, width))
}

fn quoted(value: &[u8], width: usize) -> String {
    let text = escape(value);
    match text.char_indices().nth(width) {
        Some((end, _)) => format!("\"{}…\"", &text[..end]),
        None => format!("\"{text}\""),
    }
}

/// JSON holds text: UTF-8 as it is, other bytes escaped.
fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| escape(error.as_bytes()))
}
