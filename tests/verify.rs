//! Certificate verification, from chains made on the spot.

#[path = "verify/chains.rs"]
mod chains;
#[path = "verify/hostile.rs"]
mod hostile;
#[path = "verify/names.rs"]
mod names;
#[path = "verify/openssl.rs"]
mod openssl;
#[path = "verify/pki.rs"]
mod pki;
#[path = "common/programs.rs"]
#[allow(dead_code)]
mod programs;
#[path = "verify/revocation.rs"]
mod revocation;
#[path = "verify/stores.rs"]
mod stores;
#[path = "verify/threads.rs"]
mod threads;
