use crate::cmp::Ordering;

/// Things one after the other. Nothing is computed before something asks for the items.
pub trait Iterator<T> {
    /// The next item, or `None` at the end.
    fn next(&mut self) -> Option<T>;
    /// Changes each item.
    fn map<U>(self, change: impl FnMut(T) -> U) -> impl Iterator<Item = U>;
    /// Only the items that pass the test.
    fn filter(self, test: impl FnMut(&T) -> bool) -> impl Iterator<Item = T>;
    /// Changes items, and leaves out those for which nothing comes out.
    fn filter_map<U>(self, change: impl FnMut(T) -> Option<U>) -> impl Iterator<Item = U>;
    /// Changes each item into several.
    fn flat_map<U>(self, change: impl FnMut(T) -> U) -> impl Iterator;
    /// The items of the items.
    fn flatten(self) -> impl Iterator;
    /// Items with their positions, from 0.
    fn enumerate(self) -> impl Iterator<Item = (usize, T)>;
    /// Pairs with the items of another iterator, until one of the two ends.
    fn zip<U>(self, other: impl IntoIterator<Item = U>) -> impl Iterator<Item = (T, U)>;
    /// This one's items, then the other's.
    fn chain(self, other: impl IntoIterator<Item = T>) -> impl Iterator<Item = T>;
    /// At most `n` items.
    fn take(self, n: usize) -> impl Iterator<Item = T>;
    /// All but the first `n`.
    fn skip(self, n: usize) -> impl Iterator<Item = T>;
    /// Items as long as the test holds.
    fn take_while(self, test: impl FnMut(&T) -> bool) -> impl Iterator<Item = T>;
    /// Leaves out items as long as the test holds.
    fn skip_while(self, test: impl FnMut(&T) -> bool) -> impl Iterator<Item = T>;
    /// Every `n`-th item.
    fn step_by(self, n: usize) -> impl Iterator<Item = T>;
    /// Backwards.
    fn rev(self) -> impl Iterator<Item = T>;
    /// Over and over.
    fn cycle(self) -> impl Iterator<Item = T>;
    /// With a look at the item after the next.
    fn peekable(self) -> impl Iterator<Item = T>;
    /// Changes items with a state that is carried along; ends at `None`.
    fn scan<S, U>(self, state: S, step: impl FnMut(&mut S, T) -> Option<U>) -> impl Iterator<Item = U>;
    /// Looks at each item on the way.
    fn inspect(self, look: impl FnMut(&T)) -> impl Iterator<Item = T>;
    /// Owned copies of items behind references.
    fn cloned(self) -> impl Iterator<Item = T>;
    /// Copies of items behind references.
    fn copied(self) -> impl Iterator<Item = T>;
    /// Puts the items into a collection: `.collect::<Vec<_>>()`.
    fn collect<C>(self) -> C;
    /// Two collections: what passes the test, and the rest.
    fn partition<C>(self, test: impl FnMut(&T) -> bool) -> (C, C);
    /// From one value through all items to a result.
    fn fold<A>(self, start: A, step: impl FnMut(A, T) -> A) -> A;
    /// Like `fold`, starting with the first item.
    fn reduce(self, step: impl FnMut(T, T) -> T) -> Option<T>;
    /// The sum: `.sum::<f32>()`.
    fn sum<S>(self) -> S;
    /// The product.
    fn product<P>(self) -> P;
    /// How many.
    fn count(self) -> usize;
    /// The last item.
    fn last(self) -> Option<T>;
    /// The item at a position, from 0.
    fn nth(&mut self, n: usize) -> Option<T>;
    /// The smallest item.
    fn min(self) -> Option<T>;
    /// The largest item.
    fn max(self) -> Option<T>;
    /// The largest by a comparison: `f32::total_cmp` for floats.
    fn max_by(self, compare: impl FnMut(&T, &T) -> Ordering) -> Option<T>;
    /// The smallest by a comparison: `f32::total_cmp` for floats.
    fn min_by(self, compare: impl FnMut(&T, &T) -> Ordering) -> Option<T>;
    /// The item whose key is largest.
    fn max_by_key<K>(self, key: impl FnMut(&T) -> K) -> Option<T>;
    /// The item whose key is smallest.
    fn min_by_key<K>(self, key: impl FnMut(&T) -> K) -> Option<T>;
    /// Whether the test holds for all.
    fn all(&mut self, test: impl FnMut(T) -> bool) -> bool;
    /// Whether the test holds for one.
    fn any(&mut self, test: impl FnMut(T) -> bool) -> bool;
    /// The first item that passes the test.
    fn find(&mut self, test: impl FnMut(&T) -> bool) -> Option<T>;
    /// The first result of a function that may find nothing.
    fn find_map<U>(&mut self, find: impl FnMut(T) -> Option<U>) -> Option<U>;
    /// Where the first item is that passes the test.
    fn position(&mut self, test: impl FnMut(T) -> bool) -> Option<usize>;
    /// Does something with each item.
    fn for_each(self, action: impl FnMut(T));
    /// Two collections out of pairs.
    fn unzip<A, B>(self) -> (A, B);
    /// Leaves the iterator usable after part of it is taken.
    fn by_ref(&mut self) -> &mut Self;
}

pub trait DoubleEndedIterator {}
pub trait ExactSizeIterator {}
pub trait Extend<T> {}

/// What a `for` loop can walk through.
pub trait IntoIterator<T> {
    /// An iterator over the items.
    fn into_iter(self) -> impl Iterator<Item = T>;
}

impl<T> IntoIterator<T> for Vec<T> {}
impl<T> IntoIterator<T> for [T] {}
impl<T> IntoIterator<T> for Option<T> {}

/// One item.
pub fn once<T>(value: T) -> impl Iterator<Item = T> {}
/// The same value again and again.
pub fn repeat<T>(value: T) -> impl Iterator<Item = T> {}
/// What a function returns, until it returns `None`.
pub fn from_fn<T>(next: impl FnMut() -> Option<T>) -> impl Iterator<Item = T> {}
/// Each value computed from the one before.
pub fn successors<T>(first: Option<T>, next: impl FnMut(&T) -> Option<T>) -> impl Iterator<Item = T> {}
/// Two sequences in step.
pub fn zip<A, B>(a: impl IntoIterator<Item = A>, b: impl IntoIterator<Item = B>) -> impl Iterator<Item = (A, B)> {}
