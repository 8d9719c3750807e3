//! Secrets are not compared with `==`, which takes the longer the more of
//! them is alike.

use embertls::{Drbg, PreSharedKey, PrivateKey, ResumptionData, TicketKeys};

fn misuse(
    psk: PreSharedKey,
    keys: TicketKeys,
    data: ResumptionData,
    private: PrivateKey,
    drbg: Drbg,
) -> bool {
    psk == psk || keys == keys || data == data || private == private || drbg == drbg
}

fn main() {}
