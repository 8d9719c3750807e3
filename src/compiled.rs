//! What a small build leaves out, and how it says so.
//!
//! The interface is the same in every build. What no feature asked for is
//! refused, by the name of the feature that brings it, where a configuration is
//! made or a key or certificate is loaded. What nothing then leads to is not in
//! the program.

use alloc::format;
use alloc::string::String;
use core::fmt;

/// Says that `what` cannot be had, and how it could be.
pub(crate) fn left_out(what: impl fmt::Display, feature: &str) -> String {
    format!("{what} is not compiled into this program: turn on the feature `{feature}` of embertls")
}

/// The features that say which keys can be used and are off here, as the end
/// of a sentence.
pub(crate) fn missing_for_keys() -> String {
    let features = [
        ("certificates", cfg!(feature = "certificates")),
        ("curves", cfg!(feature = "curves")),
        ("rsa", cfg!(feature = "rsa")),
    ];
    let missing = features.iter().filter(|(_, is_on)| !is_on);
    built_without(missing.map(|(name, _)| *name))
}

/// That these features are off here, as the end of a sentence; nothing where
/// there are none.
pub(crate) fn built_without<'a>(features: impl Iterator<Item = &'a str>) -> String {
    let mut text = String::new();
    for name in features {
        let name = format!("`{name}`");
        if text.is_empty() {
            text = format!("; this program is built without embertls' {name}");
        } else if !text.contains(&name) {
            text += ", ";
            text += &name;
        }
    }
    text
}
