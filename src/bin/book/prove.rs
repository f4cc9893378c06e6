//! `book data prove`: makes a proof that a chunk belongs to a file, and checks one without the rest of the
//! file.

use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::Args;
use mlbook::data::merkle::{Hash, MerkleTree, Proof, from_hex};
use mlbook::files::{self, FileError};

/// Makes a proof for one chunk of a file, or checks a chunk against a proof and a root.
///
/// Exit code: 0 made or valid, 1 not valid, 2 bad input.
#[derive(Args, Debug)]
#[command(override_usage = "book data prove FILE --chunk K [--out PROOF.json]\n       \
    book data prove --check PROOF.json --root HEX (--chunk-file BYTES | --file FILE)")]
pub struct ProveArgs {
    /// The file to prove a chunk of
    #[arg(required_unless_present = "check", requires = "chunk")]
    path: Option<PathBuf>,
    /// Which chunk of 65,536 bytes, counted from 0
    #[arg(long, value_name = "K")]
    chunk: Option<usize>,
    /// Where the proof goes; printed when absent
    #[arg(long, value_name = "PROOF")]
    out: Option<PathBuf>,
    /// Check this proof
    #[arg(long, value_name = "PROOF", conflicts_with_all = ["path", "chunk", "out"], requires = "root")]
    check: Option<PathBuf>,
    /// A file that holds the chunk's bytes and nothing else
    #[arg(long, value_name = "BYTES", requires = "check", conflicts_with = "file")]
    chunk_file: Option<PathBuf>,
    /// The whole file, of which only the chunk is read
    #[arg(long, value_name = "FILE", requires = "check")]
    file: Option<PathBuf>,
    /// The root to check against: 64 hexadecimal digits
    #[arg(long, value_name = "HEX", requires = "check", value_parser = parse_root)]
    root: Option<Root>,
}

#[derive(Clone, Copy, Debug)]
struct Root(Hash);

fn parse_root(text: &str) -> Result<Root, String> {
    from_hex(text).map(Root).ok_or_else(|| "a root has 64 hexadecimal digits".to_string())
}

/// Makes or checks a proof and prints one line.
pub fn run(args: ProveArgs) -> Result<ExitCode> {
    let outcome = match (&args.path, args.chunk, &args.check, args.root) {
        (_, _, Some(proof), Some(Root(root))) => check(&args, proof, &root),
        (Some(file), Some(chunk), _, _) => make(file, chunk, args.out.as_deref()),
        _ => {
            Err(anyhow::anyhow!("give FILE and --chunk to make a proof, or --check and --root to check one"))
        }
    };
    Ok(outcome.unwrap_or_else(|error| {
        eprintln!("{error}");
        ExitCode::from(2)
    }))
}

fn make(file: &Path, chunk: usize, out: Option<&Path>) -> Result<ExitCode> {
    let tree = MerkleTree::of_file(file)?;
    let Some(proof) = tree.proof(chunk) else {
        let (name, count) = (file.display(), tree.leaves().len());
        match count {
            0 => bail!("{name}: the file is empty and has no chunk to prove. Choose another file."),
            _ => bail!(
                "{name}: no chunk {chunk}; its {count} chunks are 0 to {}. Choose one of these.",
                count - 1
            ),
        }
    };
    let json = serde_json::to_string(&proof)? + "\n";
    match out {
        Some(out) => {
            files::write(out, json.as_bytes())?;
            println!(
                "chunk {chunk} of {} under root {}: proof in {}",
                file.display(),
                tree.root_hex(),
                out.display()
            );
        }
        None => {
            io::stdout().write_all(json.as_bytes())?;
            eprintln!("root {}", tree.root_hex());
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn check(args: &ProveArgs, path: &Path, root: &Hash) -> Result<ExitCode> {
    let proof: Proof = serde_json::from_slice(&files::read(path)?).map_err(|error| {
        anyhow::anyhow!(
            "{}: not a proof: {error}. Make one with: book data prove FILE --chunk K --out PROOF",
            path.display()
        )
    })?;
    let bytes = match (&args.chunk_file, &args.file) {
        (Some(bytes), _) => read_chunk(bytes, &proof, 0)?,
        (None, Some(file)) => {
            let start = proof.range().start;
            let mut bytes = read_chunk(file, &proof, start)?;
            // One byte more was asked for, to tell a longer chunk file; in a whole file it is the next
            // chunk's.
            bytes.truncate(usize::try_from(proof.range().end - start).unwrap_or(usize::MAX));
            bytes
        }
        (None, None) => bail!("no bytes to check. Give --chunk-file BYTES or --file FILE."),
    };
    if proof.check(&bytes, root) {
        println!(
            "valid: chunk {} belongs to the file with root {}",
            proof.chunk,
            mlbook::data::merkle::to_hex(root)
        );
        return Ok(ExitCode::SUCCESS);
    }
    println!("not valid: these bytes are not chunk {} of the file with that root", proof.chunk);
    Ok(ExitCode::from(1))
}

/// At most the chunk's bytes and one more, so that a wrong, huge file costs nothing. A file that ends
/// before gives fewer.
fn read_chunk(path: &Path, proof: &Proof, start: u64) -> Result<Vec<u8>, FileError> {
    let failed = |e| FileError::new(path, "read", e);
    let mut file = files::open(path)?;
    file.seek(SeekFrom::Start(start)).map_err(failed)?;
    let range = proof.range();
    let mut bytes = Vec::new();
    file.take((range.end - range.start).saturating_add(1)).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}
