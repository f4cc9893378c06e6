//! A chapter's card: what its projects are, what they reach and in what time. It stands in the chapter's Cargo.toml,
//! so that `book list` reads it without building the chapter.

use serde::Deserialize;

use crate::say;

/// One project of a chapter, from `[[package.metadata.book.project]]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProjectCard {
    /// The subcommand: `mnist`.
    pub name: String,
    /// The book's sections: `14.1.6 to 14.1.9`.
    pub section: String,
    /// What it does, in one line.
    pub about: String,
    /// What the quick preset reaches, and in what time.
    pub quick: String,
    /// What the book's settings reach, and in what time.
    pub book: String,
}

/// A chapter as its manifest describes it.
#[derive(Clone, Debug)]
pub struct Chapter {
    /// The crate's name: `ch14-cnn`.
    pub name: String,
    /// The chapter's title.
    pub title: String,
    /// Its projects, in the book's order.
    pub projects: Vec<ProjectCard>,
}

/// A chapter's Cargo.toml that does not describe the chapter.
#[derive(Debug, thiserror::Error)]
#[error(
    "Cargo.toml of a chapter: {0}. It needs package.name, package.description and [[package.metadata.book.project]] entries."
)]
pub struct ManifestError(#[from] toml::de::Error);

#[derive(Deserialize)]
struct Manifest {
    package: Package,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    description: String,
    metadata: Metadata,
}

#[derive(Deserialize)]
struct Metadata {
    book: BookMetadata,
}

#[derive(Deserialize)]
struct BookMetadata {
    project: Vec<ProjectCard>,
}

impl Chapter {
    /// Reads the text of a chapter's Cargo.toml.
    pub fn from_manifest(text: &str) -> Result<Self, ManifestError> {
        let package = toml::from_str::<Manifest>(text)?.package;
        Ok(Self { name: package.name, title: package.description, projects: package.metadata.book.project })
    }

    /// Prints the chapter's projects, for a call without a subcommand and for `book list`.
    pub fn print(&self) {
        say!("{}: {}", self.name, self.title);
        for project in &self.projects {
            say!("  {:<12} {} ({})", project.name, project.about, project.section);
            say!("  {:<12} quick: {}", "", project.quick);
            say!("  {:<12} --book: {}", "", project.book);
        }
    }
}
