//! What the examples do to text before it reaches a terminal.

use std::io::Write;

use crate::printable::{Printable, TerminalWriter};

#[test]
fn hostile_text_stays_on_its_line() {
    let shown = Printable(b"a\nverify: ok\x1b[2J\xc3\xa9\xe2\x80\xae\xc2\x9b\xff").to_string();
    assert_eq!(shown, "a\\nverify: ok\\u{1b}[2J\u{e9}\\u{202e}\\u{9b}\\xff");
}

#[test]
fn a_terminal_gets_lines_and_tabs_and_no_other_control() {
    let text = "caf\u{e9}\t\u{1f600}\r\n\x1b[2J\r over\u{9b}\n\u{e9}".as_bytes();
    // The last character is incomplete.
    let text = &text[..text.len() - 1];
    let expected = "caf\u{e9}\t\u{1f600}\n\\u{1b}[2J\\r over\\u{9b}\n\\xc3";
    // However it is cut into pieces, characters and line ends stay whole.
    for size in [1, 2, 3, 5, text.len()] {
        let mut shown = Vec::new();
        let mut terminal = TerminalWriter::new(&mut shown);
        for piece in text.chunks(size) {
            terminal.write_all(piece).expect("memory takes everything");
        }
        terminal.flush().expect("memory takes everything");
        let shown = String::from_utf8(shown).expect("what is shown is UTF-8");
        assert_eq!(shown, expected, "pieces of {size}");
    }
}
