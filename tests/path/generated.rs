//! Chains that are good, or nearly: the same for every judge.

use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, ExtendedKeyUsagePurpose, GeneralSubtree,
    IsCa, KeyUsagePurpose, NameConstraints, date_time_ymd,
};
use rustls_pki_types::CertificateDer;

use super::pki::{Authority, HOST, authority, server};
use super::rewrites;

/// A generator of numbers that is the same everywhere.
pub struct Numbers(pub u64);

impl Numbers {
    pub fn choose<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len() as u64) as usize]
    }

    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }

    pub fn one_in(&mut self, limit: u64) -> bool {
        self.below(limit) == 0
    }
}

/// A chain, the root that it may lead to, and what was done to it.
pub struct Made {
    pub chain: Vec<CertificateDer<'static>>,
    pub root: CertificateDer<'static>,
    pub changes: Vec<&'static str>,
}

impl Made {
    /// Whether these bytes are in one of the certificates.
    pub fn has_bytes(&self, bytes: &[u8]) -> bool {
        let mut all = [&self.root].into_iter().chain(&self.chain);
        all.any(|der| der.windows(bytes.len()).any(|w| w == bytes))
    }
}

/// A chain made of what rcgen can say, with a fault here and there.
pub fn make(numbers: &mut Numbers) -> Made {
    let mut changes = Vec::new();
    let mut authorities = vec![Authority::root_of(changed_authority(
        "Root",
        numbers,
        &mut changes,
    ))];
    let mut others = Vec::new();
    for depth in 0..numbers.below(4) as usize {
        let name = format!("Middle {depth}");
        let params = changed_authority(&name, numbers, &mut changes);
        let next = authorities[depth].intermediate_of(params);
        if numbers.one_in(16) {
            changes.push("missing intermediate");
        } else {
            others.push(next.der.clone());
        }
        if numbers.one_in(6) {
            changes.push("twin");
            others.push(authorities[depth].intermediate(&name).der);
        }
        authorities.push(next);
    }
    let params = changed_server(numbers, &mut changes);
    let leaf = authorities[authorities.len() - 1].sign(&params);
    if numbers.one_in(3) {
        others.reverse();
    }
    if numbers.one_in(4) {
        others.push(Authority::root("Stranger").der);
    }
    let mut chain = vec![leaf];
    chain.append(&mut others);
    if numbers.one_in(8) {
        changes.push("flipped bit");
        let which = numbers.below(chain.len() as u64) as usize;
        let mut der = chain[which].to_vec();
        let at = numbers.below(der.len() as u64) as usize;
        der[at] ^= 1 << numbers.below(8);
        chain[which] = der.into();
    }
    let root = match numbers.one_in(16) {
        true => Authority::root("Root").der,
        false => authorities[0].der.clone(),
    };
    Made {
        chain,
        root,
        changes,
    }
}

fn changed_authority(
    name: &str,
    numbers: &mut Numbers,
    changes: &mut Vec<&'static str>,
) -> CertificateParams {
    let mut params = authority(name);
    let subtree = |name: &str| vec![GeneralSubtree::DnsName(name.into())];
    let constraints = |permitted, excluded| NameConstraints {
        permitted_subtrees: permitted,
        excluded_subtrees: excluded,
    };
    changes.push(match numbers.below(40) {
        0 => {
            params.not_after = date_time_ymd(2021, 1, 1);
            "expired authority"
        }
        1 => {
            params.is_ca = IsCa::ExplicitNoCa;
            "no authority"
        }
        2 | 3 => {
            let length = numbers.below(2) as u8;
            params.is_ca = IsCa::Ca(BasicConstraints::Constrained(length));
            "path length"
        }
        4 => {
            params.key_usages = vec![KeyUsagePurpose::CrlSign];
            "no keyCertSign"
        }
        5 => {
            params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
            "serverAuth"
        }
        6 => {
            params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
            "clientAuth"
        }
        7 => {
            params.name_constraints = Some(constraints(subtree("example"), vec![]));
            "permitted"
        }
        8 => {
            params.name_constraints = Some(constraints(subtree("other.example"), vec![]));
            "not permitted"
        }
        9 => {
            params.name_constraints = Some(constraints(vec![], subtree("server.example")));
            "excluded"
        }
        10 => {
            let mut extension = CustomExtension::from_oid_content(&[1, 2, 3], vec![5, 0]);
            extension.set_criticality(true);
            params.custom_extensions = vec![extension];
            "unknown critical"
        }
        _ => return params,
    });
    params
}

fn changed_server(numbers: &mut Numbers, changes: &mut Vec<&'static str>) -> CertificateParams {
    let named = |names: &[&str]| {
        let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
        CertificateParams::new(names).unwrap().subject_alt_names
    };
    let mut params = server(HOST);
    changes.push(match numbers.below(20) {
        0 => {
            params.not_before = date_time_ymd(2098, 1, 1);
            "leaf from the future"
        }
        1 => {
            params.subject_alt_names = named(&["other.example"]);
            "other name"
        }
        2 => {
            params.subject_alt_names = named(&["*.example", "192.0.2.1"]);
            "wildcard of a top-level domain"
        }
        3 => {
            params.subject_alt_names = named(&["other.example", "SERVER.example"]);
            "several names"
        }
        4 => {
            params.extended_key_usages = vec![];
            "no purpose"
        }
        5 => {
            params.extended_key_usages = vec![ExtendedKeyUsagePurpose::CodeSigning];
            "other purpose"
        }
        6 => {
            params.key_usages = vec![KeyUsagePurpose::KeyAgreement];
            "other keyUsage"
        }
        7 => {
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            "authority as leaf"
        }
        8 => {
            params.subject_alt_names = vec![];
            "no names"
        }
        _ => return params,
    });
    params
}

/// A good chain of which one certificate or two were written anew, and signed
/// again.
pub fn make_rewritten(numbers: &mut Numbers) -> Made {
    let mut changes = Vec::new();
    let root = Authority::root("Root");
    let middle = root.intermediate("Middle");
    let mut chain = vec![middle.server(), middle.der.clone()];
    let mut trusted = root.der.clone();
    let which: &[usize] = match numbers.below(12) {
        0..=3 => &[0],
        4 | 5 => &[1],
        6 => &[2],
        7..=9 => &[0, 1],
        10 => &[0, 2],
        _ => &[1, 2],
    };
    for which in which {
        let (by, certificate) = match which {
            0 => (&middle, &mut chain[0]),
            1 => (&root, &mut chain[1]),
            _ => (&root, &mut trusted),
        };
        let (what, rewritten) = rewrites::rewrite(by, certificate, numbers);
        changes.push(what);
        *certificate = rewritten;
    }
    Made {
        chain,
        root: trusted,
        changes,
    }
}
