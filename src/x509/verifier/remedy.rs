//! What usually helps against a problem.

use super::{constraints, policies, revocation, rules};
use crate::error::VerifyFlag;

/// In one line. Most flags say enough; [`VerifyFlag::Other`] stands for many
/// rules.
pub(super) fn remedy(flag: VerifyFlag, rule: &str) -> &'static str {
    if flag != VerifyFlag::Other {
        return flag.remedy();
    }
    match rule {
        "" => "keep to the limit or demand that the explanation names, or change it",
        READING_RULE => "have the certificate issued anew, or sent as it was issued",
        DEPTH_RULE => "have the peer send a shorter chain, or raise `max_depth`",
        constraints::RULE => {
            "have it issued for names that the authorities above it may certify, or by another authority"
        }
        policies::RULE => "have it issued under the policies that its authorities demand",
        revocation::RULE => {
            "have the authority write its list as the rule says, or judge by `Profile::Compatible`"
        }
        rules::EXTENSION_RULE => "have it issued without this extension, or not as critical",
        rules::STAPLE_RULE => "have it issued without must-staple",
        rules::PIN_RULE => "if the peer has changed its key on purpose, pin the new one as well",
        _ => "have it issued as the rule says, or judge by `Profile::Compatible`",
    }
}

/// Certificates that cannot be read.
pub(super) const READING_RULE: &str = "RFC 5280, 4.1";
/// Paths that are too long.
pub(super) const DEPTH_RULE: &str = "RFC 5280, 6.1";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_that_says_enough_decides() {
        let flag = VerifyFlag::Expired;
        assert_eq!(remedy(flag, rules::STAPLE_RULE), flag.remedy());
        for rule in ["", constraints::RULE, "BR, 7.1.4.3"] {
            assert_ne!(remedy(VerifyFlag::Other, rule), VerifyFlag::Other.remedy());
        }
    }
}
