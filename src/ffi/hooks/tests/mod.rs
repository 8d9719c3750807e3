//! The hooks beside the C that they replace, which is compiled once more for
//! this: the same inputs, at random and at the edges, give the same results
//! and the same refusals.

mod aead;
mod aes;
mod ecdh;
mod hash;
mod reference;

use std::ffi::c_void;

/// Memory for a context, more than any needs.
#[repr(align(16))]
struct Memory([u8; 4096]);

impl Memory {
    fn new() -> Box<Self> {
        Box::new(Self([0; 4096]))
    }

    fn as_ptr(&mut self) -> *mut c_void {
        self.0.as_mut_ptr().cast()
    }
}

/// Numbers that are the same in every run (xorshift64*).
struct Random(u64);

impl Random {
    fn new() -> Self {
        Self(0x9e37_79b9_7f4a_7c15)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() >> 32) as usize % end
    }

    fn bytes(&mut self, len: usize) -> Vec<u8> {
        (0..len).map(|_| (self.next() >> 56) as u8).collect()
    }
}
