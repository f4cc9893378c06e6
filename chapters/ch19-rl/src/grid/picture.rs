//! The grid world as a picture, the agent's walk as an animation, values and policy on the grid.

use std::time::Duration;

use mlbook::plot::drawing::{Colour, Outline, Scene};
use mlbook::plot::{self, Animation, Figure, HeatMap, Image, PlotError};

use super::world::{ARROWS, GridWorld};
use crate::cartpole_picture::rectangle;
use crate::tabular::Policy;

const PAPER: Colour = [255, 255, 255];
const LINE: Colour = [190, 190, 190];
const BORDER: Colour = [60, 60, 60];
const TRAP: Colour = [51, 51, 51];
const GOLD: Colour = [230, 159, 0];
const AGENT: Colour = [0, 114, 178];

/// Pixels of a cell and of the margin around all cells.
const CELL: u32 = 48;
const MARGIN: u32 = 8;

/// The cells with gold, traps and the agent.
pub fn world(grid: &GridWorld) -> Result<Image, PlotError> {
    let (rows, columns) = grid.size();
    let (width, height) = (2 * MARGIN + CELL * columns as u32, 2 * MARGIN + CELL * rows as u32);
    let unit = |pixels: u32| f64::from(pixels) / f64::from(height);
    let cell = unit(CELL);
    let line = |i: usize| unit(MARGIN) + cell * i as f64;
    let centre = |state: usize| (line(state % columns) + cell / 2.0, line(state / columns) + cell / 2.0);

    let mut scene = Scene::new(PAPER, PAPER);
    for row in 0..=rows {
        let colour = if row == 0 || row == rows { BORDER } else { LINE };
        scene.paint(Outline::Stroke((line(0), line(row)), (line(columns), line(row)), unit(2)), colour);
    }
    for column in 0..=columns {
        let colour = if column == 0 || column == columns { BORDER } else { LINE };
        scene.paint(Outline::Stroke((line(column), line(0)), (line(column), line(rows)), unit(2)), colour);
    }
    let [gold, traps @ ..] = grid.terminal_states();
    for trap in traps {
        scene.paint(Outline::Ellipse(centre(trap), (0.4 * cell, 0.4 * cell), 0.0), TRAP);
    }
    let (x, y) = centre(gold);
    let third = cell / 3.0;
    scene.paint(Outline::Triangle([(x, y - third), (x + third, y + third), (x - third, y + third)]), GOLD);
    rectangle(&mut scene, centre(grid.state()), (0.28 * cell, 0.28 * cell), AGENT);
    let eye = |side: f64| {
        let (x, y) = centre(grid.state());
        Outline::Ellipse((x + side * 0.11 * cell, y - 0.08 * cell), (0.05 * cell, 0.05 * cell), 0.0)
    };
    scene.paint(eye(-1.0), PAPER);
    scene.paint(eye(1.0), PAPER);
    Image::rgb(width as usize, height as usize, &scene.pixels(width, height).into_raw())
}

/// Pictures of a walk, one after the other; the last stays for a second.
pub fn animation(frames: &[Image]) -> Result<Animation, PlotError> {
    let mut animation = Animation::new(Duration::from_millis(250));
    for frame in frames {
        animation.push(frame.clone())?;
    }
    if let Some(last) = frames.last() {
        for _ in 0..3 {
            animation.push(last.clone())?;
        }
    }
    Ok(animation)
}

/// What each cell is worth and where the policy goes from there, on the grid. Gold and traps are named.
pub fn values_and_policy(
    title: &str,
    grid: &GridWorld,
    values: &[f64],
    policy: &Policy,
) -> Result<Figure, PlotError> {
    let (rows, columns) = grid.size();
    let terminal = grid.terminal_states();
    // As exact as the figure's numbers, so that a value of -0.0001 does not ask for a colour of its own.
    let rounded = |row: &[f64]| row.iter().map(|value| (value * 100.0).round() / 100.0).collect::<Vec<f64>>();
    let table: Vec<Vec<f64>> = values.chunks(columns).map(rounded).collect();
    let arrows = |state: usize| -> String {
        match terminal.iter().position(|&cell| cell == state) {
            Some(0) => "gold".to_owned(),
            Some(_) => "trap".to_owned(),
            // A policy that has not chosen says nothing.
            None => match policy.likeliest(state).as_slice() {
                all if all.len() == ARROWS.len() => "·".to_owned(),
                some => some.iter().map(|&action| ARROWS[action]).collect(),
            },
        }
    };
    let marks: Vec<Vec<String>> =
        (0..rows).map(|row| (0..columns).map(|column| arrows(row * columns + column)).collect()).collect();
    let map = HeatMap {
        title,
        row_label: "row",
        column_label: "column",
        rows: &table,
        row_names: &[],
        column_names: &[],
        annotate: true,
    };
    plot::marked_heat_map(&map, &marks)
}
