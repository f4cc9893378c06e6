//! Slices in pieces of one vector's length. A loop over local arrays of a fixed length becomes vector instructions; over many slices
//! at once it does not, since the compiler must allow for their overlapping.

/// Numbers in a piece: one vector of AVX-512.
pub const LANES: usize = 16;

pub const NONE: [f32; LANES] = [0.0; LANES];

/// A piece of every slice of a length.
#[derive(Clone, Copy)]
pub struct Lanes {
    start: usize,
    /// [`LANES`], or what is left at the end.
    count: usize,
}

impl Lanes {
    /// The pieces of a slice of `size` numbers.
    #[inline(always)]
    pub fn of(size: usize) -> impl Iterator<Item = Self> {
        (0..size).step_by(LANES).map(move |start| Self { start, count: LANES.min(size - start) })
    }

    #[inline(always)]
    pub fn load(self, from: &[f32]) -> [f32; LANES] {
        let mut lanes = NONE;
        let from = &from[self.start..self.start + self.count];
        match from.as_array() {
            Some(whole) => lanes = *whole,
            None => lanes[..self.count].copy_from_slice(from),
        }
        lanes
    }

    #[inline(always)]
    pub fn store(self, to: &mut [f32], lanes: &[f32; LANES]) {
        let to = &mut to[self.start..self.start + self.count];
        match to.as_mut_array() {
            Some(whole) => *whole = *lanes,
            None => to.copy_from_slice(&lanes[..self.count]),
        }
    }

    /// The piece in each of the four columns of a row.
    #[inline(always)]
    pub fn columns(self, row: &[f32], size: usize) -> [[f32; LANES]; 4] {
        let (first, rest) = row.split_at(size);
        let (second, rest) = rest.split_at(size);
        let (third, fourth) = rest.split_at(size);
        [self.load(first), self.load(second), self.load(third), self.load(fourth)]
    }

    #[inline(always)]
    pub fn store_columns(self, row: &mut [f32], size: usize, columns: [&[f32; LANES]; 4]) {
        for (column, lanes) in columns.into_iter().enumerate() {
            self.store(&mut row[column * size..(column + 1) * size], lanes);
        }
    }
}
