//! What two peers agree upon: versions, suites, groups, signatures, lengths.

pub(crate) mod groups;
mod max_fragment;
pub(crate) mod signatures;
pub(crate) mod suites;
mod version;

pub use self::groups::NamedGroup;
pub use self::max_fragment::MaxFragmentLength;
pub use self::suites::CipherSuite;
pub use self::version::ProtocolVersion;
