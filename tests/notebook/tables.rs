//! Frames, figures, results, sound.

use std::time::Duration;

use mlbook::cli::Book;
use mlbook::data::table::{Layout, Table};
use mlbook::notebook::vars::{Row, Variables};
use mlbook::notebook::{Audio, Content, Html, Part, Show, figures};
use mlbook::plot::{self, Animation, Image};
use mlbook::prelude::*;
use mlbook::train::EpochRecord;

fn text<'a>(content: &'a Content, mime: &str) -> &'a str {
    match content.part(mime) {
        Some(Part::Text(text)) => text,
        other => panic!("{mime}: {other:?}"),
    }
}

fn bytes<'a>(content: &'a Content, mime: &str) -> &'a [u8] {
    match content.part(mime) {
        Some(Part::Bytes(bytes)) => bytes,
        other => panic!("{mime}: {other:?}"),
    }
}

#[test]
fn a_frame_shows_types_missing_values_and_ten_rows() {
    let rows: String = (0..25).map(|i| format!("<b>{i}</b>,{}.5\n", i)).collect();
    let table = Table::parse("t", &format!("name & more,x\n,\n{rows}"), Layout::commas()).expect("a table");
    let content = table.content();
    let (plain, html) = (content.plain(), text(&content, "text/html"));
    assert!(plain.ends_with("26 rows × 2 columns"), "{plain}");
    assert_eq!(plain.lines().count(), 2 + 10 + 1 + 1, "names, types, rows, more, size: {plain}");
    assert!(html.contains("name &amp; more") && html.contains("&lt;b&gt;0&lt;/b&gt;"));
    assert!(html.contains("str</small>") && html.contains("f64</small>") && html.contains(">null</span>"));
    assert!(!html.contains("<b>0"), "values are escaped");
}

#[test]
fn a_wide_frame_leaves_columns_out() {
    let names: Vec<String> = (0..40).map(|i| format!("c{i}")).collect();
    let line = vec!["1"; 40].join(",");
    let table =
        Table::parse("t", &format!("{}\n{line}\n", names.join(",")), Layout::commas()).expect("a table");
    let shown = table.content();
    assert!(
        shown.plain().contains("c11") && shown.plain().contains("c34") && !shown.plain().contains("c12 ")
    );
}

#[test]
fn figures_are_svg_images_png_animations_gif() {
    let figure = plot::bars("", "count", &["a", "b"], &[("", &[3.0, 4.0])]).expect("a figure");
    assert!(text(&figure.content(), "image/svg+xml").starts_with("<svg"));
    let (width, _) = figure.size();
    let grid = figures(&[figure.clone(), figure.clone()], 2).content();
    assert!(text(&grid, "image/svg+xml").contains(&format!("width=\"{}\"", 2.0 * width + 24.0)));
    assert!(figures(&[], 2).content().plain().contains("nothing to draw"));
    assert!(text(&vec![figure].content(), "image/svg+xml").starts_with("<svg"));

    let image = Image::gray(2, 2, &[0, 90, 180, 255]).expect("an image");
    assert!(bytes(&image.content(), "image/png").starts_with(b"\x89PNG"));
    let mut animation = Animation::new(Duration::from_millis(100));
    assert!(animation.content().plain().starts_with("cannot be shown: "));
    animation.push(image).expect("a frame");
    assert!(bytes(&animation.content(), "image/gif").starts_with(b"GIF89a"));
}

#[test]
fn results_show_curves_confusion_and_the_book() {
    assert_eq!(History::default().content().plain(), "no epoch yet");
    let metrics = vec![("loss".to_owned(), 0.5), ("valid loss".to_owned(), 0.6)];
    let epochs = (1..=2).map(|epoch| EpochRecord { epoch, metrics: metrics.clone(), seconds: 1.0 });
    let history = History { epochs: epochs.collect(), ..History::default() };
    assert!(text(&history.content(), "image/svg+xml").starts_with("<svg"));
    assert!(history.content().plain().contains("epoch 2/2  loss 0.5000"));

    let evaluation = Evaluation {
        loss: 0.25,
        labels: vec![0, 1, 1],
        predictions: vec![0, 1, 0],
        confidences: vec![0.9; 3],
        num_classes: 2,
    };
    let shown = evaluation.content();
    assert!(shown.plain().starts_with("accuracy 0.6667 · loss 0.2500 · 3 examples\n"), "{}", shown.plain());
    assert!(text(&shown, "text/html").contains("<b style=\"color:#d55e00\">1</b>"), "the one mistake");

    let folder = tempfile::tempdir().expect("a folder");
    let flags = RunFlags { out: folder.path().to_path_buf(), ..RunFlags::default() };
    let run = Run::start("ch00", "test", &flags).expect("a run");
    let report = run.report().compare("test accuracy", 0.98, Book(0.99)).content();
    assert!(report.plain().contains("test accuracy  0.9900  0.9800"), "{}", report.plain());
}

#[test]
fn sound_html_and_variables_show() {
    let sound = Audio::new(&[0.0; 80], 8000).content();
    assert!(text(&sound, "text/html").contains("src=\"data:audio/wav;base64,UklGR"));
    assert_eq!(Html::text("a < b").content().plain(), "a < b");
    assert_eq!(Variables(vec![]).content().plain(), "no variables");
    let row = Row { name: "x".into(), kind: "Vec<u8>".into(), about: "2 elements".into() };
    assert!(text(&Variables(vec![row]).content(), "text/html").contains("Vec&lt;u8&gt;"));
}

#[test]
fn any_content_is_html_when_it_must_be() {
    assert_eq!(Content::text("1 < 2").as_html(), "<pre>1 &lt; 2</pre>");
    let image = Image::gray(1, 1, &[7]).expect("an image").content().as_html();
    assert!(image.starts_with("<img src=\"data:image/png;base64,"));
}
