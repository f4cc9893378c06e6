//! Figures: every kind is drawn, read back by an independent SVG reader, and looked at for overlaps.

use std::time::Duration;

use mlbook::plot::{
    Animation, Figure, HeatMap, Image, Labelled, Panel, PlotError, Series, Tone, bars, confusion, curves,
    decision_regions, fonts, heat_map, histogram, image_grid, residuals, scatter,
};
use proptest::prelude::*;
use resvg::usvg::{Group, Node, Options, Rect, Tree};

/// Every text of a figure with its box in the picture.
fn texts(figure: &Figure) -> Vec<(String, Rect)> {
    fn collect(group: &Group, found: &mut Vec<(String, Rect)>) {
        for node in group.children() {
            match node {
                Node::Group(inner) => collect(inner, found),
                Node::Text(text) => {
                    let words: String = text.chunks().iter().map(|chunk| chunk.text()).collect();
                    found.push((words.trim().to_string(), text.abs_bounding_box()));
                }
                _ => {}
            }
        }
    }
    let mut found = Vec::new();
    collect(read(figure).root(), &mut found);
    found
}

fn read(figure: &Figure) -> Tree {
    let options = Options { fontdb: fonts(), ..Options::default() };
    Tree::from_str(&figure.svg(), &options).expect("a figure is well-formed SVG")
}

/// No two texts touch, and none sticks out of the figure.
fn assert_tidy(name: &str, figure: &Figure) {
    let texts = texts(figure);
    let (width, height) = figure.size();
    for (i, (text, place)) in texts.iter().enumerate() {
        let inside = place.left() >= -0.5
            && place.top() >= -0.5
            && f64::from(place.right()) <= width + 0.5
            && f64::from(place.bottom()) <= height + 0.5;
        assert!(inside, "{name}: “{text}” at {place:?} leaves the figure of {width} × {height}");
        for (other, there) in &texts[i + 1..] {
            let apart = place.right() <= there.left()
                || there.right() <= place.left()
                || place.bottom() <= there.top()
                || there.bottom() <= place.top();
            assert!(apart, "{name}: “{text}” at {place:?} overlaps “{other}” at {there:?}");
        }
    }
}

fn assert_shows(name: &str, figure: &Figure, expected: &[&str]) {
    let found: Vec<String> = texts(figure).into_iter().map(|t| t.0).collect();
    for text in expected {
        assert!(found.iter().any(|f| f == text), "{name}: “{text}” is missing among {found:?}");
    }
}

fn loss() -> Panel {
    Panel::new("Loss", "epoch", "cross-entropy")
        .with(Series::by_epoch("training", &[0.9, 0.5, 0.4, 0.3, 0.25, 0.2]))
        .with(Series::by_epoch("validation", &[0.8, 0.6, 0.5, 0.45, 0.44, 0.46]))
}

fn cloud(shift: f64) -> (Vec<f64>, Vec<f64>) {
    let xs: Vec<f64> = (0..40).map(|i| shift + (i as f64 * 0.7).sin()).collect();
    let ys: Vec<f64> = (0..40).map(|i| shift * 0.5 + (i as f64 * 1.3).cos()).collect();
    (xs, ys)
}

fn clouds() -> Panel {
    ["setosa", "versicolor", "virginica"].iter().enumerate().fold(
        Panel::new("Iris", "petal length [cm]", "petal width [cm]"),
        |panel, (i, name)| {
            let (xs, ys) = cloud(i as f64 * 2.0);
            panel.with(Series::points(name, &xs, &ys))
        },
    )
}

fn digit(value: u8) -> Image {
    let pixels: Vec<u8> = (0..784_u32).map(|i| (i % 251) as u8 ^ value).collect();
    Image::gray(28, 28, &pixels).expect("784 pixels")
}

fn regions() -> Figure {
    let points: Vec<[f64; 2]> = (0..30).map(|i| [(i as f64).sin(), (i as f64 * 1.7).cos()]).collect();
    let classes: Vec<usize> = points.iter().map(|p| usize::from(p[0] * p[1] < 0.0)).collect();
    let data = Labelled {
        title: "XOR",
        x_label: "x₁",
        y_label: "x₂",
        points: &points,
        classes: &classes,
        names: &["negative"],
        ringed: &[1, 2, 999],
    };
    decision_regions(|grid| grid.iter().map(|p| usize::from(p[0] * p[1] < 0.0)).collect(), &data)
        .expect("drawn")
}

fn ten_digits() -> (Vec<Vec<usize>>, Vec<String>) {
    let count = |i: usize, j: usize| if i == j { 1000 + i } else { (i * 7 + j * 3) % 13 };
    let counts = (0..10).map(|i| (0..10).map(|j| count(i, j)).collect()).collect();
    (counts, (0..10).map(|d| d.to_string()).collect())
}

fn waves(rows: usize, columns: usize) -> Vec<Vec<f64>> {
    (0..rows).map(|i| (0..columns).map(|j| ((i * 3 + j) as f64).sin()).collect()).collect()
}

/// One or more figures of every kind, with texts that each must show.
fn gallery() -> Vec<(&'static str, Figure, Vec<&'static str>)> {
    let odd = Panel::new("One epoch", "epoch", "loss").with(Series::by_epoch("train", &[0.4_f32]));
    let gaps = Panel::new("Gaps", "epoch", "loss")
        .with(Series::by_epoch("a", &[0.4, f64::NAN, 0.3, f64::INFINITY, 0.5]));
    let flat = Panel::new("Flat", "step", "loss").with(Series::dashed("b", &[1, 2, 3], &[0.5, 0.5, 0.5]));
    let log = Panel::new("Log", "learning rate", "loss").log_x().log_y().with(Series::line(
        "loss",
        &[1e-6, 1e-4, 1e-2, 1.0],
        &[3.0, 0.2, 0.004, 90.0],
    ));
    let (xs, ys) = cloud(0.0);
    let line = clouds().with(Series::line("least squares", &[-1.0, 5.0], &[0.0, 2.0]));
    let (counts, names) = ten_digits();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let words = ["The", "animal", "did", "not", "cross", "because", "it", "was", "too", "tired"];
    let attention = HeatMap {
        title: "Attention of head 1",
        row_label: "query",
        column_label: "key",
        rows: &waves(10, 10),
        row_names: &words,
        column_names: &words,
        annotate: false,
    };
    let correlation = HeatMap { annotate: true, title: "Correlation", ..attention.clone() };
    let large = HeatMap {
        title: "Position",
        row_names: &[],
        column_names: &[],
        rows: &waves(50, 128),
        ..attention.clone()
    };
    let digits: Vec<Image> = (0..7)
        .map(|i| {
            digit(i).inverted().caption(
                if i == 4 { "4 → 9" } else { "3 → 3" },
                if i == 4 { Tone::Wrong } else { Tone::Right },
            )
        })
        .collect();
    let long = "OD280/OD315 of diluted wines";
    let loss_and_regions = Figure::row(&[curves(&[loss()]).expect("drawn"), regions()]).expect("two figures");
    let figure = |result: Result<Figure, PlotError>| result.expect("drawn");
    vec![
        (
            "curves",
            figure(curves(&[loss(), loss()])),
            vec!["Loss", "epoch", "cross-entropy", "validation", "1", "6", "0.8"],
        ),
        ("odd curves", figure(curves(&[odd, gaps, flat])), vec!["One epoch", "1"]),
        ("log", figure(curves(&[log])), vec!["10⁻⁶", "0.01", "learning rate"]),
        (
            "scatter",
            figure(scatter(&clouds())),
            vec!["setosa", "versicolor", "virginica", "petal width [cm]"],
        ),
        ("regression", figure(scatter(&line)), vec!["least squares"]),
        (
            "residuals",
            figure(residuals("Residuals", &[("test", &xs, &ys)])),
            vec!["residual", "predicted value", "test"],
        ),
        ("regions", regions(), vec!["XOR", "negative", "class 1", "x₂"]),
        (
            "confusion",
            figure(confusion(&counts, &names)),
            vec!["true class", "predicted class", "1000", "1009", "recall"],
        ),
        (
            "confusion of words",
            figure(confusion(
                &[vec![15, 0, 0], vec![0, 13, 2], vec![0, 1, 14]],
                &["Iris-setosa", "Iris-versicolor", "Iris-virginica"],
            )),
            vec!["13", "86.7%", "93.3%", "45", "Iris-virginica"],
        ),
        (
            "confusion of two",
            figure(confusion(&[vec![11_500, 1_000], vec![0, 0]], &["no", "yes"])),
            vec!["11,500", "–"],
        ),
        ("attention", figure(heat_map(&attention)), vec!["because", "query", "key"]),
        ("correlation", figure(heat_map(&correlation)), vec!["0.00", "−0.76", "tired"]),
        ("large heat map", figure(heat_map(&large)), vec!["120"]),
        (
            "bars",
            figure(bars("Importance", "share", &["Proline", long, "Hue"], &[("", &[0.175, 0.05, 0.3])])),
            vec![long, "0.050"],
        ),
        (
            "groups of bars",
            figure(bars("Speed", "ms", &["a", "b"], &[("here", &[1.0, 2.0]), ("there", &[-1.0, 3.0])])),
            vec!["there"],
        ),
        (
            "histogram",
            figure(histogram("Outputs", "logit", &[("real", &xs), ("fake", &ys)], 20)),
            vec!["count", "fake"],
        ),
        ("images", figure(image_grid(&digits, 4)), vec!["4 → 9", "3 → 3"]),
        ("row", loss_and_regions.heading("Together").expect("a heading"), vec!["Together", "Loss", "XOR"]),
    ]
}

#[test]
fn every_kind_of_figure_shows_its_words_without_overlap() {
    for (name, figure, expected) in gallery() {
        assert_shows(name, &figure, &expected);
        assert_tidy(name, &figure);
    }
}

#[test]
fn text_is_at_least_eleven_points() {
    for (name, figure, _) in gallery() {
        for size in figure.svg().split("font-size=\"").skip(1) {
            let size: f64 = size.split('"').next().and_then(|s| s.parse().ok()).expect("a number");
            assert!(size / 10.0 >= 11.0 * 96.0 / 72.0, "{name}: a font of {} pixels", size / 10.0);
        }
    }
}

#[test]
fn png_has_two_pixels_per_pixel_and_something_on_them() {
    for (name, figure, _) in gallery() {
        let png = image::load_from_memory(&figure.png().expect("rendered")).expect("a PNG").to_rgb8();
        let (width, height) = figure.size();
        assert_eq!(png.dimensions(), (2 * width as u32, 2 * height as u32), "{name}");
        let inked = png.pixels().filter(|p| p.0 != [255, 255, 255]).count();
        assert!(inked > 1000, "{name}: only {inked} pixels differ from white");
        assert_eq!(png.get_pixel(0, 0).0, [255, 255, 255], "{name}: the ground is white");
    }
}

#[test]
fn same_input_gives_same_bytes() {
    for ((name, first, _), (_, second, _)) in gallery().into_iter().zip(gallery()) {
        assert_eq!(first.svg(), second.svg(), "{name}");
        assert_eq!(first.png().expect("rendered"), second.png().expect("rendered"), "{name}");
    }
}

#[test]
fn saves_both_formats_and_keeps_dots_in_the_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let figure = curves(&[loss()]).expect("drawn");
    let paths = figure.save(&folder.path().join("new/lr0.1")).expect("saved");
    assert_eq!(paths, ["new/lr0.1.svg", "new/lr0.1.png"].map(|p| folder.path().join(p)));
    assert_eq!(std::fs::read_to_string(&paths[0]).expect("the SVG"), figure.svg());
    assert_eq!(std::fs::read(&paths[1]).expect("the PNG"), figure.png().expect("rendered"));
    assert_eq!(std::fs::read_dir(folder.path().join("new")).expect("the folder").count(), 2);
}

#[test]
fn a_line_has_gaps_where_numbers_are_missing() {
    let lines = |ys: &[f64]| {
        let figure = curves(&[Panel::new("", "", "").with(Series::by_epoch("a", ys))]).expect("drawn");
        let svg = figure.svg();
        (svg.matches("stroke=\"#0072B2\"").count(), svg.matches("<circle").count())
    };
    let whole = lines(&[1.0, 2.0, 3.0, 4.0, 5.0]);
    let split = lines(&[1.0, 2.0, f64::NAN, 4.0, 5.0]);
    let alone = lines(&[1.0, 2.0, f64::NAN, 4.0, f64::INFINITY]);
    // One stroke more is the swatch in the legend.
    assert_eq!(whole, (2, 0));
    assert_eq!(split, (3, 0));
    assert_eq!(alone, (2, 1));
}

#[test]
fn image_pixels_come_through_unchanged() {
    let image = Image::gray(2, 1, &[0, 200]).expect("two pixels").inverted();
    let figure = image_grid(&[image], 1).expect("drawn");
    let png = image::load_from_memory(&figure.png().expect("rendered")).expect("a PNG").to_rgb8();
    let (width, height) = png.dimensions();
    assert_eq!(png.get_pixel(width / 2 - 20, height / 2).0, [255, 255, 255]);
    assert_eq!(png.get_pixel(width / 2 + 20, height / 2).0, [55, 55, 55]);
}

#[test]
fn planes_become_pixels() {
    let gray = Image::planes(2, 1, &[-1.0_f32, 1.0], -1.0, 1.0).expect("one plane");
    assert_eq!(gray, Image::gray(2, 1, &[0, 255]).expect("two pixels"));
    let colour = Image::planes(2, 1, &[0.0, 1.0, 0.5, 0.0, 1.0, f64::NAN], 0.0, 1.0).expect("three planes");
    assert_eq!(colour, Image::rgb(2, 1, &[0, 128, 255, 255, 0, 0]).expect("two pixels"));
}

fn decoded(gif: &[u8]) -> Vec<(u16, Vec<u8>)> {
    let mut options = gif::DecodeOptions::new();
    options.set_color_output(gif::ColorOutput::RGBA);
    let mut reader = options.read_info(gif).expect("a GIF");
    assert_eq!(reader.repeat(), gif::Repeat::Infinite);
    let mut frames = Vec::new();
    while let Some(frame) = reader.read_next_frame().expect("a frame") {
        frames.push((frame.delay, frame.buffer.to_vec()));
    }
    frames
}

#[test]
fn animation_keeps_every_frame_and_every_gray() {
    let mut animation = Animation::new(Duration::from_millis(250)).magnified(2);
    for value in 0..5 {
        animation.push(digit(value)).expect("equally large");
    }
    let frames = decoded(&animation.gif().expect("written"));
    assert_eq!(frames.len(), 5);
    for (value, (delay, rgba)) in frames.iter().enumerate() {
        assert_eq!(*delay, 25);
        assert_eq!(rgba.len(), 56 * 56 * 4);
        for (x, y) in [(0, 0), (17, 3), (55, 55)] {
            let expected = ((y / 2 * 28 + x / 2) % 251) as u8 ^ value as u8;
            assert_eq!(rgba[(y * 56 + x) * 4..][..3], [expected; 3], "frame {value}, pixel {x}, {y}");
        }
    }
    assert_eq!(animation.gif().expect("written"), animation.gif().expect("written"));
}

#[test]
fn animation_of_many_colours_stays_close() {
    let pixels: Vec<u8> =
        (0..64_u32 * 64).flat_map(|i| [(i % 64 * 4) as u8, (i / 64 * 4) as u8, 128]).collect();
    let mut animation = Animation::new(Duration::from_millis(100));
    animation.push(Image::rgb(64, 64, &pixels).expect("64 × 64")).expect("the first frame");
    let frames = decoded(&animation.gif().expect("written"));
    let pairs = frames[0].1.chunks(4).zip(pixels.chunks(3));
    let off: u64 = pairs.flat_map(|(a, b)| a.iter().zip(b).map(|(a, b)| u64::from(a.abs_diff(*b)))).sum();
    assert!(off / (64 * 64 * 3) < 12, "on average off by {}", off as f64 / (64.0 * 64.0 * 3.0));
}

#[test]
fn errors_say_what_to_do() {
    let none: [(&str, &[f64]); 0] = [];
    let cases = [
        (curves(&[]), "needs at least one panel"),
        (
            curves(&[Panel::new("Loss", "", "")]),
            "Loss: there is nothing to draw; a figure needs at least one series",
        ),
        (
            scatter(&Panel::new("P", "", "").with(Series::points("a", &[1, 2], &[1]))),
            "2 values for x of “a”, but 1 for y of “a”",
        ),
        (
            curves(&[Panel::new("N", "", "").with(Series::by_epoch("a", &[f64::NAN]))]),
            "N: no value can be shown",
        ),
        (
            curves(&[Panel::new("N", "", "").log_y().with(Series::by_epoch("a", &[-1.0]))]),
            "positive on a log axis",
        ),
        (confusion(&[vec![1, 2]], &["a"]), "1 values for rows, but 2 for columns"),
        (confusion(&[], &[]), "at least one row"),
        (image_grid(&[], 3), "at least one image"),
        (image_grid(&[digit(0)], 0), "at least one column"),
        (histogram("H", "", &none, 3), "at least one group"),
        (histogram("H", "", &[("a", &[1.0])], 0), "the number of bins is 0, but must be in 1..=1000"),
        (bars("B", "", &["a"], &[("g", &[1.0, 2.0])]), "1 values for labels, but 2 for “g”"),
        (Figure::row(&[]), "at least one figure"),
    ];
    for (result, expected) in cases {
        let text = result.expect_err(expected).to_string();
        assert!(text.contains(expected), "“{text}” does not say “{expected}”");
    }
    let text = Image::gray(3, 2, &[0; 5]).expect_err("one pixel is missing").to_string();
    assert!(text.contains("6 values for an image of 3 × 2, but 5"), "{text}");
    let mut animation = Animation::new(Duration::ZERO);
    assert!(matches!(animation.gif(), Err(PlotError::Nothing { .. })));
    animation.push(digit(0)).expect("the first frame");
    let other = Image::gray(1, 1, &[0]).expect("one pixel");
    assert!(matches!(animation.push(other), Err(PlotError::FrameSize { frame: 1, .. })));
    assert!(matches!(animation.magnified(0).gif(), Err(PlotError::OutOfRange { .. })));
}

#[test]
fn a_prediction_of_the_wrong_length_is_refused() {
    let data = Labelled { points: &[[0.0, 0.0]], classes: &[0], ..Labelled::default() };
    let error = decision_regions(|_| vec![0], &data).expect_err("one prediction for all places");
    assert!(matches!(error, PlotError::Lengths { right_len: 1, .. }), "{error}");
    let data = Labelled { points: &[[0.0, 0.0]], classes: &[usize::MAX], ..Labelled::default() };
    assert!(matches!(decision_regions(|_| vec![], &data), Err(PlotError::OutOfRange { .. })));
}

#[test]
fn a_thousand_labels_stay_tidy() {
    let names: Vec<String> = (0..1000).map(|i| format!("a rather long name of class {i}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let values: Vec<f64> = (0..1000).map(f64::from).collect();
    let counts: Vec<Vec<usize>> =
        (0..1000).map(|i| (0..1000).map(|j| usize::from(i == j)).collect()).collect();
    let many = names
        .iter()
        .fold(Panel::new("Many", "x", "y"), |p, name| p.with(Series::by_epoch(name, &[1.0, 2.0])));
    for (kind, figure) in [
        ("bars", bars("Bars", "value", &names, &[("", &values)])),
        ("confusion", confusion(&counts, &names)),
        ("curves", curves(&[many])),
    ] {
        let figure = figure.expect(kind);
        assert_tidy(kind, &figure);
        assert!(figure.size().0 < 2000.0 && figure.size().1 < 3000.0, "{kind}: {:?}", figure.size());
    }
}

#[test]
fn special_characters_are_text_not_markup() {
    let wild = "a<b & \"c\" 'd' ]]> \u{0}\u{8}\u{FFFF}\u{1F600} é";
    let panel = Panel::new(wild, wild, wild).with(Series::by_epoch(wild, &[1.0, 2.0]));
    let figure = curves(&[panel]).expect("drawn");
    assert!(texts(&figure).iter().filter(|(text, _)| text.contains("a<b & \"c\" 'd' ]]>")).count() >= 4);
}

fn any_number() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => -10.0..10.0_f64,
        1 => any::<f64>(),
        1 => prop::sample::select(vec![0.0, -0.0, 1e-320, f64::MAX, f64::MIN, 1e16, 1e16 + 2.0, f64::NAN]),
    ]
}

fn any_numbers() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(any_number(), 0..30)
}

/// A figure that was drawn must be readable and tidy; an error is fine, a panic is not.
fn check(result: Result<Figure, PlotError>) {
    if let Ok(figure) = result {
        assert_tidy("random", &figure);
        figure.png().expect("rendered");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_chart_panics(
        xs in any_numbers(), ys in any_numbers(), words in ".{0,60}", log_x: bool, log_y: bool,
    ) {
        let same = xs.len().min(ys.len());
        let mut panel = Panel::new(&words, &words, &words)
            .with(Series::line(&words, &xs[..same], &ys[..same]))
            .with(Series::points(&words, &ys[..same], &xs[..same]))
            .y_shows(xs.first().copied().unwrap_or(0.0));
        panel.log_x = log_x;
        panel.log_y = log_y;
        check(curves(&[panel.clone(), panel.clone()]));
        check(scatter(&panel.with(Series::dashed("raw", &xs, &ys))));
        check(residuals(&words, &[(&words, &xs, &ys)]));
        check(histogram(&words, &words, &[(&words, &xs), ("b", &ys)], ys.len()));
        let names: Vec<&str> = xs.iter().map(|_| words.as_str()).collect();
        check(bars(&words, &words, &names, &[(&words, &xs)]));
    }

    #[test]
    fn no_matrix_panics(values in any_numbers(), columns in 0..6_usize, words in ".{0,40}", annotate: bool) {
        let rows: Vec<Vec<f64>> = values.chunks(columns.max(1)).map(<[f64]>::to_vec).collect();
        let map = HeatMap {
            title: &words,
            row_label: &words,
            column_label: &words,
            rows: &rows,
            row_names: &[],
            column_names: &[],
            annotate,
        };
        check(heat_map(&map));
        let count = |place: usize| values.get(place).map_or(0, |&v| v as usize);
        let counts: Vec<Vec<usize>> = (0..columns).map(|i| (i..i + columns).map(count).collect()).collect();
        check(confusion(&counts, &vec![words.as_str(); columns]));
    }

    #[test]
    fn no_image_panics(
        pixels in prop::collection::vec(any::<u8>(), 0..60),
        width in 0..70_usize,
        columns in 0..5_usize,
        words in ".{0,60}",
    ) {
        let images: Vec<Image> = [(width, 1), (1, width), (width, width), (usize::MAX, 3)]
            .into_iter()
            .flat_map(|(w, h)| {
                let grays = pixels.get(..w.min(60)).unwrap_or(&pixels);
                [Image::gray(w, h, grays), Image::rgb(w, h, &pixels), Image::planes(w, h, &pixels, 0.0, 0.0)]
            })
            .flatten()
            .map(|image| image.caption(&words, Tone::Wrong))
            .collect();
        check(image_grid(&images, columns));
    }

    #[test]
    fn no_regions_panic(
        xs in any_numbers(), ys in any_numbers(), classes in prop::collection::vec(0..1200_usize, 0..30),
    ) {
        let points: Vec<[f64; 2]> = xs.iter().zip(&ys).map(|(&x, &y)| [x, y]).collect();
        let classes = &classes[..classes.len().min(points.len())];
        let data = Labelled { title: "random", points: &points, classes, ..Labelled::default() };
        check(decision_regions(|grid| vec![7; grid.len()], &data));
    }
}
