//! Normalisation on the processor: numbers in groups, each from its mean in units of its deviation.
//!
//! An array is `[outer, groups, inner]`. For batch normalisation these are images, channels and pixels; an instance's
//! normalisation is that of one image whose channels are all channels of all images.

use rayon::prelude::*;

use super::vectorised::vectorised;

/// Sums are taken in so many at a time: one after the other, each addition would wait for the one before.
const LANES: usize = 16;

/// The sizes of an array in groups.
#[derive(Clone, Copy, Debug)]
pub struct Groups {
    pub outer: usize,
    pub groups: usize,
    pub inner: usize,
    /// Added to the variance.
    pub epsilon: f64,
}

impl Groups {
    /// Numbers of a group.
    pub fn count(&self) -> usize {
        self.outer * self.inner
    }

    /// The parts of `values` that belong to a group.
    fn parts<'a>(&self, values: &'a [f32], group: usize) -> impl Iterator<Item = &'a [f32]> {
        let Self { outer, groups, inner, .. } = *self;
        (0..outer).map(move |i| &values[(i * groups + group) * inner..][..inner])
    }

    /// Runs `work` on every part of `values` and its group.
    fn for_each(&self, values: &mut [f32], work: impl Fn(usize, usize, &mut [f32]) + Sync) {
        let Self { groups, inner, .. } = *self;
        // A core takes about as many numbers as its nearest memory holds.
        let parts = (4096 / inner.max(1)).max(1);
        values.par_chunks_mut((parts * inner).max(1)).enumerate().for_each(|(nth, values)| {
            for (k, values) in values.chunks_exact_mut(inner.max(1)).enumerate() {
                let place = nth * parts + k;
                work(place * inner, place % groups, values);
            }
        });
    }

    /// 1 / √(variance + ε).
    pub fn scale(&self, variance: f32) -> f32 {
        (1.0 / (f64::from(variance) + self.epsilon).sqrt()) as f32
    }
}

/// Mean and variance (over all numbers, not all but one) of each group: all means, then all variances.
pub fn statistics(x: &[f32], g: &Groups) -> Vec<f32> {
    let count = g.count() as f32;
    let mut both = vec![0.0; 2 * g.groups];
    let (means, variances) = both.split_at_mut(g.groups);
    means.par_iter_mut().zip(variances).enumerate().for_each(|(group, (mean, variance))| {
        let mut sums = [0.0; LANES];
        g.parts(x, group).for_each(|part| add_up(part, &mut sums));
        *mean = total(&sums) / count;
        let mut squares = [0.0; LANES];
        g.parts(x, group).for_each(|part| add_squares(part, *mean, &mut squares));
        *variance = total(&squares) / count;
    });
    both
}

/// `weight·(x − mean)/√(variance + ε) + bias`, all by group.
pub fn forward(x: &[f32], statistics: &[f32], weight: &[f32], bias: &[f32], g: &Groups) -> Vec<f32> {
    let (means, variances) = statistics.split_at(g.groups);
    let mut y = vec![0.0; x.len()];
    g.for_each(&mut y, |place, group, y| {
        let slope = weight[group] * g.scale(variances[group]);
        straight(&x[place..place + y.len()], slope, bias[group] - means[group] * slope, y);
    });
    y
}

/// Gradients of [`forward`] with respect to `x`, weight and bias, if the statistics are those of `x`.
pub fn backward(
    x: &[f32],
    statistics: &[f32],
    weight: &[f32],
    gradient: &[f32],
    g: &Groups,
) -> [Vec<f32>; 3] {
    let (means, variances) = statistics.split_at(g.groups);
    let count = g.count() as f32;
    let (mut by_weight, mut by_bias) = (vec![0.0; g.groups], vec![0.0; g.groups]);
    by_weight.par_iter_mut().zip(&mut by_bias).enumerate().for_each(|(group, (by_weight, by_bias))| {
        let (mut sums, mut products) = ([0.0; LANES], [0.0; LANES]);
        for (gradient, x) in g.parts(gradient, group).zip(g.parts(x, group)) {
            add_products(gradient, x, means[group], &mut sums, &mut products);
        }
        *by_bias = total(&sums);
        *by_weight = total(&products) * g.scale(variances[group]);
    });
    let mut by_x = vec![0.0; x.len()];
    g.for_each(&mut by_x, |place, group, by_x| {
        // weight·s·(gradient − mean gradient − ŷ·mean(gradient·ŷ)), where ŷ = s·(x − mean).
        let scale = g.scale(variances[group]);
        let slope = weight[group] * scale;
        let of_x = -slope * scale * by_weight[group] / count;
        let constant = -slope * by_bias[group] / count - of_x * means[group];
        let range = place..place + by_x.len();
        plane(&gradient[range.clone()], &x[range], [slope, of_x, constant], by_x);
    });
    [by_x, by_weight, by_bias]
}

/// What [`backward`] gives for `x` where all weights are 1, and what is needed to go back through it.
pub fn input_gradient(x: &[f32], statistics: &[f32], gradient: &[f32], g: &Groups) -> Vec<f32> {
    let [by_x, ..] = backward(x, statistics, &vec![1.0; g.groups], gradient, g);
    by_x
}

/// The way back through [`input_gradient`]: gradients with respect to `x` and to `v`, from that of its result, `w`.
///
/// With s = 1/√(variance + ε), ŷ = s·(x − mean), a bar for the mean of a group, c = mean(v·ŷ) and d = mean(w·ŷ), the result is
/// s·(v − v̄ − c·ŷ). It is symmetric in what it does to v, so that way back is the same map: s·(w − w̄ − d·ŷ). Through s and ŷ it depends
/// on x; differentiating both gives −s²·(q − q̄ + (mean(v·w) − v̄·w̄ − 3·c·d)·ŷ) with q = c·w + d·v.
pub fn input_gradient_backward(
    x: &[f32],
    statistics: &[f32],
    v: &[f32],
    w: &[f32],
    g: &Groups,
) -> [Vec<f32>; 2] {
    let (means, variances) = statistics.split_at(g.groups);
    let count = g.count() as f32;
    let sums: Vec<Moments> = (0..g.groups)
        .into_par_iter()
        .map(|group| {
            let (mut of_v, mut of_w) = ([0.0; LANES], [0.0; LANES]);
            let (mut with_v, mut with_w, mut both) = ([0.0; LANES], [0.0; LANES], [0.0; LANES]);
            for ((x, v), w) in g.parts(x, group).zip(g.parts(v, group)).zip(g.parts(w, group)) {
                add_products(v, x, means[group], &mut of_v, &mut with_v);
                add_products(w, x, means[group], &mut of_w, &mut with_w);
                let mut unused = [0.0; LANES];
                add_products(v, w, 0.0, &mut unused, &mut both);
            }
            let scale = g.scale(variances[group]);
            let mean = |sums: &[f32; LANES]| total(sums) / count;
            Moments {
                scale,
                v: mean(&of_v),
                w: mean(&of_w),
                c: mean(&with_v) * scale,
                d: mean(&with_w) * scale,
                both: mean(&both),
            }
        })
        .collect();
    let (mut by_x, mut by_v) = (vec![0.0; x.len()], vec![0.0; x.len()]);
    g.for_each(&mut by_v, |place, group, by_v| {
        let Moments { scale, w: mean_w, d, .. } = sums[group];
        let of_x = -scale * scale * d;
        let constant = -scale * mean_w - of_x * means[group];
        let range = place..place + by_v.len();
        plane(&w[range.clone()], &x[range], [scale, of_x, constant], by_v);
    });
    g.for_each(&mut by_x, |place, group, by_x| {
        let Moments { scale, v: mean_v, w: mean_w, c, d, both } = sums[group];
        let square = -scale * scale;
        let of_x = square * scale * (both - mean_v * mean_w - 3.0 * c * d);
        let constant = -square * (c * mean_w + d * mean_v) - of_x * means[group];
        let range = place..place + by_x.len();
        plane(&w[range.clone()], &x[range.clone()], [square * c, of_x, constant], by_x);
        add_scaled(&v[range], square * d, by_x);
    });
    [by_x, by_v]
}

/// Means of a group, as [`input_gradient_backward`] names them.
#[derive(Clone, Copy)]
struct Moments {
    scale: f32,
    v: f32,
    w: f32,
    c: f32,
    d: f32,
    both: f32,
}

fn total(sums: &[f32; LANES]) -> f32 {
    sums.iter().sum()
}

vectorised! {
    fn add_up(values: &[f32], sums: &mut [f32; LANES]) {
        let (groups, rest) = values.as_chunks::<LANES>();
        for group in groups {
            for (sum, value) in sums.iter_mut().zip(group) {
                *sum += value;
            }
        }
        for (sum, value) in sums.iter_mut().zip(rest) {
            *sum += value;
        }
    }
}

vectorised! {
    fn add_squares(values: &[f32], mean: f32, sums: &mut [f32; LANES]) {
        let (groups, rest) = values.as_chunks::<LANES>();
        for group in groups {
            for (sum, value) in sums.iter_mut().zip(group) {
                *sum += (value - mean) * (value - mean);
            }
        }
        for (sum, value) in sums.iter_mut().zip(rest) {
            *sum += (value - mean) * (value - mean);
        }
    }
}

vectorised! {
    /// Adds up `v`, and `v·(x − mean)`.
    fn add_products(v: &[f32], x: &[f32], mean: f32, sums: &mut [f32; LANES], products: &mut [f32; LANES]) {
        let (v_groups, v_rest) = v.as_chunks::<LANES>();
        let (x_groups, x_rest) = x.as_chunks::<LANES>();
        for (v, x) in v_groups.iter().zip(x_groups) {
            for lane in 0..LANES {
                sums[lane] += v[lane];
                products[lane] += v[lane] * (x[lane] - mean);
            }
        }
        for (lane, (v, x)) in v_rest.iter().zip(x_rest).enumerate() {
            sums[lane] += v;
            products[lane] += v * (x - mean);
        }
    }
}

vectorised! {
    fn straight(x: &[f32], slope: f32, constant: f32, y: &mut [f32]) {
        for (y, x) in y.iter_mut().zip(x) {
            *y = x * slope + constant;
        }
    }
}

vectorised! {
    /// `v` and `x` times two factors, plus a constant.
    fn plane(v: &[f32], x: &[f32], factors: [f32; 3], y: &mut [f32]) {
        let [of_v, of_x, constant] = factors;
        for ((y, v), x) in y.iter_mut().zip(v).zip(x) {
            *y = v * of_v + x * of_x + constant;
        }
    }
}

vectorised! {
    fn add_scaled(v: &[f32], factor: f32, y: &mut [f32]) {
        for (y, v) in y.iter_mut().zip(v) {
            *y += v * factor;
        }
    }
}
