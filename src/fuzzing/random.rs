//! Numbers that look random and are the same everywhere: SplitMix64.

pub(crate) struct Random(pub(crate) u64);

// Fuzzing needs the stream alone.
#[cfg_attr(not(test), allow(dead_code))]
impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Less than `bound`, or 0.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }

    /// Once in so many times.
    pub(crate) fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    /// A length: small ones more often than large ones.
    pub(crate) fn size(&mut self) -> usize {
        let most = self.pick(&[2, 20, 300, 5000, 40_000]);
        self.below(most)
    }
}
