//! Text from strangers in messages for people.

use alloc::string::{String, ToString};
use core::fmt;

/// Text that may come from a certificate, a peer or a file name, for one line
/// of output: control characters are escaped, so that it can neither forge a
/// line nor drive a terminal.
pub(crate) struct Printable<'a>(pub(crate) &'a str);

impl fmt::Display for Printable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut plain = self.0;
        while let Some(at) = plain.find(is_unprintable) {
            let (before, rest) = plain.split_at(at);
            f.write_str(before)?;
            let mut chars = rest.chars();
            if let Some(c) = chars.next() {
                write!(f, "{}", c.escape_default())?;
            }
            plain = chars.as_str();
        }
        f.write_str(plain)
    }
}

/// Control characters, and those that change the direction of what follows.
pub(crate) fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}')
}

/// The beginning of a text that may be of any length, printable.
pub(crate) fn excerpt(text: &str) -> String {
    match text.char_indices().nth(LONGEST_EXCERPT) {
        Some((end, _)) => format!("{}...", Printable(&text[..end])),
        None => Printable(text).to_string(),
    }
}

/// In characters; longer than any label that has a meaning.
const LONGEST_EXCERPT: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_stays_on_its_line() {
        let shown = Printable("CN=a\nverify: ok\u{202e}\u{1b}[2J\u{e9}").to_string();
        assert_eq!(shown, "CN=a\\nverify: ok\\u{202e}\\u{1b}[2J\u{e9}");
    }

    #[test]
    fn an_excerpt_is_short() {
        assert_eq!(excerpt("RSA PRIVATE KEY"), "RSA PRIVATE KEY");
        assert_eq!(excerpt("a\tb"), "a\\tb");
        let long = excerpt(&"\u{e9}".repeat(65));
        assert_eq!(long, "\u{e9}".repeat(64) + "...");
    }
}
