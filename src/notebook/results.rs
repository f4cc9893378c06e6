//! What trainings and tests leave behind: curves, confusion, the table *book / here*.

use super::grid::{Cell, Column, Grid, Tone};
use super::html::heading;
use super::{Content, Show};
use crate::cli::Report;
use crate::data::mnist::Digits;
use crate::plot::{self, PlotError};
use crate::train::{Evaluation, History};

/// More classes than this are not shown as a table.
const CLASSES: usize = 20;
/// Of a set of digits, so many are shown.
const DIGITS: usize = 16;

/// Curves of loss and accuracy.
impl Show for History {
    fn content(&self) -> Content {
        let lines: Vec<String> = self.epochs.iter().map(|epoch| epoch.line(self.epochs.len())).collect();
        let plain = if lines.is_empty() { "no epoch yet".to_owned() } else { lines.join("\n") };
        match self.figure() {
            Ok(figure) => Content::text(plain).svg(figure.svg()),
            // Without a loss there is no curve, but there are the lines.
            Err(_) => Content::text(plain),
        }
    }
}

/// Accuracy and loss, and how often each class was taken for each.
impl Show for Evaluation {
    fn content(&self) -> Content {
        let title = format!(
            "accuracy {:.4} · loss {:.4} · {} examples",
            self.accuracy(),
            self.loss,
            self.labels.len()
        );
        let confusion = self.confusion();
        if confusion.is_empty() || confusion.len() > CLASSES {
            return Content::text(title.clone()).html(heading(&title));
        }
        let mut grid = Grid::default();
        grid.columns.push(Column::left("true ↓ chosen →"));
        grid.columns.extend((0..confusion.len()).map(|class| Column::right(class.to_string())));
        for (class, counts) in confusion.iter().enumerate() {
            let mut row = vec![Cell::new(class.to_string(), Tone::Strong)];
            row.extend(counts.iter().enumerate().map(|(choice, &count)| {
                let tone = match count {
                    0 => Tone::Faint,
                    _ if choice == class => Tone::Strong,
                    _ => Tone::Warning,
                };
                Cell::new(if count == 0 { "·".to_owned() } else { count.to_string() }, tone)
            }));
            grid.rows.push(row);
        }
        Content::text(format!("{title}\n{}", grid.plain().trim_end())).html(format!(
            "{}{}",
            heading(&title),
            grid.html()
        ))
    }
}

/// The book's numbers beside those of this run.
impl Show for Report {
    fn content(&self) -> Content {
        let title = format!(
            "{} {} · {} settings · seed {} · {}",
            self.chapter, self.project, self.preset, self.seed, self.device
        );
        let mut grid = Grid {
            columns: vec![Column::left(" "), Column::right("book"), Column::right("here")],
            rows: vec![],
        };
        for (name, here) in &self.metrics {
            let book = self.book.get(name).map_or(Cell::faint("-"), |number| format!("{number:.4}").into());
            grid.rows.push(vec![name.into(), book, format!("{here:.4}").into()]);
        }
        grid.rows.push(vec!["seconds".into(), Cell::faint("-"), format!("{:.1}", self.seconds).into()]);
        let data = if self.data.is_empty() { String::new() } else { format!("data: {}", self.data) };
        Content::text(format!("{title}\n{}{data}", grid.plain())).html(format!(
            "{}{}{}",
            heading(&title),
            grid.html(),
            heading(&data)
        ))
    }
}

/// The first digits with their labels.
impl Show for Digits {
    fn content(&self) -> Content {
        let text = format!("{} digits", self.len());
        let picture = |i: usize| Ok(self.picture(i)?.caption(&self.labels[i].to_string(), plot::Tone::Plain));
        let pictures = (0..self.len().min(DIGITS)).map(picture).collect::<Result<Vec<_>, PlotError>>();
        match pictures.and_then(|pictures| plot::image_grid(&pictures, 8)) {
            Ok(figure) => Content::text(text).svg(figure.svg()),
            Err(_) => Content::text(text),
        }
    }
}
