//! Hash states. They are plain bytes: C copies them as it likes.

use aws_lc_sys as aws;
use zeroize::Zeroize;

macro_rules! sha2 {
    (
        $(#[$meta:meta])* $name:ident, $state:ident, $block:literal, $word:ty, $buffer:ident,
        short: $short_init:ident $short_final:ident $short_len:literal,
        full: $init:ident $final:ident,
        $update:ident $transform:ident
    ) => {
        $(#[$meta])*
        #[derive(Clone)]
        #[repr(transparent)]
        pub(crate) struct $name(aws::$state);

        impl Default for $name {
            fn default() -> Self {
                Self(aws::$state {
                    h: [0; 8],
                    Nl: 0,
                    Nh: 0,
                    $buffer: [0; $block],
                    num: 0,
                    md_len: 0,
                })
            }
        }

        impl $name {
            /// Begins a new message; `is_short` for the shorter digest.
            pub(crate) fn start(&mut self, is_short: bool) {
                // SAFETY: the functions write the whole state.
                unsafe {
                    match is_short {
                        true => aws::$short_init(&mut self.0),
                        false => aws::$init(&mut self.0),
                    };
                }
            }

            pub(crate) fn update(&mut self, data: &[u8]) {
                // A state that was never started has no room to count in: aws-lc trusts the count.
                if self.0.md_len == 0 {
                    return;
                }
                // SAFETY: reads as many bytes as it is told.
                unsafe { aws::$update(&mut self.0, data.as_ptr().cast(), data.len()) };
            }

            /// Writes the digest; `false` for a state that was never started.
            ///
            /// # Safety
            ///
            /// There is room for the digest at `output`.
            pub(crate) unsafe fn finish(&mut self, output: *mut u8) -> bool {
                // SAFETY: the state says how long its digest is, and the caller has room for it.
                let code = unsafe {
                    match self.0.md_len {
                        0 => return false,
                        $short_len => aws::$short_final(output, &mut self.0),
                        _ => aws::$final(output, &mut self.0),
                    }
                };
                code == 1
            }

            /// Mixes one block in, and does not count it.
            pub(crate) fn process(&mut self, block: &[u8; $block]) {
                // SAFETY: reads one block.
                unsafe { aws::$transform(&mut self.0, block.as_ptr()) }
            }

            pub(crate) fn wipe(&mut self) {
                self.0.h.zeroize();
                self.0.$buffer.zeroize();
                *self = Self::default();
            }
        }
    };
}

sha2!(
    /// SHA-256, or SHA-224.
    Sha256, SHA256_CTX, 64, u32, data,
    short: SHA224_Init SHA224_Final 28,
    full: SHA256_Init SHA256_Final,
    SHA256_Update SHA256_Transform
);

sha2!(
    /// SHA-512, or SHA-384.
    Sha512, SHA512_CTX, 128, u64, p,
    short: SHA384_Init SHA384_Final 48,
    full: SHA512_Init SHA512_Final,
    SHA512_Update SHA512_Transform
);
