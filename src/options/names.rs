//! Names that are not known, and the ones that were probably meant.

use crate::error::{Error, Result};
use crate::ssl::{CipherSuite, NamedGroup};

/// The suites of these names.
pub(super) fn cipher_suites(names: &[String]) -> Result<Vec<CipherSuite>> {
    let known: Vec<_> = CipherSuite::ALL
        .iter()
        .chain(CipherSuite::LEGACY)
        .map(|suite| (suite.name(), *suite))
        .collect();
    find("cipher suite", names, &known)
}

/// The groups of these names.
pub(super) fn groups(names: &[String]) -> Result<Vec<NamedGroup>> {
    let known: Vec<_> = NamedGroup::ALL
        .iter()
        .map(|group| (group.name(), *group))
        .collect();
    find("group", names, &known)
}

fn find<T: Copy>(what: &str, names: &[String], known: &[(&str, T)]) -> Result<Vec<T>> {
    let find = |name: &String| match known.iter().find(|(known, _)| known == name) {
        Some((_, value)) => Ok(*value),
        None => {
            let known: Vec<_> = known.iter().map(|(name, _)| *name).collect();
            Err(Error::config(unknown(what, name, &known)))
        }
    };
    names.iter().map(find).collect()
}

/// What to say of a name that is not known.
pub(super) fn unknown(what: &str, name: &str, known: &[&str]) -> String {
    let far = |known: &str| match known.starts_with(name) {
        true => 1,
        false => distance(name, known),
    };
    match known.iter().map(|known| (far(known), *known)).min() {
        // Further away it is another word.
        Some((far, nearest)) if far <= 1 + name.len() / 3 => {
            format!("unknown {what} {name:?}: did you mean `{nearest}`?")
        }
        _ => format!("unknown {what} {name:?}; known are {}", known.join(", ")),
    }
}

/// How many characters must be added, taken away or changed (Levenshtein).
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (line, have) in one.chars().enumerate() {
        let mut diagonal = line;
        let mut left = line + 1;
        for (place, want) in row.iter_mut().skip(1).zip(&other) {
            let above = *place;
            left = (left + 1)
                .min(above + 1)
                .min(diagonal + usize::from(have != *want));
            diagonal = above;
            *place = left;
        }
        if let Some(first) = row.first_mut() {
            *first = line + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        for (one, other, expected) in [
            ("", "", 0),
            ("", "abc", 3),
            ("abc", "", 3),
            ("ca_file", "ca_files", 1),
            ("kitten", "sitting", 3),
            ("flaw", "lawn", 2),
        ] {
            assert_eq!(distance(one, other), expected, "{one} {other}");
        }
    }

    #[test]
    fn far_names_are_not_guessed() {
        let known = ["alpn", "groups"];
        assert_eq!(
            unknown("field", "group", &known),
            "unknown field \"group\": did you mean `groups`?"
        );
        assert_eq!(
            unknown("field", "something", &known),
            "unknown field \"something\"; known are alpn, groups"
        );
    }
}
