//! Section 14.2.1 and 14.2.6: the faces of a run: CelebA's layout, the SMILEs faces, or faces of our own.

use std::path::{Path, PathBuf};

use mlbook::data::celeba::Celeba;
use mlbook::data::locate::Places;
use mlbook::data::pictures::{self, Pictures};
use mlbook::prelude::*;

use super::SmileSettings;
use crate::faces;
use crate::learn::Sets;
use crate::views::centre_view;

/// CelebA's attribute that is the label.
const ATTRIBUTE: &str = "Smiling";
/// Share of the SMILEs faces that is held out for the test.
const TEST_SHARE: f64 = 0.2;
/// So many skipped files have a line.
const LISTED: usize = 10;
/// Drawn faces for the test when all are asked for.
const DRAWN_TEST: usize = 2_000;

/// Which faces to take, if there are several kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Faces {
    /// CelebA's lists and pictures
    Celeba,
    /// The SMILEs faces
    Smiles,
    /// Faces drawn here
    Drawn,
}

/// Reads or draws the faces; `wanted` or, without it, the first kind that is there. Those of validation and test are kept as the
/// network sees them.
pub fn load(run: &Run, wanted: Option<Faces>, settings: &SmileSettings) -> anyhow::Result<Sets> {
    let may_be = |kind| wanted.is_none_or(|wanted| wanted == kind);
    let sets = if let Some(folder) = Celeba::find(run).filter(|_| may_be(Faces::Celeba)) {
        of_celeba(&folder, settings)?
    } else if let Some(folder) = smiles_folder(run).filter(|_| may_be(Faces::Smiles)) {
        of_smiles(&folder, settings, run)?
    } else {
        anyhow::ensure!(
            wanted == Some(Faces::Drawn) || (wanted.is_none() && run.flags.data_dir.is_none()),
            "{} are not there: {}. Leave --data-dir and --faces out for drawn faces",
            match wanted {
                Some(Faces::Celeba) => "CelebA's lists (celeba/list_attr_celeba.txt)",
                Some(Faces::Smiles) => "the SMILEs faces (smiles/smiles.tar.gz)",
                _ =>
                    "CelebA's lists (celeba/list_attr_celeba.txt) and the SMILEs faces (smiles/smiles.tar.gz)",
            },
            match &run.flags.data_dir {
                Some(dir) => format!("looked in --data-dir {}", dir.display()),
                None => "looked in MLBOOK_DATA and the cache; --data-dir names a folder".to_owned(),
            }
        );
        drawn(run, settings)
    };
    say!("data    {}", sets.source);
    list_skipped(&[&sets.train, &sets.validation, &sets.test]);
    let sizes = [sets.train.len(), sets.validation.len(), sets.test.len()];
    say!("faces   {} for training, {} for validation, {} for the test", sizes[0], sizes[1], sizes[2]);
    Ok(sets)
}

/// Faces in CelebA's layout, in its own three parts.
fn of_celeba(folder: &Path, settings: &SmileSettings) -> anyhow::Result<Sets> {
    let size = settings.image_size as u32;
    let [train, validation, test] = Celeba::read_parts(folder)?;
    let sets = Sets {
        train: train.first(settings.train_faces).pictures(ATTRIBUTE, |image| image)?,
        validation: validation
            .first(settings.valid_faces)
            .pictures(ATTRIBUTE, |image| centre_view(&image, size))?,
        test: test.first(settings.test_faces).pictures(ATTRIBUTE, |image| centre_view(&image, size))?,
        source: format!("CelebA's layout in {}", folder.display()),
        balanced: false,
    };
    for (part, name) in [(&sets.train, "training"), (&sets.validation, "validation"), (&sets.test, "test")] {
        anyhow::ensure!(!part.is_empty(), "{} has no face for {name} that can be read", folder.display());
    }
    Ok(sets)
}

/// The SMILEs faces, split by the seed.
fn of_smiles(folder: &Path, settings: &SmileSettings, run: &Run) -> anyhow::Result<Sets> {
    let all = pictures::read_smiles(folder, |image| image)?.without_copies();
    anyhow::ensure!(
        all.counts().iter().all(|&count| count >= 10),
        "{}: fewer than 10 faces of a class can be read",
        folder.display()
    );
    let source = format!("SMILEs in {}", folder.display());
    Ok(Sets::split(all, TEST_SHARE, settings.image_size as u32, run.flags.seed, source))
}

/// Faces of our own: numbers 0 and up for training, others for validation and test.
fn drawn(run: &Run, settings: &SmileSettings) -> Sets {
    let count = |count: usize, all: usize| if count == 0 { all } else { count };
    let (train, valid) = (count(settings.train_faces, 3_000), settings.valid_faces);
    let test = count(settings.test_faces, DRAWN_TEST);
    let all = faces::faces(run.flags.seed, 0, train + valid + test, faces::SIZE);
    let size = settings.image_size as u32;
    let rows: Vec<usize> = (0..all.len()).collect();
    let seen = |rows: &[usize]| all.part(rows, |image| centre_view(image, size));
    Sets {
        train: all.part(&rows[..train], Clone::clone),
        validation: seen(&rows[train..train + valid]),
        test: seen(&rows[train + valid..]),
        source: "faces drawn here, a stand-in for CelebA (others: --data-dir)".to_owned(),
        balanced: false,
    }
}

/// The folder with the SMILEs faces in the data directories of the run.
fn smiles_folder(run: &Run) -> Option<PathBuf> {
    let places = Places::of_this_computer(run.flags.data_dir.clone());
    let mut folders = places.dirs().into_iter().flat_map(|(_, dir)| [dir.join("smiles"), dir.to_path_buf()]);
    folders.find(|folder| pictures::smiles_are_in(folder))
}

/// Says which files were left out, and why.
pub fn list_skipped(parts: &[&Pictures]) {
    let skipped: Vec<_> = parts.iter().flat_map(|part| &part.skipped).collect();
    for file in skipped.iter().take(LISTED) {
        say!("skipped {}: {}", file.name, file.reason);
    }
    if skipped.len() > LISTED {
        say!("skipped {} more", skipped.len() - LISTED);
    }
}
