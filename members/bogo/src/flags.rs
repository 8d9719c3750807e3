//! The command line.

use crate::failure::Failure;
use crate::options::{self, Options};

/// What the program is started for.
#[derive(Debug, Default)]
pub struct Invocation {
    pub port: u16,
    pub ipv6: bool,
    pub shim_id: u64,
    /// How many sessions follow the first.
    pub resume_count: u32,
    /// For the first session.
    pub initial: Options,
    /// For those that follow.
    pub resumption: Options,
}

impl Invocation {
    pub fn parse(arguments: impl IntoIterator<Item = Vec<u8>>) -> Result<Self, Failure> {
        let mut this = Self::default();
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            let argument = String::from_utf8_lossy(&argument).into_owned();
            let (scope, name) = Scope::of(&argument);
            let mut value = || {
                let value = arguments.next();
                value.ok_or_else(|| Failure::Usage(format!("{argument} lacks its value")))
            };
            match name {
                "-port" => this.port = options::number(name, &value()?)?,
                "-shim-id" => this.shim_id = options::number(name, &value()?)?,
                "-ipv6" => this.ipv6 = true,
                "-resume-count" => this.resume_count = options::number(name, &value()?)?,
                _ => {
                    let value = match options::takes_value(name) {
                        true => Some(value()?),
                        false => None,
                    };
                    let value = value.as_deref().unwrap_or_default();
                    if scope.covers_initial() {
                        this.initial.set(name, value)?;
                    }
                    if scope.covers_resumption() {
                        this.resumption.set(name, value)?;
                    }
                }
            }
        }
        this.initial.settle()?;
        this.resumption.settle()?;
        Ok(this)
    }
}

/// For which sessions a flag counts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scope {
    All,
    Initial,
    Resumption,
    /// Early data that was declined is sent again, and a second process: both
    /// are not there.
    Elsewhere,
}

impl Scope {
    /// Takes the scope off the flag's name.
    fn of(argument: &str) -> (Self, &str) {
        let rest = |prefix: &str| {
            let rest = argument.strip_prefix(prefix);
            // The name begins with the dash.
            rest.filter(|rest| rest.starts_with('-'))
        };
        if let Some(name) = rest("-on-initial") {
            (Self::Initial, name)
        } else if let Some(name) = rest("-on-resume") {
            (Self::Resumption, name)
        } else if let Some(name) = rest("-on-retry").or_else(|| rest("-on-handshaker")) {
            (Self::Elsewhere, name)
        } else {
            (Self::All, rest("-on-shim").unwrap_or(argument))
        }
    }

    fn covers_initial(self) -> bool {
        matches!(self, Self::All | Self::Initial)
    }

    fn covers_resumption(self) -> bool {
        matches!(self, Self::All | Self::Resumption)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Invocation, Failure> {
        Invocation::parse(line.split(' ').map(|word| word.as_bytes().to_vec()))
    }

    #[test]
    fn flags_count_for_the_sessions_that_their_prefix_names() {
        let line = "-port 5 -shim-id 18446744073709551615 -ipv6 -resume-count 2 -server \
                    -on-initial-no-ticket -on-resume-expect-alpn h2 -on-retry-no-ticket";
        let invocation = parse(line).unwrap();
        assert_eq!((invocation.port, invocation.shim_id), (5, u64::MAX));
        assert!(invocation.ipv6);
        assert_eq!(invocation.resume_count, 2);
        let (initial, resumption) = (invocation.initial, invocation.resumption);
        assert!(initial.terms.server && resumption.terms.server);
        assert!(initial.terms.no_ticket && !resumption.terms.no_ticket);
        assert_eq!(initial.expected.alpn, None);
        assert_eq!(resumption.expected.alpn.as_deref(), Some(&b"h2"[..]));
    }

    #[test]
    fn what_is_not_there_is_told_from_what_makes_no_sense() {
        for line in [
            "-dtls",
            "-no-such-flag",
            "-on-resume-quic",
            "-min-version 772",
        ] {
            assert_eq!(parse(line).unwrap_err().exit_status(), 89, "{line}");
        }
        for line in ["-port", "-port x", "-max-send-fragment many"] {
            assert_eq!(parse(line).unwrap_err().exit_status(), 1, "{line}");
        }
    }
}
