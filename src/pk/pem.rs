//! Finds the private key in a text of PEM sections (RFC 7468).
//!
//! Only the frame is read here; the base64 inside, which is secret, is
//! decoded by a crate that does it in constant time.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use base64ct::{Base64, Encoding};
use zeroize::Zeroizing;

use super::refusal::Refusal;
use crate::error::excerpt;

/// A private key that was found.
#[derive(Debug)]
pub(super) struct Section {
    /// The line of its BEGIN, counted from 1.
    pub(super) line: usize,
    pub(super) der: Zeroizing<Vec<u8>>,
}

/// The first section that holds a private key.
pub(super) fn find_key(text: &[u8]) -> Result<Section, Refusal> {
    let mut others = Vec::new();
    let mut lines = lines(text);
    while let Some((number, line)) = lines.next() {
        let Some(label) = between(line, "-----BEGIN ") else {
            continue;
        };
        let body = read_body(&mut lines, number, label)?;
        if label.ends_with("PRIVATE KEY") {
            refuse_unknown(number, label)?;
            return decode(number, label, &body);
        }
        others.push((number, label));
    }
    Err(nothing_found(text, &others))
}

/// The lines with their numbers, without the space around them.
fn lines(text: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let text = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text);
    (1..).zip(text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii))
}

/// The label in a line such as `-----BEGIN label-----`.
fn between<'a>(line: &'a [u8], start: &str) -> Option<&'a str> {
    let rest = line.strip_prefix(start.as_bytes())?;
    core::str::from_utf8(rest.strip_suffix(b"-----")?).ok()
}

fn read_body<'a>(
    lines: &mut impl Iterator<Item = (usize, &'a [u8])>,
    begin: usize,
    label: &str,
) -> Result<Vec<&'a [u8]>, Refusal> {
    let shown = excerpt(label);
    let mut body = Vec::new();
    for (number, line) in lines {
        if let Some(ended) = between(line, "-----END ") {
            if ended == label {
                return Ok(body);
            }
            return Err(Refusal::new(format!(
                "line {number} ends a section \"{}\", but line {begin} began \"{shown}\"",
                excerpt(ended)
            )));
        }
        if between(line, "-----BEGIN ").is_some() {
            return Err(Refusal::new(format!(
                "the section \"{shown}\" of line {begin} has no end before line {number} begins another"
            )));
        }
        body.push(line);
    }
    Err(Refusal::new(format!(
        "the section \"{shown}\" of line {begin} has no end: the file was cut off"
    )))
}

fn refuse_unknown(line: usize, label: &str) -> Result<(), Refusal> {
    match label {
        "PRIVATE KEY" | "ENCRYPTED PRIVATE KEY" | "RSA PRIVATE KEY" | "EC PRIVATE KEY" => Ok(()),
        "OPENSSH PRIVATE KEY" => Err(Refusal::new(format!(
            "line {line} begins a key in OpenSSH's own format; convert a copy of it with \
             `ssh-keygen -p -m PKCS8 -f COPY`"
        ))),
        _ => Err(Refusal::new(format!(
            "line {line} begins a \"{}\", which TLS cannot use: it takes RSA and EC keys",
            excerpt(label)
        ))),
    }
}

fn decode(line: usize, label: &str, body: &[&[u8]]) -> Result<Section, Refusal> {
    if body.iter().any(|line| line.starts_with(b"Proc-Type:")) {
        return Err(Refusal::new(format!(
            "the \"{label}\" of line {line} is encrypted in the old way of OpenSSL, which makes a \
             key from the password with one round of MD5; convert it with \
             `openssl pkcs8 -topk8 -v2 aes-256-cbc -in OLD -out NEW` \
             and load it with PrivateKey::from_pem_encrypted"
        )));
    }
    // With room for all of it, so that growing leaves no copy behind.
    let mut text = Zeroizing::new(Vec::with_capacity(body.iter().map(|line| line.len()).sum()));
    body.iter().for_each(|line| text.extend_from_slice(line));
    let mut der = Zeroizing::new(vec![0; text.len() / 4 * 3]);
    let len = match Base64::decode(text.as_slice(), &mut der) {
        Ok(decoded) => decoded.len(),
        Err(_) => {
            return Err(Refusal::new(format!(
                "the \"{label}\" of line {line} is not base64"
            )));
        }
    };
    der.truncate(len);
    Ok(Section { line, der })
}

fn nothing_found(text: &[u8], others: &[(usize, &str)]) -> Refusal {
    const MOST: usize = 5;
    let named = others.iter().take(MOST);
    let named: Vec<_> = named
        .map(|(line, label)| format!("{} (line {line})", excerpt(label)))
        .collect();
    let more = match others.len().saturating_sub(MOST) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Refusal::new(if !others.is_empty() {
        format!("it holds no private key, only {}{more}", named.join(", "))
    } else if text.trim_ascii().is_empty() {
        "it is empty".to_owned()
    } else if text.starts_with(&[0x30]) {
        "it is DER, not PEM: load it with PrivateKey::from_der".to_owned()
    } else {
        "it holds no PEM section (\"-----BEGIN PRIVATE KEY-----\")".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(text: &str) -> String {
        match find_key(text.as_bytes()).unwrap_err() {
            Refusal::Key { reason, .. } => reason,
            Refusal::Other(other) => panic!("{other}"),
        }
    }

    #[test]
    fn the_key_is_found_among_other_sections() {
        let text = "Bag Attributes\n-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n\
                    -----END EC PARAMETERS-----\n\n-----BEGIN PRIVATE KEY-----\nAQID\nBAU=\n\
                    -----END PRIVATE KEY-----\n-----BEGIN RSA PRIVATE KEY-----\n";
        let section = find_key(text.as_bytes()).unwrap();
        assert_eq!(
            (section.line, section.der.as_slice()),
            (6, &[1, 2, 3, 4, 5][..])
        );
    }

    #[test]
    fn the_form_of_the_text_does_not_matter() {
        for text in [
            "-----BEGIN PRIVATE KEY-----\r\nAQID\r\nBAU=\r\n-----END PRIVATE KEY-----\r\n",
            "\u{feff}-----BEGIN PRIVATE KEY-----\nAQIDBAU=\n-----END PRIVATE KEY-----",
            "  -----BEGIN PRIVATE KEY-----\n\tAQI\n  DBAU=  \n\n  -----END PRIVATE KEY-----  ",
        ] {
            assert_eq!(*find_key(text.as_bytes()).unwrap().der, [1, 2, 3, 4, 5]);
        }
    }

    #[test]
    fn labels_of_a_hostile_file_are_shown_short_and_printable() {
        let label = format!("\u{1b}[2J\u{202e}{}", "x".repeat(1000));
        let begin = format!("-----BEGIN {label}-----");
        let end = format!("-----END {label}-----");
        for text in [
            begin.clone(),
            format!("{begin}\n-----BEGIN X-----"),
            format!("{begin}\n-----END X-----"),
            format!("-----BEGIN X-----\n{end}"),
            format!("{begin}\n{end}\n").repeat(100),
            format!("-----BEGIN {label} PRIVATE KEY-----\n-----END {label} PRIVATE KEY-----"),
        ] {
            let reason = reason(&text);
            assert!(reason.contains("\\u{1b}[2J\\u{202e}"), "{reason:?}");
            assert!(!reason.contains(crate::error::is_unprintable), "{reason:?}");
            assert!(reason.len() < 600, "{reason:?}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        for (text, expected) in [
            ("", "it is empty"),
            (" \n", "it is empty"),
            ("0\u{82}", "it is DER"),
            ("hello", "no PEM section"),
            (
                "\n-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----",
                "only CERTIFICATE (line 2)",
            ),
            (
                "-----BEGIN PRIVATE KEY-----\nA?==\n-----END PRIVATE KEY-----",
                "line 1 is not base64",
            ),
            (
                "-----BEGIN PRIVATE KEY-----\nAQID",
                "line 1 has no end: the file was cut off",
            ),
            (
                "-----BEGIN PRIVATE KEY-----\n-----BEGIN PRIVATE KEY-----",
                "no end before line 2",
            ),
            (
                "-----BEGIN PRIVATE KEY-----\n-----END RSA PRIVATE KEY-----",
                "line 2 ends a section \"RSA PRIVATE KEY\"",
            ),
            (
                "-----BEGIN OPENSSH PRIVATE KEY-----\n-----END OPENSSH PRIVATE KEY-----",
                "ssh-keygen -p -m PKCS8",
            ),
            (
                "-----BEGIN DSA PRIVATE KEY-----\n-----END DSA PRIVATE KEY-----",
                "\"DSA PRIVATE KEY\", which TLS cannot use",
            ),
            (
                "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n\
                 AAAA\n-----END RSA PRIVATE KEY-----",
                "openssl pkcs8 -topk8 -v2 aes-256-cbc -in OLD -out NEW",
            ),
        ] {
            let reason = reason(text);
            assert!(reason.contains(expected), "{text:?}: {reason}");
        }
    }
}
