//! The key derivation of TLS 1.2 (RFC 5246, section 5).

use zeroize::Zeroizing;

use super::hash::{Sha256, Sha512};

/// A hash state, as HMAC and the PRF need it.
trait State: Default + Clone {
    /// Bytes of a block.
    const BLOCK: usize;
    /// Bytes of a digest.
    const LEN: usize;

    fn begin(&mut self);
    fn add(&mut self, data: &[u8]);
    fn digest(&mut self, out: &mut Bytes);
    fn forget(&mut self);
}

/// Room for a block or a digest of either hash.
type Bytes = [u8; 128];

/// HMAC (RFC 2104) with both pads of the key hashed beforehand.
struct Hmac<S: State> {
    inner: S,
    outer: S,
}

/// Fills `out` from `secret` with P_SHA256; the seed comes in two parts.
pub(crate) fn p_sha256(secret: &[u8], seed: [&[u8]; 2], out: &mut [u8]) {
    p_hash::<Sha256>(secret, seed, out);
}

/// As [`p_sha256`], with SHA-384.
pub(crate) fn p_sha384(secret: &[u8], seed: [&[u8]; 2], out: &mut [u8]) {
    p_hash::<Sha512>(secret, seed, out);
}

fn p_hash<S: State>(secret: &[u8], seed: [&[u8]; 2], out: &mut [u8]) {
    let [label, seed] = seed;
    let hmac = Hmac::<S>::new(secret);
    let mut a = Zeroizing::new([0; 128]);
    let mut block = Zeroizing::new([0; 128]);
    hmac.of([label, seed, b""], &mut a);
    let mut parts = out.chunks_mut(S::LEN).peekable();
    while let Some(part) = parts.next() {
        hmac.of([&a[..S::LEN], label, seed], &mut block);
        part.copy_from_slice(&block[..part.len()]);
        if parts.peek().is_some() {
            let before = Zeroizing::new(*a);
            hmac.of([&before[..S::LEN], b"", b""], &mut a);
        }
    }
}

impl<S: State> Hmac<S> {
    fn new(key: &[u8]) -> Self {
        let mut block = Zeroizing::new([0; 128]);
        let mut hmac = Self {
            inner: S::default(),
            outer: S::default(),
        };
        match key.len() > S::BLOCK {
            true => {
                hmac.inner.begin();
                hmac.inner.add(key);
                hmac.inner.digest(&mut block);
            }
            false => block[..key.len()].copy_from_slice(key),
        }
        for (state, pad) in [(&mut hmac.inner, 0x36), (&mut hmac.outer, 0x5c)] {
            let padded = Zeroizing::new(block.map(|byte| byte ^ pad));
            state.begin();
            state.add(&padded[..S::BLOCK]);
        }
        hmac
    }

    fn of(&self, message: [&[u8]; 3], out: &mut Bytes) {
        let mut inner = self.inner.clone();
        for part in message {
            inner.add(part);
        }
        inner.digest(out);
        inner.forget();
        let mut outer = self.outer.clone();
        outer.add(&out[..S::LEN]);
        outer.digest(out);
        outer.forget();
    }
}

impl<S: State> Drop for Hmac<S> {
    fn drop(&mut self) {
        self.inner.forget();
        self.outer.forget();
    }
}

impl State for Sha256 {
    const BLOCK: usize = 64;
    const LEN: usize = 32;

    fn begin(&mut self) {
        self.start(false);
    }

    fn add(&mut self, data: &[u8]) {
        self.update(data);
    }

    fn digest(&mut self, out: &mut Bytes) {
        // SAFETY: there is room for any digest.
        unsafe { self.finish(out.as_mut_ptr()) };
    }

    fn forget(&mut self) {
        self.wipe();
    }
}

/// As SHA-384.
impl State for Sha512 {
    const BLOCK: usize = 128;
    const LEN: usize = 48;

    fn begin(&mut self) {
        self.start(true);
    }

    fn add(&mut self, data: &[u8]) {
        self.update(data);
    }

    fn digest(&mut self, out: &mut Bytes) {
        // SAFETY: there is room for any digest.
        unsafe { self.finish(out.as_mut_ptr()) };
    }

    fn forget(&mut self) {
        self.wipe();
    }
}

#[cfg(test)]
mod tests;
