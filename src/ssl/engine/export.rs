//! What a session gives away of its secrets, and on what condition.

use alloc::string::String;

use super::Engine;
use crate::error::{Error, ErrorCode, Result};

/// Labels that TLS itself uses with the master secret.
const RESERVED: [&[u8]; 5] = [
    b"client finished",
    b"server finished",
    b"master secret",
    b"extended master secret",
    b"key expansion",
];

impl Engine {
    pub(crate) fn extended_master_secret(&self) -> bool {
        self.chosen
            .as_ref()
            .is_some_and(|hello| hello.extended_master_secret)
    }

    pub(crate) fn secure_renegotiation(&self) -> bool {
        self.chosen
            .as_ref()
            .is_some_and(|hello| hello.secure_renegotiation)
    }

    pub(crate) fn export(
        &self,
        output: &mut [u8],
        label: &[u8],
        context: Option<&[u8]>,
    ) -> Result<()> {
        if RESERVED.iter().any(|reserved| label.starts_with(reserved)) {
            return Err(Error::config(format!(
                "\"{}\" is no label for exported keying material",
                label.escape_ascii()
            )));
        }
        if !self.extended_master_secret() {
            return Err(refused("the session has no extended master secret", None));
        }
        let (client_random, server_random) = self.randoms()?;
        let mut seed = [label, client_random, server_random].concat();
        if let Some(context) = context {
            let len = u16::try_from(context.len()).map_err(|_| {
                Error::config(format!(
                    "a context of {} bytes; 65535 is the most",
                    context.len()
                ))
            })?;
            seed.extend_from_slice(&len.to_be_bytes());
            seed.extend_from_slice(context);
        }
        self.raw
            .export(&seed, output)
            .map_err(|code| refused("the pseudo-random function failed", Some(code)))
    }

    pub(crate) fn key_log_line(&self) -> Result<String> {
        let (client_random, _) = self.randoms()?;
        let master = self
            .raw
            .master_secret()
            .map_err(|code| refused("there is no master secret", Some(code)))?;
        // With room for all of it, so that growing leaves no copy behind.
        let mut line = String::with_capacity("CLIENT_RANDOM  ".len() + 2 * (32 + master.len()));
        line.push_str("CLIENT_RANDOM ");
        push_hex(&mut line, client_random);
        line.push(' ');
        push_hex(&mut line, &master[..]);
        Ok(line)
    }

    fn randoms(&self) -> Result<(&[u8], &[u8])> {
        match (&self.offered, &self.chosen) {
            (Some(offered), Some(chosen)) => Ok((&offered.random, &chosen.random)),
            _ => Err(refused("the handshake has not come that far", None)),
        }
    }
}

fn push_hex(line: &mut String, bytes: &[u8]) {
    for byte in bytes {
        for digit in [byte >> 4, byte & 15] {
            line.push(char::from_digit(digit.into(), 16).unwrap_or_default());
        }
    }
}

fn refused(reason: &str, code: Option<ErrorCode>) -> Error {
    Error::Protocol {
        action: "exporting keying material",
        reason: reason.into(),
        code,
        alert: None,
    }
}
