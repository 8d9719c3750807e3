//! The blocks of `docs/migrating.md` about other libraries, compiled. Those
//! about embertls are in the crate's own tests.

// They are shown and compiled, and need servers to run.
#![allow(dead_code)]

#[cfg(feature = "mbedtls")]
mod mbedtls_side;
mod native_tls_side;
mod openssl_side;
mod rustls_side;

#[test]
fn the_page_shows_this_code() {
    let page = include_str!("../../../../docs/migrating.md");
    for (name, count, code) in [
        ("native-tls", 9, include_str!("native_tls_side.rs")),
        ("openssl", 10, include_str!("openssl_side.rs")),
        ("rustls", 10, include_str!("rustls_side.rs")),
        ("mbedtls", 9, include_str!("mbedtls_side.rs")),
    ] {
        let blocks = blocks(page, name);
        assert_eq!(blocks.len(), count, "{name}");
        for block in blocks {
            assert!(
                code.contains(block),
                "not in the code about {name}:\n{block}"
            );
        }
    }
}

/// The blocks of the page that stand below this name.
fn blocks<'a>(page: &'a str, name: &str) -> Vec<&'a str> {
    let heading = format!("**{name}**\n\n```rust\n");
    let begins = page
        .match_indices(&heading)
        .map(|(at, _)| at + heading.len());
    begins
        .map(|at| page[at..].split("```").next().expect("a block has an end"))
        .collect()
}
