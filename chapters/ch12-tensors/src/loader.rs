//! Sections 12.1.5 to 12.1.7: data sets and the loader that cuts them into batches, in the order of PyTorch's.

use mlbook::prelude::*;

/// Examples that can be had one by one: what `torch.utils.data.Dataset` asks for.
pub trait Dataset {
    /// One example.
    type Item;
    /// Why an example cannot be had.
    type Error;

    /// How many examples there are.
    fn len(&self) -> usize;

    /// Example `index`, below [`len`](Self::len).
    fn get(&self, index: usize) -> Result<Self::Item, Self::Error>;

    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A loader may borrow its data set, or own it.
impl<D: Dataset> Dataset for &D {
    type Item = D::Item;
    type Error = D::Error;

    fn len(&self) -> usize {
        (**self).len()
    }

    fn get(&self, index: usize) -> Result<D::Item, D::Error> {
        (**self).get(index)
    }
}

/// Section 12.1.6: inputs and their labels as one data set.
#[derive(Clone, Debug)]
pub struct JointDataset<X, Y> {
    x: Vec<X>,
    y: Vec<Y>,
}

impl<X, Y> JointDataset<X, Y> {
    /// Pairs `x[i]` with `y[i]`; `None` if there are not as many of each.
    pub fn new(x: Vec<X>, y: Vec<Y>) -> Option<Self> {
        (x.len() == y.len()).then_some(Self { x, y })
    }
}

impl<X: Clone, Y: Clone> Dataset for JointDataset<X, Y> {
    type Item = (X, Y);
    type Error = std::convert::Infallible;

    fn len(&self) -> usize {
        self.x.len()
    }

    fn get(&self, index: usize) -> Result<(X, Y), Self::Error> {
        Ok((self.x[index].clone(), self.y[index].clone()))
    }
}

/// A data set in batches: `torch.utils.data.DataLoader`.
pub struct DataLoader<D> {
    data: D,
    batch_size: usize,
    shuffle: bool,
    drop_last: bool,
    generator: Generator,
}

impl<D: Dataset> DataLoader<D> {
    /// One example at a time, in order. The generator is the program's: PyTorch's loader draws from it even without shuffling.
    pub fn new(data: D, generator: &Generator) -> Self {
        Self { data, batch_size: 1, shuffle: false, drop_last: false, generator: generator.clone() }
    }

    /// So many examples at a time, at least one.
    pub fn batch_size(self, batch_size: usize) -> Self {
        Self { batch_size: batch_size.max(1), ..self }
    }

    /// In a new random order on each pass.
    pub fn shuffle(self) -> Self {
        Self { shuffle: true, ..self }
    }

    /// Without the last batch if it is smaller than the others.
    pub fn drop_last(self) -> Self {
        Self { drop_last: true, ..self }
    }

    /// One pass over the data. The order is drawn now, the examples are read as the batches are asked for.
    pub fn pass(&self) -> impl Iterator<Item = Result<Vec<D::Item>, D::Error>> + '_ {
        let mut rng = self.generator.lock();
        let length = self.data.len();
        let mut order = if self.shuffle { rng.loader_order(length) } else { rng.loader_sequential(length) };
        if self.drop_last {
            order.truncate(length - length % self.batch_size);
        }
        let batches: Vec<Vec<usize>> = order.chunks(self.batch_size).map(<[usize]>::to_vec).collect();
        batches.into_iter().map(|rows| rows.into_iter().map(|row| self.data.get(row)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(loader: &DataLoader<&JointDataset<f32, u8>>) -> Vec<Vec<u8>> {
        let Ok(batches) = loader.pass().collect::<Result<Vec<_>, _>>();
        batches.into_iter().map(|batch| batch.into_iter().map(|(_, label)| label).collect()).collect()
    }

    #[test]
    fn three_passes_have_the_books_orders() {
        let data = JointDataset::new(vec![0.0; 4], vec![0, 1, 2, 3]).expect("as many labels as inputs");
        let generator = Generator::seeded(1);
        let loader = DataLoader::new(&data, &generator).batch_size(2).shuffle();
        assert_eq!(labels(&loader), [[2, 0], [1, 3]]);
        assert_eq!(labels(&loader), [[0, 2], [1, 3]]);
        assert_eq!(labels(&loader), [[3, 2], [0, 1]]);
    }

    #[test]
    fn the_last_batch_may_be_small_and_may_be_dropped() {
        let data = JointDataset::new(vec![0.0; 5], vec![0, 1, 2, 3, 4]).expect("as many labels as inputs");
        let generator = Generator::seeded(1);
        let loader = DataLoader::new(&data, &generator).batch_size(2);
        assert_eq!(labels(&loader), [vec![0, 1], vec![2, 3], vec![4]]);
        assert_eq!(labels(&loader.drop_last()), [[0, 1], [2, 3]]);
        assert!(JointDataset::new(vec![0.0; 5], vec![0_u8; 4]).is_none());
    }
}
