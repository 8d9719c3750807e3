//! A generator takes over its entropy.

use embertls::{Drbg, Entropy};

fn main() -> embertls::Result<()> {
    let entropy = Entropy::new()?;
    let _first = Drbg::seed(entropy, b"first")?;
    let _second = Drbg::seed(entropy, b"second")?;
    Ok(())
}
