pub mod collections {
    /// Values by keys, in no order.
    pub struct HashMap<K, V>;
    impl<K, V> HashMap<K, V> {
        /// An empty map.
        pub fn new() -> HashMap<K, V> {}
        /// Puts a value under a key; returns the old one.
        pub fn insert(&mut self, key: K, value: V) -> Option<V> {}
        /// The value under a key.
        pub fn get(&self, key: &K) -> Option<&V> {}
        /// The value under a key, to change it.
        pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {}
        /// Whether there is a value under a key.
        pub fn contains_key(&self, key: &K) -> bool {}
        /// Takes out the value under a key.
        pub fn remove(&mut self, key: &K) -> Option<V> {}
        /// The place of a key, filled or not: `*map.entry(k).or_insert(0) += 1`.
        pub fn entry(&mut self, key: K) -> Entry<V> {}
        /// All keys.
        pub fn keys(&self) -> impl Iterator<Item = &K> {}
        /// All values.
        pub fn values(&self) -> impl Iterator<Item = &V> {}
        /// All pairs.
        pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {}
        /// How many pairs.
        pub fn len(&self) -> usize {}
        /// Whether there are none.
        pub fn is_empty(&self) -> bool {}
    }
    /// A place in a map.
    pub struct Entry<V>;
    impl<V> Entry<V> {
        /// The value; `value` is put there if there is none.
        pub fn or_insert(self, value: V) -> &mut V {}
        /// The value; the default is put there if there is none.
        pub fn or_default(self) -> &mut V {}
    }
    /// Values by keys, ordered by key.
    pub type BTreeMap<K, V> = HashMap<K, V>;
    /// Values without duplicates, in no order.
    pub struct HashSet<T>;
    impl<T> HashSet<T> {
        /// An empty set.
        pub fn new() -> HashSet<T> {}
        /// Adds a value; whether it is new.
        pub fn insert(&mut self, value: T) -> bool {}
        /// Whether a value is in the set.
        pub fn contains(&self, value: &T) -> bool {}
        /// Removes a value; whether it was there.
        pub fn remove(&mut self, value: &T) -> bool {}
        /// All values.
        pub fn iter(&self) -> impl Iterator<Item = &T> {}
        /// How many.
        pub fn len(&self) -> usize {}
        /// Whether there are none.
        pub fn is_empty(&self) -> bool {}
    }
    /// Values without duplicates, in order.
    pub type BTreeSet<T> = HashSet<T>;
    /// A list that grows at both ends.
    pub struct VecDeque<T>;
    impl<T> VecDeque<T> {
        /// An empty list.
        pub fn new() -> VecDeque<T> {}
        /// Adds an item at the end.
        pub fn push_back(&mut self, value: T) {}
        /// Adds an item at the front.
        pub fn push_front(&mut self, value: T) {}
        /// Takes the first item.
        pub fn pop_front(&mut self) -> Option<T> {}
        /// Takes the last item.
        pub fn pop_back(&mut self) -> Option<T> {}
        /// The items in order.
        pub fn iter(&self) -> impl Iterator<Item = &T> {}
        /// How many.
        pub fn len(&self) -> usize {}
    }
}
