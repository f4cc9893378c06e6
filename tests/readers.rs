//! The readers on the bundled data, and on every kind of bad file.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use mlbook::data::idx::{self, Images, ReadError};
use mlbook::data::mnist::{Digits, Mnist};
use mlbook::data::table::{Layout, Table, TableError};
use mlbook::data::tables;
use mlbook::files::FileError;
use proptest::prelude::*;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

const MNIST_FILES: [&str; 4] = [
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
];

fn bundled(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(folder)
}

fn mini() -> Mnist {
    Mnist::read(&bundled("mnist-mini")).unwrap()
}

fn sha256(path: &Path) -> String {
    Sha256::digest(fs::read(path).unwrap()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// An IDX file with this header and body, whether they agree or not.
fn idx_bytes(sizes: &[u32], body: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0, 8, sizes.len() as u8];
    bytes.extend(sizes.iter().flat_map(|size| size.to_be_bytes()));
    bytes.extend(body);
    bytes
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A file with these bytes, in a folder that lives as long as the first part of the answer.
fn file(bytes: &[u8]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("some-file");
    fs::write(&path, bytes).unwrap();
    (folder, path)
}

fn images_of(bytes: &[u8]) -> Result<Images, ReadError> {
    let (_folder, path) = file(bytes);
    idx::read_images(&path)
}

fn labels_of(bytes: &[u8]) -> Result<Vec<u8>, ReadError> {
    let (_folder, path) = file(bytes);
    idx::read_labels(&path)
}

/// A folder with a small MNIST of `digits` zeros in each split.
fn small_mnist(digits: usize) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for split in ["train", "t10k"] {
        let images = idx_bytes(&[digits as u32, 28, 28], &vec![7; digits * 784]);
        let labels = idx_bytes(&[digits as u32], &vec![0; digits]);
        fs::write(folder.path().join(format!("{split}-images-idx3-ubyte.gz")), gzip(&images)).unwrap();
        fs::write(folder.path().join(format!("{split}-labels-idx1-ubyte.gz")), gzip(&labels)).unwrap();
    }
    folder
}

#[test]
fn mini_has_as_many_of_every_digit() {
    let Mnist { train, test } = mini();
    assert_eq!((train.len(), train.class_counts()), (10_000, [1000; 10]));
    assert_eq!((test.len(), test.class_counts()), (2000, [200; 10]));
    assert_eq!(train.images.len(), 10_000 * 784);
}

/// The bytes that reference/make_mnist_mini.py wrote, in less than the 2 MB that the repository may spend on
/// them.
#[test]
fn mini_is_what_its_script_made() {
    let expected = [
        "503d52d203f5d956c120108cd4482f07cd4a5fd1255b6654f2d2cc283843189b",
        "db7768f838168c8ddac20c103b64fb15299a686afbaf7258242c3ac555ef5063",
        "5e6e5491eb4499d6cf94195f7faa64a3d91dec1feb036b7f4f3168f84fdbb514",
        "728759b956cc7782c3903db0a17d557380f1ba23c6ab950b642cb5b0b1db5d84",
    ];
    let paths = MNIST_FILES.map(|name| bundled("mnist-mini").join(name));
    assert_eq!(paths.each_ref().map(|path| sha256(path)), expected);
    let bytes: u64 = paths.iter().map(|path| fs::metadata(path).unwrap().len()).sum();
    assert!(bytes <= 2_000_000, "{bytes}");
}

/// Where the real set lies beside the checkout, as on the machines that test this: its counts, and that the
/// subset's training digits are among its training digits and the subset's test digits among its test digits.
#[test]
fn mini_is_a_part_of_mnist() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/mnist");
    if !folder.exists() {
        eprintln!("{} is absent: the subset is checked by its hashes alone", folder.display());
        return;
    }
    let full = Mnist::read(&folder).unwrap();
    assert_eq!(full.train.class_counts(), [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
    assert_eq!((full.train.len(), full.test.len()), (60_000, 10_000));
    assert_eq!((full.train.labels[0], full.test.labels[0]), (5, 7));
    let mini = mini();
    for (part, whole) in [(&mini.train, &full.train), (&mini.test, &full.test)] {
        let known: std::collections::HashSet<_> =
            (0..whole.len()).map(|i| (whole.image(i), whole.labels[i])).collect();
        assert!((0..part.len()).all(|i| known.contains(&(part.image(i), part.labels[i]))));
    }
}

/// A class mean is a poor classifier, but a subset with wrong labels or torn images would be at 0.1.
#[test]
fn mini_is_learnable_by_nearest_class_mean() {
    let Mnist { train, test } = mini();
    let mut means = vec![[0.0f32; 784]; 10];
    for i in 0..train.len() {
        for (mean, &ink) in means[usize::from(train.labels[i])].iter_mut().zip(train.image(i)) {
            *mean += f32::from(ink) / 1000.0;
        }
    }
    let distance = |image: &[u8], mean: &[f32; 784]| -> f32 {
        image.iter().zip(mean).map(|(&ink, mean)| (f32::from(ink) - mean).powi(2)).sum()
    };
    let nearest = |image: &[u8]| {
        (0..10).min_by(|&a, &b| distance(image, &means[a]).total_cmp(&distance(image, &means[b])))
    };
    let right =
        (0..test.len()).filter(|&i| nearest(test.image(i)) == Some(usize::from(test.labels[i]))).count();
    assert!((1600..=1640).contains(&right), "{right} of 2000, 1618 when the subset was made");
}

#[test]
fn digits_are_scaled_split_and_chosen() {
    let images: Vec<u8> = (0..3u8).flat_map(|digit| [digit * 127; 784]).collect();
    let digits = Digits { images, labels: vec![4, 5, 6] };
    let pixels = digits.pixels();
    assert_eq!((pixels[0], pixels[784], pixels[2 * 784]), (0.0, 127.0 / 255.0, 254.0 / 255.0));
    assert_eq!(Digits { images: vec![255; 784], labels: vec![1] }.pixels(), vec![1.0; 784]);

    let chosen = digits.subset(&[2, 0, 2]);
    assert_eq!(chosen.labels, [6, 4, 6]);
    assert_eq!((chosen.image(0), chosen.image(1)), ([254; 784].as_slice(), [0; 784].as_slice()));

    let (first, rest) = digits.clone().split_at(1).unwrap();
    assert_eq!((first.labels.as_slice(), rest.labels.as_slice()), ([4].as_slice(), [5, 6].as_slice()));
    assert_eq!((first.image(0), rest.image(1)), (digits.image(0), digits.image(2)));
    let (all, none) = digits.clone().split_at(3).unwrap();
    assert!(all == digits && none.is_empty());
    assert!(matches!(digits.split_at(4), Err(ReadError::Split { part: 4, whole: 3 })));
}

#[test]
fn mnist_is_read_unpacked_too() {
    let folder = small_mnist(3);
    for name in MNIST_FILES {
        let packed = folder.path().join(name);
        let mut plain = Vec::new();
        let mut decoder = flate2::read::GzDecoder::new(fs::File::open(&packed).unwrap());
        std::io::Read::read_to_end(&mut decoder, &mut plain).unwrap();
        fs::write(folder.path().join(name.trim_end_matches(".gz")), plain).unwrap();
        fs::remove_file(packed).unwrap();
    }
    let mnist = Mnist::read(folder.path()).unwrap();
    assert_eq!((mnist.train.len(), mnist.test.images), (3, vec![7; 3 * 784]));
}

#[test]
fn a_missing_file_of_mnist_is_named() {
    let folder = small_mnist(3);
    fs::remove_file(folder.path().join("t10k-labels-idx1-ubyte.gz")).unwrap();
    let error = Mnist::read(folder.path()).unwrap_err().to_string();
    assert!(error.ends_with(
        ": no MNIST here, t10k-labels-idx1-ubyte.gz is missing. Fetch it with: cargo book data fetch mnist"
    ));
}

#[test]
fn a_directory_where_a_file_is_expected_is_named() {
    let folder = small_mnist(3);
    let path = folder.path().join("train-images-idx3-ubyte.gz");
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    let error = Mnist::read(folder.path()).unwrap_err();
    assert!(matches!(error, ReadError::File(FileError::IsDirectory { .. })), "{error}");
}

#[test]
fn a_label_of_ten_is_named_with_its_position() {
    let folder = small_mnist(5000);
    let mut labels = vec![9; 5000];
    labels[4711] = 10;
    let path = folder.path().join("train-labels-idx1-ubyte.gz");
    fs::write(&path, gzip(&idx_bytes(&[5000], &labels))).unwrap();
    let expected = format!(
        "{}: label 10 at position 4,711; MNIST has labels 0 to 9. \
         Fetch it again with: cargo book data fetch mnist",
        path.display()
    );
    assert_eq!(Mnist::read(folder.path()).unwrap_err().to_string(), expected);
}

#[test]
fn images_and_labels_must_fit_together() {
    let folder = small_mnist(3);
    let write = |name: &str, bytes: Vec<u8>| fs::write(folder.path().join(name), bytes).unwrap();

    write("train-labels-idx1-ubyte.gz", idx_bytes(&[2], &[0, 0]));
    assert!(matches!(Mnist::read(folder.path()), Err(ReadError::Counts { images: 3, labels: 2, .. })));

    write("train-images-idx3-ubyte.gz", idx_bytes(&[2, 28, 27], &[0; 2 * 28 * 27]));
    assert!(matches!(Mnist::read(folder.path()), Err(ReadError::ImageSize { rows: 28, columns: 27, .. })));

    write("train-images-idx3-ubyte.gz", idx_bytes(&[0, 28, 28], &[]));
    write("train-labels-idx1-ubyte.gz", idx_bytes(&[0], &[]));
    assert!(matches!(Mnist::read(folder.path()), Err(ReadError::NoDigits { .. })));
}

#[test]
fn a_header_is_not_trusted() {
    let claim = idx_bytes(&[4_000_000_000, 28, 28], &[0; 784]);
    for bytes in [claim.clone(), gzip(&claim)] {
        let error = images_of(&bytes).unwrap_err();
        assert!(matches!(error, ReadError::TooLarge { .. }));
        assert!(error.to_string().contains("4,000,000,000 images of 28 x 28"), "{error}");
    }
    assert!(matches!(images_of(&idx_bytes(&[u32::MAX; 3], &[])), Err(ReadError::TooLarge { .. })));
    assert!(matches!(labels_of(&idx_bytes(&[u32::MAX], &[])), Err(ReadError::TooLarge { .. })));
    let four_billion_images_of_nothing = idx_bytes(&[u32::MAX, 0, 28], &[]);
    assert!(matches!(
        images_of(&four_billion_images_of_nothing),
        Err(ReadError::NoPixels { rows: 0, columns: 28, .. })
    ));
}

#[test]
fn bodies_must_be_as_long_as_the_header_says() {
    let short = idx_bytes(&[1_000_000, 28, 28], &[1; 1000]);
    let long = idx_bytes(&[2, 2, 2], &[1; 9]);
    for pack in [|bytes: &[u8]| bytes.to_vec(), gzip] {
        let error = images_of(&pack(&short)).unwrap_err();
        assert!(matches!(error, ReadError::BodyCut { needed: 784_000_000, found: 1000, .. }), "{error}");
        assert!(
            error.to_string().contains("1,000,000 images of 28 x 28, 784,000,000 bytes, and 1,000 follow")
        );
        let error = images_of(&pack(&long)).unwrap_err();
        assert!(matches!(error, ReadError::Trailing { needed: 8, .. }), "{error}");
    }
    for kept in 0..16 {
        let error = images_of(&short[..kept]).unwrap_err();
        let ReadError::HeaderCut { found, needed, .. } = error else { panic!("{kept}: {error}") };
        assert_eq!((found, needed), (kept, 16));
    }
}

#[test]
fn other_formats_are_told_apart() {
    let image = idx_bytes(&[1, 2, 2], &[0; 4]);
    let label = idx_bytes(&[1], &[0]);
    assert!(matches!(labels_of(&image), Err(ReadError::Dimensions { found: 3, expected: 1, .. })));
    assert!(matches!(images_of(&label), Err(ReadError::Dimensions { found: 1, expected: 3, .. })));
    assert!(matches!(images_of(b"<!DOCTYPE html><html>"), Err(ReadError::NotIdx { .. })));
    let mut floats = image;
    floats[2] = 0x0d;
    assert!(matches!(images_of(&floats), Err(ReadError::ElementType { found: 0x0d, .. })));
}

#[test]
fn damaged_gzip_is_found() {
    let whole = gzip(&idx_bytes(&[2, 2, 2], &[1, 2, 3, 4, 5, 6, 7, 8]));
    assert_eq!(images_of(&whole).unwrap().pixels, [1, 2, 3, 4, 5, 6, 7, 8]);

    let checksum = whole.len() - 8;
    let mut altered = whole.clone();
    altered[checksum] ^= 1;
    let error = images_of(&altered).unwrap_err();
    assert!(matches!(error, ReadError::Gzip { .. }), "{error}");
    for kept in 2..whole.len() {
        assert!(matches!(images_of(&whole[..kept]), Err(ReadError::Gzip { .. })), "cut after {kept} bytes");
    }
    let followed = [whole.as_slice(), b"more"].concat();
    assert!(matches!(images_of(&followed), Err(ReadError::Gzip { .. })));
}

/// Unpacking stops after the bytes that the header asks for: the missing second half of the stream goes
/// unnoticed.
#[test]
fn a_gzip_bomb_is_not_unpacked() {
    let bomb = gzip(&idx_bytes(&[10, 2, 2], &vec![0; 100_000_000]));
    assert!(bomb.len() < 1_000_000, "{}", bomb.len());
    assert!(matches!(images_of(&bomb[..bomb.len() / 2]), Err(ReadError::Trailing { needed: 40, .. })));
    assert!(matches!(images_of(&bomb), Err(ReadError::Trailing { needed: 40, .. })));
}

/// The files of `catalog.toml`'s sets that are below `root`, compared with the versions that it accepts.
fn check_files_of_catalog(root: &Path, bundled_only: bool) -> usize {
    let catalog: toml::Table = fs::read_to_string(bundled("catalog.toml")).unwrap().parse().unwrap();
    let mut checked = 0;
    for set in catalog["set"].as_array().unwrap() {
        if bundled_only && !set["bundled"].as_bool().unwrap() {
            continue;
        }
        for file in set["file"].as_array().unwrap() {
            let path = root.join(set["folder"].as_str().unwrap()).join(file["name"].as_str().unwrap());
            if !bundled_only && !path.exists() {
                continue;
            }
            let found = (fs::metadata(&path).unwrap().len() as i64, sha256(&path));
            let is_found = |version: &toml::Value| {
                (version["bytes"].as_integer(), version["sha256"].as_str()) == (Some(found.0), Some(&found.1))
            };
            assert!(
                file["version"].as_array().unwrap().iter().any(is_found),
                "{}: {found:?}",
                path.display()
            );
            checked += 1;
        }
    }
    checked
}

#[test]
fn bundled_files_are_those_of_the_catalog() {
    assert_eq!(check_files_of_catalog(&bundled(""), true), 11);
}

/// The sets beside the checkout, where there are any: all but `mnist-mini` and `qm9-mini`.
#[test]
fn shared_files_are_those_of_the_catalog() {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    if shared.exists() {
        assert_eq!(check_files_of_catalog(&shared, false), 18);
    }
}

fn table(text: &str) -> Result<Table, TableError> {
    Table::parse("t.csv", text, Layout::commas())
}

#[test]
fn iris_is_as_in_the_book() {
    let iris = tables::iris(&bundled("uci")).unwrap();
    assert_eq!(iris.shape(), (150, 5));
    let species = iris.column_str("Class label").unwrap();
    for name in ["Iris-setosa", "Iris-versicolor", "Iris-virginica"] {
        assert_eq!(species.iter().filter(|&s| s == name).count(), 50);
    }
    let first_100 = iris.head(100);
    let near = |found: f64, book: f64| assert!((found - book).abs() < 5e-6, "{found} is not {book}");
    near(first_100.mean("Sepal length").unwrap(), 5.471);
    near(first_100.std("Sepal length", 0).unwrap(), 0.63848);
    near(first_100.mean("Petal length").unwrap(), 2.862);
    near(first_100.std("Petal length", 0).unwrap(), 1.44130);
}

/// The column means are those of scikit-learn's `load_iris`.
#[test]
fn corrected_iris_is_that_of_scikit_learn() {
    let published = tables::iris(&bundled("uci")).unwrap().matrix(&tables::IRIS[..4]).unwrap();
    let corrected = tables::iris_corrected(&bundled("uci")).unwrap();
    let values = corrected.matrix(&tables::IRIS[..4]).unwrap();
    let changed: Vec<_> =
        (0..600).filter(|&i| published[i] != values[i]).map(|i| (i / 4, i % 4, values[i])).collect();
    assert_eq!(changed, [(34, 3, 0.2), (37, 1, 3.6), (37, 2, 1.4)]);
    for (name, mean) in
        tables::IRIS.iter().zip([5.843333333333334, 3.057333333333333, 3.758, 1.199333333333333])
    {
        assert!((corrected.mean(name).unwrap() - mean).abs() < 1e-12, "{name}");
    }
}

#[test]
fn wine_is_as_in_the_book() {
    let wine = tables::wine(&bundled("uci")).unwrap();
    assert_eq!(wine.shape(), (178, 14));
    let classes = wine.column_f64("Class label").unwrap();
    assert_eq!([1.0, 2.0, 3.0].map(|class| classes.iter().filter(|&&c| c == class).count()), [59, 71, 48]);
    assert_eq!(wine.matrix(&["Nonflavanoid phenols", "Proline"]).unwrap()[..4], [0.28, 1065.0, 0.26, 1050.0]);
}

#[test]
fn wdbc_is_as_in_the_book() {
    let wdbc = tables::wdbc(&bundled("uci")).unwrap();
    assert_eq!(wdbc.shape(), (569, 32));
    let diagnoses = wdbc.column_str("Diagnosis").unwrap();
    assert_eq!(["B", "M"].map(|kind| diagnoses.iter().filter(|&d| d == kind).count()), [357, 212]);
    assert_eq!(wdbc.column_f64("mean radius").unwrap()[0], 17.99);
    assert_eq!(wdbc.column_f64("worst fractal dimension").unwrap()[0], 0.1189);
}

#[test]
fn auto_mpg_is_as_in_the_book() {
    let cars = tables::auto_mpg(&bundled("uci")).unwrap();
    assert_eq!((cars.shape(), cars.missing("Horsepower").unwrap()), ((398, 9), 6));
    assert!(matches!(cars.column_f64("Horsepower"), Err(TableError::Missing { row: 33, .. })));
    let complete = cars.drop_missing().unwrap();
    assert_eq!(complete.shape(), (392, 9));
    assert_eq!(complete.column_f64("Weight").unwrap()[..2], [3504.0, 3693.0]);
    assert_eq!(complete.column_str("Car Name").unwrap()[0], "chevrolet chevelle malibu");
}

#[test]
fn ames_is_as_in_the_book() {
    let ames = tables::ames(&bundled("ames")).unwrap();
    assert_eq!((ames.shape(), ames.missing("Total Bsmt SF").unwrap()), ((2930, 82), 1));
    let used = ames.select(&tables::AMES).unwrap().drop_missing().unwrap();
    assert_eq!(used.shape(), (2929, 6));
    assert!(used.column_str("Central Air").unwrap().iter().all(|air| air == "Y" || air == "N"));
    assert_eq!(used.column_f64("SalePrice").unwrap()[0], 215_000.0);
    assert_eq!(ames.missing("Alley").unwrap(), 0);
}

/// Listing 4.1: a table of three rows in which two values are missing.
#[test]
fn missing_values_are_counted_and_dropped() {
    let inline = table("A,B,C,D\n1.0,2.0,3.0,4.0\n5.0,6.0,,8.0\n10.0,11.0,12.0,\n").unwrap();
    let missing: Vec<usize> = inline.names().into_iter().map(|name| inline.missing(name).unwrap()).collect();
    assert_eq!(missing, [0, 0, 1, 1]);
    assert_eq!(inline.drop_missing().unwrap().shape(), (1, 4));
    assert_eq!(inline.optional_f64("C").unwrap(), [Some(3.0), None, Some(12.0)]);
    assert_eq!((inline.mean("C").unwrap(), inline.mean("D").unwrap()), (7.5, 6.0));
    assert_eq!(inline.std("D", 1).unwrap(), 8f64.sqrt());
}

#[test]
fn rows_and_columns_are_chosen() {
    let inline = table("a,b\n1,x\n2,y\n3,z\n").unwrap();
    let chosen = inline.take(&[2, 0, 2]).unwrap().select(&["b", "a"]).unwrap();
    assert_eq!((chosen.names(), chosen.shape()), (vec!["b", "a"], (3, 2)));
    assert_eq!(chosen.column_str("b").unwrap(), ["z", "x", "z"]);
    assert_eq!(inline.tail(2).column_f64("a").unwrap(), [2.0, 3.0]);
    assert_eq!(inline.head(99).shape(), (3, 2));
    assert!(matches!(inline.take(&[3]), Err(TableError::NoRow { row: 3, rows: 3, .. })));
    let drawn = inline.to_string();
    assert!(drawn.contains("shape: (3, 2)") && drawn.contains('z'), "{drawn}");
}

#[test]
fn spreadsheets_quirks_are_read() {
    let text = "\u{feff}name,n\r\n\"Smith, \"\"Bo\"\"\",1\r\n\r\nplain, 2 \r\n\"two\nlines\",3";
    let quirky = table(text).unwrap();
    assert_eq!(quirky.names(), ["name", "n"]);
    assert_eq!(quirky.column_str("name").unwrap(), ["Smith, \"Bo\"", "plain", "two\nlines"]);
    assert_eq!(quirky.column_f64("n").unwrap(), [1.0, 2.0, 3.0]);
}

#[test]
fn bad_tables_say_what_is_wrong() {
    let says =
        |result: Result<Table, TableError>, text: &str| assert_eq!(result.unwrap_err().to_string(), text);
    says(
        table("a,b\n1,2\n3\n"),
        "t.csv: line 3 has 1 fields where 2 are expected. Correct the line, or the separator.",
    );
    says(
        table("a,b\n\n1,2,3\n"),
        "t.csv: line 3 has 3 fields where 2 are expected. Correct the line, or the separator.",
    );
    says(
        Table::parse("t", "1,2\n", Layout::commas().columns(&["a"])),
        "t: line 1 has 2 fields where 1 are expected. Correct the line, or the separator.",
    );
    for empty in ["", "\n\n", "a,b\n"] {
        says(table(empty), "t.csv: holds no rows; at least one is needed. Check the file.");
    }
    for quote in ["a\n1\"2\n", "a\n\"12\n", "a\n\"1\"2\n"] {
        assert!(matches!(table(quote), Err(TableError::Quote { line: 2, .. })), "{quote}");
    }
    let (_folder, path) = file(b"a,b\n1,\xff\n");
    assert!(matches!(Table::read(&path, Layout::commas()), Err(TableError::NotText { position: 6, .. })));
    let absent = Table::read(&path.with_extension("absent"), Layout::commas());
    assert!(matches!(absent, Err(TableError::File(FileError::NotFound { .. }))));
}

#[test]
fn questions_without_answer_say_why() {
    let inline = table("height,name\n1.5,x\n,y\ntall,z\n").unwrap();
    let says = |error: TableError, text: &str| assert_eq!(error.to_string(), text);
    says(
        inline.column_f64("width").unwrap_err(),
        "t.csv: no column \"width\"; it has \"height\", \"name\". Choose one of these.",
    );
    assert!(matches!(inline.select(&["name", "width"]), Err(TableError::NoColumn { .. })));
    says(
        inline.column_f64("height").unwrap_err(),
        "t.csv: column \"height\", row 3: \"tall\" is no finite number. \
         Correct it, or read the column as text.",
    );
    says(
        inline.head(2).column_str("height").unwrap_err(),
        "t.csv: column \"height\", row 2 is missing. Drop such rows first, or fill them in.",
    );
    let numbers = table("n,m\n1,\n2,\n").unwrap();
    assert!(matches!(numbers.column_str("n"), Err(TableError::NotTextColumn { .. })));
    assert!(matches!(numbers.mean("m"), Err(TableError::TooFew { found: 0, ddof: 0, .. })));
    assert!(matches!(numbers.head(1).std("n", 1), Err(TableError::TooFew { found: 1, ddof: 1, .. })));
}

#[test]
fn a_text_in_a_column_of_numbers_stops_the_reader() {
    let folder = tempfile::tempdir().unwrap();
    let iris = fs::read_to_string(bundled("uci").join("iris.data")).unwrap();
    fs::write(folder.path().join("iris.data"), iris.replacen("4.9,3.0", "4.9,three", 1)).unwrap();
    let error = tables::iris(folder.path()).unwrap_err().to_string();
    assert!(error.contains("column \"Sepal width\", row 2: \"three\" is no finite number"), "{error}");
    let cars = fs::read_to_string(bundled("uci").join("auto-mpg.data")).unwrap();
    fs::write(folder.path().join("auto-mpg.data"), cars.replacen("307.0", "     ", 1)).unwrap();
    let error = tables::auto_mpg(folder.path()).unwrap_err();
    assert!(matches!(error, TableError::Ragged { line: 1, found: 8, expected: 9, .. }), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn any_images_are_read_back(sizes in (0..6usize, 1..9usize, 1..9usize), seed: u8, packed: bool) {
        let (count, rows, columns) = sizes;
        let pixels: Vec<u8> = (0..count * rows * columns).map(|i| (i as u8).wrapping_mul(seed)).collect();
        let bytes = idx_bytes(&[count as u32, rows as u32, columns as u32], &pixels);
        let read = images_of(&if packed { gzip(&bytes) } else { bytes }).unwrap();
        prop_assert_eq!(read, Images { count, rows, columns, pixels });
    }

    #[test]
    fn any_labels_are_read_back(labels: Vec<u8>, packed: bool) {
        let bytes = idx_bytes(&[labels.len() as u32], &labels);
        prop_assert_eq!(labels_of(&if packed { gzip(&bytes) } else { bytes }).unwrap(), labels);
    }

    /// Random bytes, also behind the starts that lead deeper into the reader, are an error and never a panic.
    #[test]
    fn no_bytes_make_the_idx_reader_panic(start in 0..4usize, bytes: Vec<u8>) {
        let starts: [&[u8]; 4] = [&[], &[0, 0, 8, 3], &[0, 0, 8, 1], &[0x1f, 0x8b, 8, 0]];
        let bytes = [starts[start], &bytes].concat();
        if let Ok(images) = images_of(&bytes) {
            prop_assert_eq!(images.pixels.len(), images.count * images.rows * images.columns);
        }
        if let Ok(labels) = labels_of(&bytes) {
            prop_assert_eq!(labels.len() + 8, bytes.len());
        }
    }

    #[test]
    fn no_text_makes_the_table_reader_panic(text in "[ab1.,\"\r\n\t é-]{0,60}", columns: bool) {
        let layout = if columns { Layout::commas().columns(&["a", "b"]) } else { Layout::commas() };
        if let Ok(table) = Table::parse("t", &text, layout) {
            prop_assert!(table.shape().0 > 0);
        }
    }

    #[test]
    fn any_numbers_are_read_back(
        rows in prop::collection::vec((prop::num::f64::NORMAL, any::<bool>()), 1..20)
    ) {
        let line = |(x, gone): &(f64, bool)| format!("{x},{}\n", if *gone { "" } else { "1" });
        let lines: String = rows.iter().map(line).collect();
        let table = Table::parse("t", &lines, Layout::commas().columns(&["x", "y"])).unwrap();
        let numbers: Vec<f64> = rows.iter().map(|(x, _)| *x).collect();
        prop_assert_eq!(table.column_f64("x").unwrap(), numbers);
        prop_assert_eq!(table.missing("y").unwrap(), rows.iter().filter(|(_, gone)| *gone).count());
    }

    /// Whatever is in the fields, quoting them keeps it.
    #[test]
    fn any_texts_are_read_back(texts in prop::collection::vec("[a-z,\"\n é]{1,9}[a-z]", 1..20)) {
        let line = |text: &String| format!("1,\"{}\"\n", text.replace('"', "\"\""));
        let lines: String = texts.iter().map(line).collect();
        let table = Table::parse("t", &lines, Layout::commas().columns(&["n", "text"])).unwrap();
        prop_assert_eq!(table.column_str("text").unwrap(), texts);
    }
}
