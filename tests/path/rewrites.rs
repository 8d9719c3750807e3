//! Changes to certificates that rcgen cannot make: in fields, extensions, order
//! and names. The result is signed again, so that only the change is wrong.

use rustls_pki_types::CertificateDer;

use super::der::{
    ED25519, MD5, content, extension, extension_of, field, parts, rewritten, sequence, tlv,
};
use super::generated::Numbers;
use super::pki::Authority;

type Fields = Vec<Vec<u8>>;
type Rewrite = fn(&mut Fields, &mut Numbers);

/// Says what was done.
pub fn rewrite(
    by: &Authority,
    certificate: &[u8],
    numbers: &mut Numbers,
) -> (&'static str, CertificateDer<'static>) {
    let (what, rewrite) = *numbers.choose(REWRITES);
    let new = rewritten(by, certificate, |fields| rewrite(fields, numbers));
    (what, new)
}

const REWRITES: &[(&str, Rewrite)] = &[
    ("serial", serial),
    ("version", version),
    ("signature algorithm", signature),
    ("validity", validity),
    ("issuer", |fields, numbers| {
        name(&mut fields[field::ISSUER], numbers)
    }),
    ("subject", |fields, numbers| {
        name(&mut fields[field::SUBJECT], numbers)
    }),
    ("key", key),
    ("unique identifiers", |fields, numbers| {
        let tag = *numbers.choose(&[0x81, 0x82, 0xa1]);
        fields.insert(7, tlv(tag, &[0, 1]));
    }),
    ("extension twice", |fields, numbers| {
        extensions(fields, |all| {
            let twice = numbers.choose(all).clone();
            all.push(twice);
        });
    }),
    ("extension dropped", |fields, numbers| {
        extensions(fields, |all| {
            all.remove(numbers.below(all.len() as u64) as usize);
        });
    }),
    ("no extensions", |fields, _| {
        fields.truncate(7);
    }),
    ("criticality", |fields, numbers| {
        extensions(fields, |all| {
            let at = numbers.below(all.len() as u64) as usize;
            let mut inside = parts(&all[at]);
            match inside.len() {
                3 => drop(inside.remove(1)),
                _ => inside.insert(1, numbers.choose(BOOLEANS).to_vec()),
            }
            all[at] = tlv(0x30, &inside.concat());
        });
    }),
    ("order of extensions", |fields, numbers| {
        extensions(fields, |all| {
            let len = all.len();
            all.rotate_left(numbers.below(len as u64) as usize);
        });
    }),
    ("byte of an extension", |fields, numbers| {
        extensions(fields, |all| {
            let at = numbers.below(all.len() as u64) as usize;
            flip(&mut all[at], numbers);
        });
    }),
    ("another extension", another),
    ("another extension", another),
    ("another extension", another),
    ("another extension", another),
    ("other names", other_names),
    ("other names", other_names),
    ("name constraints", name_constraints),
    ("name constraints", name_constraints),
    ("policies", policies),
    ("any byte", |fields, numbers| {
        let at = numbers.below(fields.len() as u64) as usize;
        flip(&mut fields[at], numbers);
    }),
];

const BOOLEANS: &[&[u8]] = &[&[1, 1, 0xff], &[1, 1, 0xff], &[1, 1, 0], &[1, 1, 1]];

fn flip(bytes: &mut [u8], numbers: &mut Numbers) {
    let at = numbers.below(bytes.len() as u64) as usize;
    bytes[at] ^= 1 << numbers.below(8);
}

fn serial(fields: &mut Fields, numbers: &mut Numbers) {
    let long = [&[0x7f][..], &[1; 20]].concat();
    let content = *numbers.choose(&[&[0x80][..], &[0], &[], &[0, 1], &[0xff, 0x80], &long]);
    fields[field::SERIAL] = tlv(2, content);
}

fn version(fields: &mut Fields, numbers: &mut Numbers) {
    match numbers.below(5) {
        4 => drop(fields.remove(0)),
        other => fields[0] = tlv(0xa0, &[2, 1, *numbers.choose(&[0, 1, 3, other as u8])]),
    }
}

fn signature(fields: &mut Fields, numbers: &mut Numbers) {
    let with_null = [0x30, 12, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2, 5, 0];
    fields[field::SIGNATURE] = numbers.choose(&[ED25519, MD5, &with_null]).to_vec();
}

fn validity(fields: &mut Fields, numbers: &mut Numbers) {
    let general = |text: &str| tlv(0x18, text.as_bytes());
    let utc = |text: &str| tlv(0x17, text.as_bytes());
    let (from, to) = (utc("200101000000Z"), general("20990101000000Z"));
    let times = match numbers.below(9) {
        0 => [general("20200101000000Z"), to],
        1 => [utc("2001010000Z"), to],
        2 => [utc("200101000000+0000"), to],
        3 => [from, general("20990101000000.5Z")],
        4 => [from, general("20990101000000")],
        5 => [to, from],
        6 => [from, utc("450101000000Z")],
        7 => [from, utc("501301000000Z")],
        _ => [from, general("99991231235959Z")],
    };
    fields[field::VALIDITY] = tlv(0x30, &times.concat());
}

/// A name of one common name, written otherwise.
fn name(name: &mut Vec<u8>, numbers: &mut Numbers) {
    let cn = [6, 3, 0x55, 4, 3];
    let part = &parts(&parts(&parts(name)[0])[0])[1];
    let text = String::from_utf8_lossy(content(part)).into_owned();
    let (tag, text) = match numbers.below(9) {
        0 => (0x13, text),
        1 => (0x0c, text.to_uppercase()),
        2 => (0x0c, format!(" {text} ")),
        3 => (0x14, text),
        4 => (0x1e, text.chars().flat_map(|c| ['\0', c]).collect()),
        5 => (0x0c, format!("{text}.")),
        6 => {
            *name = tlv(0x30, &[]);
            return;
        }
        7 => {
            let more = tlv(0x31, &sequence(&[&[6, 3, 0x55, 4, 10], &tlv(0x0c, b"Org")]));
            *name = sequence(&[content(name), &more]);
            return;
        }
        _ => (0x02, text),
    };
    let value = tlv(tag, text.as_bytes());
    *name = tlv(0x30, &tlv(0x31, &sequence(&[&cn, &value])));
}

fn key(fields: &mut Fields, numbers: &mut Numbers) {
    match numbers.below(3) {
        0 => flip(&mut fields[field::KEY], numbers),
        1 => {
            // An identifier of a key for key agreement only.
            let mut inside = parts(&fields[field::KEY]);
            let curve = parts(&inside[0])[1].clone();
            inside[0] = sequence(&[&[6, 5, 0x2b, 0x81, 4, 1, 12], &curve]);
            fields[field::KEY] = tlv(0x30, &inside.concat());
        }
        _ => {
            let ed25519 = [&[0u8][..], &[7; 32]].concat();
            fields[field::KEY] = sequence(&[ED25519, &tlv(3, &ed25519)]);
        }
    }
}

/// Changes the list of extensions.
fn extensions(fields: &mut Fields, change: impl FnOnce(&mut Vec<Vec<u8>>)) {
    let Some(last) = fields.last_mut().filter(|last| last[0] == 0xa3) else {
        return;
    };
    let mut all = parts(content(last));
    if all.is_empty() {
        return;
    }
    change(&mut all);
    *last = tlv(0xa3, &tlv(0x30, &all.concat()));
}

fn put(fields: &mut Fields, extension: Vec<u8>) {
    extensions(fields, |all| {
        let id = parts(&extension)[0].clone();
        all.retain(|known| parts(known)[0] != id);
        all.push(extension);
    });
}

fn another(fields: &mut Fields, numbers: &mut Numbers) {
    let critical = numbers.one_in(2);
    let netscape = [0x60, 0x86, 0x48, 1, 0x86, 0xf8, 0x42, 1, 1];
    let must_staple = [0x2b, 6, 1, 5, 5, 7, 1, 24];
    let purpose = |last: u8| tlv(6, &[0x2b, 6, 1, 5, 5, 7, 3, last]);
    let any_purpose = tlv(6, &[0x55, 0x1d, 0x25, 0]);
    let (server, client) = (purpose(1), purpose(2));
    let choices = [
        // basicConstraints
        extension(19, critical, &[0x30, 0]),
        extension(19, critical, &[0x30, 3, 1, 1, 0xff]),
        extension(19, critical, &[0x30, 3, 1, 1, 0]),
        extension(19, critical, &[0x30, 6, 1, 1, 0xff, 2, 1, 0]),
        extension(19, critical, &[0x30, 6, 1, 1, 0xff, 2, 1, 0xff]),
        extension(19, critical, &[0x30, 3, 2, 1, 0]),
        extension(19, critical, &[0x30, 3, 2, 1, 1]),
        // keyUsage
        extension(15, critical, &[3, 2, 7, 0x80]),
        extension(15, critical, &[3, 2, 5, 0xa0]),
        extension(15, critical, &[3, 2, 2, 0x04]),
        extension(15, critical, &[3, 2, 1, 0x06]),
        extension(15, critical, &[3, 2, 1, 0x86]),
        extension(15, critical, &[3, 1, 0]),
        extension(15, critical, &[3, 2, 0, 0]),
        extension(15, critical, &[3, 3, 7, 0x80, 0x80]),
        extension(15, critical, &[3, 2, 3, 0x08]),
        // extendedKeyUsage
        extension(37, critical, &sequence(&[&server])),
        extension(37, critical, &sequence(&[&client])),
        extension(37, critical, &sequence(&[&client, &server])),
        extension(37, critical, &sequence(&[&any_purpose])),
        extension(37, critical, &sequence(&[&client, &any_purpose])),
        extension(37, critical, &sequence(&[])),
        // subjectKeyIdentifier, authorityKeyIdentifier
        extension(14, critical, &[4, 4, 1, 2, 3, 4]),
        extension(14, critical, &[4, 0]),
        extension(35, critical, &[0x30, 0]),
        extension(35, critical, &[0x30, 6, 0x80, 4, 1, 2, 3, 4]),
        extension(35, critical, &[0x30, 3, 0x82, 1, 9]),
        extension(35, critical, &[0x30, 3, 0x83, 1, 9]),
        // Others that are known somewhere
        extension(31, critical, &[0x30, 0]),
        extension(31, critical, &[0x30, 2, 0x30, 0]),
        extension(18, critical, &sequence(&[&tlv(0x82, b"issuer.example")])),
        extension_of(&netscape, critical, &[3, 2, 6, 0x40]),
        extension_of(&netscape, critical, &[3, 2, 7, 0x80]),
        extension_of(&netscape, critical, &[3, 2, 2, 0x04]),
        extension_of(&must_staple, critical, &[0x30, 3, 2, 1, 5]),
        extension_of(&[0x2a, 3, 4], critical, &[5, 0]),
    ];
    put(fields, numbers.choose(&choices).clone());
}

fn other_names(fields: &mut Fields, numbers: &mut Numbers) {
    let dns = |text: &str| tlv(0x82, text.as_bytes());
    let mut names = Vec::new();
    for _ in 0..numbers.below(3) {
        names.extend(match numbers.below(16) {
            0 => dns("*.example"),
            1 => dns("SERVER.EXAMPLE"),
            2 => dns("server.example."),
            3 => dns("*"),
            4 => dns("s*.example"),
            5 => dns("server.example\0.other.example"),
            6 => dns("s\u{e9}rver.example"),
            7 => dns(""),
            8 => dns(" server.example"),
            9 => tlv(0x87, &[192, 0, 2, 1]),
            10 => tlv(0x87, &[192, 0, 2, 1, 0]),
            11 => tlv(0x81, b"someone@server.example"),
            12 => tlv(0x86, b"https://server.example/"),
            13 => tlv(0x88, &[0x2a, 3, 4]),
            14 => dns("_srv.server.example"),
            _ => dns("other.example"),
        });
    }
    if numbers.one_in(2) {
        names.extend(dns("server.example"));
    }
    put(fields, extension(17, numbers.one_in(3), &tlv(0x30, &names)));
}

fn name_constraints(fields: &mut Fields, numbers: &mut Numbers) {
    let mut subtrees = Vec::new();
    for _ in 0..=numbers.below(2) {
        let base = match numbers.below(14) {
            0 => tlv(0x82, b"example"),
            1 => tlv(0x82, b".example"),
            2 => tlv(0x82, b"server.example"),
            3 => tlv(0x82, b"SERVER.example"),
            4 => tlv(0x82, b"erver.example"),
            5 => tlv(0x82, b""),
            6 => tlv(0x82, b"other.example"),
            7 => tlv(0x87, &[192, 0, 2, 0, 255, 255, 255, 0]),
            8 => tlv(0x87, &[192, 0, 2, 0, 255, 0, 255, 0]),
            9 => tlv(0x87, &[192, 0, 2, 0]),
            10 => tlv(0x81, b"server.example"),
            11 => tlv(0x86, b"server.example"),
            12 => tlv(0xa4, &tlv(0x30, &[])),
            _ => tlv(0x88, &[0x2a, 3, 4]),
        };
        subtrees.extend(match numbers.one_in(12) {
            true => sequence(&[&base, &tlv(0x80, &[1])]),
            false => sequence(&[&base]),
        });
    }
    let kind = *numbers.choose(&[0xa0, 0xa1]);
    let value = tlv(0x30, &tlv(kind, &subtrees));
    put(fields, extension(30, numbers.one_in(2), &value));
}

fn policies(fields: &mut Fields, numbers: &mut Numbers) {
    let policy = |last: u8| tlv(6, &[0x2a, 3, last]);
    let any = tlv(6, &[0x55, 0x1d, 0x20, 0]);
    let asserted = |ids: &[&[u8]]| {
        let all: Vec<u8> = ids.iter().flat_map(|id| sequence(&[id])).collect();
        extension(32, false, &tlv(0x30, &all))
    };
    let choices = [
        asserted(&[&policy(1)]),
        asserted(&[&policy(1), &policy(2)]),
        asserted(&[&any]),
        asserted(&[]),
        extension(36, true, &[0x30, 3, 0x80, 1, 0]),
        extension(36, true, &[0x30, 3, 0x80, 1, 1]),
        extension(36, false, &[0x30, 3, 0x81, 1, 0]),
        extension(36, true, &[0x30, 0]),
        extension(36, true, &[0x30, 3, 0x80, 1, 0xff]),
        extension(54, true, &[2, 1, 0]),
        extension(54, true, &[2, 1, 0xff]),
        extension(33, true, &sequence(&[&sequence(&[&policy(1), &policy(2)])])),
        extension(33, true, &sequence(&[&sequence(&[&any, &policy(2)])])),
    ];
    for _ in 0..=numbers.below(2) {
        put(fields, numbers.choose(&choices).clone());
    }
}
