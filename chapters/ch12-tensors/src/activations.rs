//! Sections 12.2.9 to 12.2.13: the functions between layers: logistic, softmax, tanh, ReLU.
//! Prints the book's numbers in a moment. By hand they are computed in 64 bits, as NumPy does; on the device in 32.

use mlbook::plot::{Figure, Panel, PlotError, Series};
use mlbook::prelude::*;
use mlbook::show;

/// Inputs and weights of one unit.
const X: [f64; 3] = [1.0, 1.4, 2.5];
const UNIT: [f64; 3] = [0.4, 0.3, 0.5];
/// Outputs of a hidden layer (the first is the bias unit) and the weights of three classes.
const HIDDEN: [f64; 4] = [1.0, 0.1, 0.4, 0.6];
const CLASSES: [[f64; 4]; 3] = [[1.1, 1.2, 0.8, 0.4], [0.2, 0.4, 1.0, 0.2], [0.6, 1.5, 1.2, 0.7]];

/// The book's numbers, 12.2.9 to 12.2.13.
const BOOK_LOGISTIC: [Book; 3] = [Book(0.85569687), Book(0.68135373), Book(0.83889105)];
const BOOK_SOFTMAX: [Book; 3] = [Book(0.44668973), Book(0.16107406), Book(0.39223621)];

/// The weighted sum that goes into a unit.
pub fn net_input(x: &[f64], w: &[f64]) -> f64 {
    x.iter().zip(w).map(|(x, w)| x * w).sum()
}

/// `1 / (1 + exp(−z))`
pub fn logistic(z: f64) -> f64 {
    1.0 / (1.0 + (-z).exp())
}

/// Shares that add up to 1.
pub fn softmax_by_hand(z: &[f64]) -> Vec<f64> {
    let sum: f64 = z.iter().map(|z| z.exp()).sum();
    z.iter().map(|z| z.exp() / sum).collect()
}

/// `(exp(z) − exp(−z)) / (exp(z) + exp(−z))`
pub fn tanh_by_hand(z: f64) -> f64 {
    (z.exp() - (-z).exp()) / (z.exp() + (-z).exp())
}

/// The sections in order.
pub fn run(run: &Run) -> anyhow::Result<()> {
    run.in_one_go()?;
    say!("\n12.2.9 one unit");
    let probability = logistic(net_input(&X, &UNIT));
    say!("P(y=1|x) = {probability:.3}");

    say!("\n12.2.10 three logistic units");
    let z: Vec<f64> = CLASSES.iter().map(|weights| net_input(&HIDDEN, weights)).collect();
    let units: Vec<f64> = z.iter().map(|&z| logistic(z)).collect();
    let best = (0..z.len()).max_by(|&a, &b| z[a].total_cmp(&z[b])).unwrap_or(0);
    say!("net input    {}", decimals(&z, 2));
    say!("output units {}", decimals(&units, 8));
    say!("predicted class label: {best}");

    say!("\n12.2.11 softmax");
    let shares = softmax_by_hand(&z);
    let z32: Vec<f32> = z.iter().map(|&z| z as f32).collect();
    let device_shares = doubles(&softmax(Tensor::<1>::from_floats(z32.as_slice(), &run.device), 0));
    say!("by hand      {}", decimals(&shares, 8));
    say!("on device    {}", decimals(&device_shares, 7));
    say!("sum          {:.1}", shares.iter().sum::<f64>());

    let curves = Curves::new(&run.device);
    curves.print();
    run.save("tanh-logistic", &curves.figure()?)?;
    run.save("relu", &curves.relu_figure()?)?;

    let mut report = run.report().data("the book's vectors").compare("P(y=1|x)", probability, Book(0.888));
    for (i, z_book) in [1.78, 0.76, 1.65].into_iter().enumerate() {
        report = report
            .compare(&format!("net input {i}"), z[i], Book(z_book))
            .compare(&format!("logistic {i}"), units[i], BOOK_LOGISTIC[i])
            .compare(&format!("softmax {i}"), device_shares[i], BOOK_SOFTMAX[i]);
    }
    report
        .compare("tanh, first", curves.tanh[0], Book(-0.9999092))
        .compare("tanh, last", last(&curves.tanh), Book(0.99990829))
        .compare("logistic, first", curves.sigmoid[0], Book(0.00669285))
        .compare("logistic, last", last(&curves.sigmoid), Book(0.99327383))
        .compare("ReLU, last", last(&curves.relu), Book(4.995))
        .finish(run)?;
    Ok(())
}

/// Sections 12.2.12 and 12.2.13: functions over −5 to 5, by the device.
struct Curves {
    z: Vec<f64>,
    tanh: Vec<f64>,
    sigmoid: Vec<f64>,
    relu: Vec<f64>,
}

impl Curves {
    fn new(device: &Device) -> Self {
        let z: Vec<f64> = (0..2000_u16).map(|i| -5.0 + 0.005 * f64::from(i)).collect();
        let z32: Vec<f32> = z.iter().map(|&z| z as f32).collect();
        let places = Tensor::<1>::from_floats(z32.as_slice(), device);
        Self {
            tanh: doubles(&tanh(places.clone())),
            sigmoid: doubles(&sigmoid(places.clone())),
            relu: doubles(&relu(places)),
            z,
        }
    }

    fn print(&self) {
        say!("\n12.2.12 tanh and logistic from -5 to 4.995");
        let by_hand = [self.z[0], last(&self.z)].map(tanh_by_hand);
        say!("tanh, by hand      {:.8} .. {:.8}", by_hand[0], by_hand[1]);
        say!("tanh, on device    {:.7} .. {:.7}", self.tanh[0], last(&self.tanh));
        let by_hand = [self.z[0], last(&self.z)].map(logistic);
        say!("logistic, by hand  {:.8} .. {:.8}", by_hand[0], by_hand[1]);
        say!("logistic, device   {:.7} .. {:.7}", self.sigmoid[0], last(&self.sigmoid));
        say!("\n12.2.13 ReLU");
        say!("on device          {:.3} .. {:.3}", self.relu[0], last(&self.relu));
    }

    /// Both curves, with dotted lines at −1, −0.5, 0, 0.5 and 1.
    fn figure(&self) -> Result<Figure, PlotError> {
        let hand = |f: fn(f64) -> f64| self.z.iter().map(|&z| f(z)).collect::<Vec<f64>>();
        let panel = Panel::new("", "net input z", "activation")
            .with(Series::line("tanh", &self.z, &hand(tanh_by_hand)))
            .with(Series::dashed("logistic", &self.z, &hand(logistic)))
            .y_shows(-1.5)
            .y_shows(1.5);
        plot::curves(&[panel])
    }

    fn relu_figure(&self) -> Result<Figure, PlotError> {
        plot::curves(&[Panel::new("", "net input z", "ReLU").with(Series::line("", &self.z, &self.relu))])
    }
}

fn doubles(values: &Tensor<1>) -> Vec<f64> {
    show::floats(values).into_iter().map(f64::from).collect()
}

fn last(values: &[f64]) -> f64 {
    values.last().copied().unwrap_or(f64::NAN)
}

fn decimals(values: &[f64], digits: usize) -> String {
    let texts: Vec<String> = values.iter().map(|value| format!("{value:.digits$}")).collect();
    format!("[{}]", texts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_functions_by_hand_give_the_books_eight_digits() {
        assert_eq!(decimals(&[logistic(net_input(&X, &UNIT))], 3), "[0.888]");
        let z: Vec<f64> = CLASSES.iter().map(|weights| net_input(&HIDDEN, weights)).collect();
        assert_eq!(decimals(&z, 2), "[1.78, 0.76, 1.65]");
        let units: Vec<f64> = z.iter().map(|&z| logistic(z)).collect();
        assert_eq!(decimals(&units, 8), "[0.85569687, 0.68135373, 0.83889105]");
        assert_eq!(decimals(&softmax_by_hand(&z), 8), "[0.44668973, 0.16107406, 0.39223621]");
        assert_eq!(decimals(&[tanh_by_hand(-5.0), tanh_by_hand(4.995)], 8), "[-0.99990920, 0.99990829]");
        assert_eq!(decimals(&[logistic(-5.0), logistic(4.995)], 8), "[0.00669285, 0.99327383]");
    }
}
