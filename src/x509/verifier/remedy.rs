//! What usually helps against a problem.

use super::sections;
use crate::error::VerifyFlag;

/// In one line. Most flags say enough; [`VerifyFlag::Other`] stands for many
/// rules.
pub(super) fn remedy(flag: VerifyFlag, rule: &str) -> &'static str {
    if flag != VerifyFlag::Other {
        return flag.remedy();
    }
    match rule {
        "" => "keep to the limit or demand that the explanation names, or change it",
        sections::READING => "have the certificate issued anew, or sent as it was issued",
        sections::DEPTH => "have the peer send a shorter chain, or raise `max_depth`",
        sections::NAME_CONSTRAINTS => {
            "have it issued for names that the authorities above it may certify, or by another authority"
        }
        sections::POLICIES => "have it issued under the policies that its authorities demand",
        sections::REVOCATION => {
            "have the authority write its list as the rule says, or judge by `Profile::Compatible`"
        }
        sections::EXTENSION => "have it issued without this extension, or not as critical",
        sections::MUST_STAPLE => "have it issued without must-staple",
        sections::PINS => "if the peer has changed its key on purpose, pin the new one as well",
        _ => "have it issued as the rule says, or judge by `Profile::Compatible`",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_that_says_enough_decides() {
        let flag = VerifyFlag::Expired;
        assert_eq!(remedy(flag, sections::MUST_STAPLE), flag.remedy());
        for rule in ["", sections::NAME_CONSTRAINTS, "BR, 7.1.4.3"] {
            assert_ne!(remedy(VerifyFlag::Other, rule), VerifyFlag::Other.remedy());
        }
    }
}
