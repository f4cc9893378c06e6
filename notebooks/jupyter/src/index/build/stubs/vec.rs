/// A list that can grow.
pub struct Vec<T>;

impl<T> Vec<T> {
    /// An empty list.
    pub fn new() -> Vec<T> {}
    /// An empty list with room for `capacity` items.
    pub fn with_capacity(capacity: usize) -> Vec<T> {}
    /// Adds an item at the end.
    pub fn push(&mut self, value: T) {}
    /// Takes the last item.
    pub fn pop(&mut self) -> Option<T> {}
    /// Puts an item at a position.
    pub fn insert(&mut self, index: usize, value: T) {}
    /// Takes out the item at a position; those behind it move up.
    pub fn remove(&mut self, index: usize) -> T {}
    /// Takes out the item at a position; the last one takes its place.
    pub fn swap_remove(&mut self, index: usize) -> T {}
    /// Adds all items of something.
    pub fn extend(&mut self, items: impl IntoIterator<Item = T>) {}
    /// Adds copies of a slice's items.
    pub fn extend_from_slice(&mut self, items: &[T]) {}
    /// Moves all items of another list to the end of this one.
    pub fn append(&mut self, other: &mut Vec<T>) {}
    /// Keeps the items that pass the test.
    pub fn retain(&mut self, test: impl FnMut(&T) -> bool) {}
    /// Removes neighbours that are equal.
    pub fn dedup(&mut self) {}
    /// Cuts the list to a length.
    pub fn truncate(&mut self, length: usize) {}
    /// Makes the list a length, filled with `value`.
    pub fn resize(&mut self, length: usize, value: T) {}
    /// Removes all items.
    pub fn clear(&mut self) {}
    /// Takes out a range of items.
    pub fn drain(&mut self, range: Range<usize>) -> impl Iterator<Item = T> {}
    /// Cuts off what is behind a position.
    pub fn split_off(&mut self, at: usize) -> Vec<T> {}
    /// An iterator over the items, which it gives away.
    pub fn into_iter(self) -> impl Iterator<Item = T> {}
    /// The items as a slice.
    pub fn as_slice(&self) -> &[T] {}
    /// How many items fit before memory must grow.
    pub fn capacity(&self) -> usize {}
}

impl<T> Deref for Vec<T> {
    type Target = [T];
}

use crate::ops::{Deref, Range};
use crate::cmp::Ordering;

impl<T> [T] {
    /// How many items.
    pub fn len(&self) -> usize {}
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {}
    /// An iterator over references to the items.
    pub fn iter(&self) -> impl Iterator<Item = &T> {}
    /// An iterator over mutable references to the items.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {}
    /// The first item.
    pub fn first(&self) -> Option<&T> {}
    /// The last item.
    pub fn last(&self) -> Option<&T> {}
    /// The item at a position, if there is one.
    pub fn get(&self, index: usize) -> Option<&T> {}
    /// The item at a position, to change it.
    pub fn get_mut(&mut self, index: usize) -> Option<&mut T> {}
    /// Whether the value is among the items.
    pub fn contains(&self, value: &T) -> bool {}
    /// Whether it begins with these items.
    pub fn starts_with(&self, items: &[T]) -> bool {}
    /// Sorts the items.
    pub fn sort(&mut self) {}
    /// Sorts by a comparison: `values.sort_by(f32::total_cmp)`.
    pub fn sort_by(&mut self, compare: impl FnMut(&T, &T) -> Ordering) {}
    /// Sorts by a key.
    pub fn sort_by_key<K>(&mut self, key: impl FnMut(&T) -> K) {}
    /// Sorts faster; equal items may change places.
    pub fn sort_unstable(&mut self) {}
    /// Finds an item in a sorted slice.
    pub fn binary_search(&self, value: &T) -> Result<usize, usize> {}
    /// Turns the order round.
    pub fn reverse(&mut self) {}
    /// Exchanges two items.
    pub fn swap(&mut self, a: usize, b: usize) {}
    /// Sets every item to a value.
    pub fn fill(&mut self, value: T) {}
    /// Pieces of `size` items; the last may be shorter.
    pub fn chunks(&self, size: usize) -> impl Iterator<Item = &[T]> {}
    /// Pieces of exactly `size` items; a rest is left out.
    pub fn chunks_exact(&self, size: usize) -> impl Iterator<Item = &[T]> {}
    /// All runs of `size` neighbours.
    pub fn windows(&self, size: usize) -> impl Iterator<Item = &[T]> {}
    /// The two parts before and behind a position.
    pub fn split_at(&self, at: usize) -> (&[T], &[T]) {}
    /// The first item and the rest.
    pub fn split_first(&self) -> Option<(&T, &[T])> {}
    /// A list with copies of the items.
    pub fn to_vec(&self) -> Vec<T> {}
    /// All the inner lists' items in one list.
    pub fn concat(&self) -> T {}
    /// The items with a separator between them, as one `String` or list.
    pub fn join(&self, separator: &str) -> String {}
    /// The items over and over, `n` times.
    pub fn repeat(&self, n: usize) -> Vec<T> {}
    /// An array of changed items; only on arrays `[T; N]`.
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> [U] {}
    /// Copies the items of a slice of the same length.
    pub fn copy_from_slice(&mut self, from: &[T]) {}
}
