//! A map with a limit: the oldest entries make room for new ones.

use alloc::collections::BTreeMap;

pub(super) struct Bounded<K, V> {
    capacity: usize,
    entries: BTreeMap<K, Entry<V>>,
    /// The keys by the order in which they came.
    order: BTreeMap<u64, K>,
    next: u64,
}

struct Entry<V> {
    number: u64,
    /// Since 1970, in seconds.
    end: u64,
    value: V,
}

impl<K: Clone + Ord, V> Bounded<K, V> {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            capacity,
            entries: BTreeMap::new(),
            order: BTreeMap::new(),
            next: 0,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Keeps `value` until `end`, in the place of what the key had.
    pub(super) fn insert(&mut self, key: K, value: V, end: u64, now: u64) {
        self.remove(&key);
        if self.capacity == 0 || end <= now {
            return;
        }
        while let Some((_, oldest)) = self.order.first_key_value() {
            let is_over = self
                .entries
                .get(oldest)
                .is_none_or(|entry| entry.end <= now);
            if !is_over && self.entries.len() < self.capacity {
                break;
            }
            let oldest = oldest.clone();
            self.remove(&oldest);
        }
        let number = self.next;
        self.next += 1;
        self.order.insert(number, key.clone());
        self.entries.insert(key, Entry { number, end, value });
    }

    /// What was kept, unless its time is over.
    pub(super) fn get(&mut self, key: &K, now: u64) -> Option<&V> {
        if self.entries.get(key)?.end <= now {
            self.remove(key);
        }
        self.entries.get(key).map(|entry| &entry.value)
    }

    pub(super) fn remove(&mut self, key: &K) {
        if let Some(entry) = self.entries.remove(key) {
            self.order.remove(&entry.number);
        }
    }

    pub(super) fn clear(&mut self) {
        self.entries.clear();
        self.order.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_goes_first_and_what_comes_again_is_new() {
        let mut map = Bounded::new(2);
        map.insert("a", 1, 100, 0);
        map.insert("b", 2, 100, 0);
        map.insert("a", 3, 100, 0);
        map.insert("c", 4, 100, 0);
        assert_eq!(map.get(&"a", 0), Some(&3));
        assert_eq!(map.get(&"b", 0), None);
        assert_eq!(map.get(&"c", 0), Some(&4));
        assert_eq!((map.len(), map.order.len()), (2, 2));
    }

    #[test]
    fn what_is_over_is_not_given_and_makes_room() {
        let mut map = Bounded::new(8);
        map.insert("a", 1, 10, 0);
        map.insert("b", 2, 20, 0);
        assert_eq!(map.get(&"a", 9), Some(&1));
        assert_eq!(map.get(&"a", 10), None);
        assert_eq!(map.len(), 1, "it is gone");
        map.insert("c", 3, 40, 30);
        assert_eq!(map.len(), 1, "so is what nobody asked for");
        map.insert("d", 4, 30, 30);
        assert_eq!(map.get(&"d", 30), None);
    }

    #[test]
    fn without_room_nothing_is_kept() {
        let mut map = Bounded::new(0);
        map.insert(1, 1, 10, 0);
        assert_eq!(map.get(&1, 0), None);
        map = Bounded::new(3);
        for n in 0..1000 {
            map.insert(n, n, 10, 0);
            assert!(map.len() <= 3 && map.order.len() == map.len());
        }
        map.clear();
        assert_eq!((map.len(), map.order.len()), (0, 0));
    }
}
