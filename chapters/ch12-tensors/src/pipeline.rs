//! Sections 12.1.5 to 12.1.11: from examples to batches, from image files to tensors.
//! The batches are the book's; a few seconds.

use std::path::Path;

use mlbook::data::celeba::{Celeba, Part};
use mlbook::plot::{Figure, Tone};
use mlbook::prelude::*;
use mlbook::show;

use crate::cats_dogs;
use crate::images::{self, FileDataset, ImageDataset, Transform};
use crate::loader::{DataLoader, Dataset, JointDataset};

/// CelebA's attribute "Smiling".
const SMILING: usize = 31;

/// Batches, pictures, faces, digits.
pub fn run(run: &Run, own_images: Option<&Path>) -> anyhow::Result<()> {
    run.in_one_go()?;
    batches(run)?;
    let orders = joint(run)?;
    pictures(run, own_images)?;
    if let Some(figure) = faces(run)? {
        run.save("faces", &figure)?;
    }
    let (source, first_digit) = digits(run)?;
    let order = |pass: usize| orders[pass].iter().fold(0, |digits, &label| digits * 10 + label) as f64;
    run.report()
        .data(source)
        .compare("12.1.7 order of pass 1", order(0), Book(2013.0))
        .compare("12.1.7 order of pass 2", order(1), Book(213.0))
        .compare("12.1.7 order of pass 3", order(2), Book(3201.0))
        .compare("12.1.11 first digit", f64::from(first_digit), Book(5.0))
        .finish(run)?;
    Ok(())
}

/// Section 12.1.5: six numbers, one at a time and three at a time.
fn batches(run: &Run) -> anyhow::Result<()> {
    say!("\n12.1.5 batches of a tensor");
    let numbers: Vec<f32> = (0..6_u8).map(f32::from).collect();
    let data = JointDataset::new(numbers, vec![(); 6]).ok_or_else(|| anyhow::anyhow!("six numbers"))?;
    for size in [1, 3] {
        let loader = DataLoader::new(&data, run.generator()).batch_size(size);
        for batch in loader.pass() {
            let batch: Vec<f32> = batch?.into_iter().map(|(number, ())| number).collect();
            say!("batch of {size:<19} {batch:?}");
        }
    }
    Ok(())
}

/// Sections 12.1.6 and 12.1.7: inputs with labels; shuffled batches of two; three passes. Returns the labels of each pass.
fn joint(run: &Run) -> anyhow::Result<Vec<Vec<u32>>> {
    say!("\n12.1.6 a joint data set");
    let inputs: Vec<Vec<f32>> =
        TorchRng::new(run.flags.seed).rand(12).chunks(3).map(<[f32]>::to_vec).collect();
    let data =
        JointDataset::new(inputs, vec![0_u32, 1, 2, 3]).ok_or_else(|| anyhow::anyhow!("four labels"))?;
    for index in 0..data.len() {
        let (x, y) = data.get(index)?;
        show::vector(&format!("y = {y}"), &Tensor::from_floats(x.as_slice(), &run.device));
    }

    say!("\n12.1.7 shuffled, in batches of two, three times over");
    let generator = Generator::seeded(run.flags.seed);
    let loader = DataLoader::new(&data, &generator).batch_size(2).shuffle();
    let mut passes = Vec::new();
    for pass in 1..=3 {
        let mut labels = Vec::new();
        for batch in loader.pass() {
            labels.push(batch?.into_iter().map(|(_, label)| label).collect::<Vec<u32>>());
        }
        say!("pass {pass}, labels               {labels:?}");
        passes.push(labels.concat());
    }
    Ok(passes)
}

/// Sections 12.1.8 and 12.1.9: six image files, their sizes and labels; as tensors of one size.
fn pictures(run: &Run, own_images: Option<&Path>) -> anyhow::Result<()> {
    say!("\n12.1.8 image files");
    let paths = match own_images {
        Some(folder) => images::list(folder)?,
        None => cats_dogs::write(&run.path("cat_dog_images"))?,
    };
    let mut originals = Vec::new();
    for path in &paths {
        let image = images::read(path)?;
        let name = images::name(path);
        say!("{name:<28} [{}, {}, 3]", image.height(), image.width());
        originals.push(images::whole_picture(&image)?.caption(&name, Tone::Plain));
    }
    run.save("pictures", &plot::image_grid(&originals, 3)?)?;

    say!("\n12.1.9 image files as a data set of tensors");
    let labels: Vec<u8> = paths.iter().map(|path| images::label(path)).collect();
    say!("{:<28} {labels:?}", "labels");
    let transform = Transform { height: 80, width: 120, device: run.device.clone() };
    let data = ImageDataset { files: FileDataset { paths, labels }, transform };
    let mut resized = Vec::new();
    for index in 0..data.len() {
        let (tensor, label) = data.get(index)?;
        if index == 0 {
            show::shape("each image", &tensor.dims());
        }
        resized.push(images::picture(&tensor)?.caption(&label.to_string(), Tone::Plain));
    }
    Ok(run.save("resized", &plot::image_grid(&resized, 3)?)?)
}

/// Section 12.1.10: the first eighteen training faces of CelebA, or of a set in its layout; none if there is no such set.
pub fn faces(run: &Run) -> anyhow::Result<Option<Figure>> {
    say!("\n12.1.10 CelebA");
    let Some(folder) = Celeba::find(run) else {
        say!(
            "CelebA is not here: put its lists and img_align_celeba into a folder celeba of --data-dir; going on"
        );
        return Ok(None);
    };
    let celeba = Celeba::read(&folder, Part::Training)?;
    say!("{} training faces in {}", celeba.faces.len(), folder.display());
    let mut pictures = Vec::new();
    for face in celeba.faces.iter().take(18) {
        let smiles = face.attributes.get(SMILING).copied().unwrap_or(false);
        let image = celeba.image(face)?;
        pictures.push(images::whole_picture(&image)?.caption(&u8::from(smiles).to_string(), Tone::Plain));
        if pictures.len() == 1 {
            let bits: Vec<u8> = face.attributes.iter().map(|&has| u8::from(has)).collect();
            say!("attributes of the first      {bits:?}");
            say!("size of the first            [{}, {}, 3]", image.height(), image.width());
        }
    }
    let name = celeba.attribute_names.get(SMILING).map_or("attribute 31", String::as_str);
    let heading = format!("The first faces, and their attribute {name}");
    Ok(Some(plot::image_grid(&pictures, 6)?.heading(&heading)?))
}

/// Section 12.1.11: the first ten training digits of MNIST. Returns where they come from, and the first label.
fn digits(run: &Run) -> anyhow::Result<(String, u8)> {
    say!("\n12.1.11 MNIST");
    let source = data::locate("mnist", run)?;
    say!("data    {}", source.describe());
    let digits = Mnist::read(&source.dir)?.train;
    let mut pictures = Vec::new();
    for i in 0..digits.len().min(10) {
        pictures.push(digits.picture(i)?.caption(&digits.labels[i].to_string(), Tone::Plain));
    }
    let shown = pictures.len();
    say!("labels of the first {shown:<8} {:?}", &digits.labels[..shown]);
    run.save("digits", &plot::image_grid(&pictures, 5)?)?;
    let first = digits.labels.first().copied();
    Ok((source.describe(), first.ok_or_else(|| anyhow::anyhow!("{} has no digits", source.set))?))
}
