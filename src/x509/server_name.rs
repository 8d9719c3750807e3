//! The name of the server that a client wants to reach.

use alloc::borrow::Cow;
use alloc::string::{String, ToString};
use core::fmt;
use core::net::IpAddr;
use core::str::FromStr;

use rustls_pki_types as pki;

use crate::error::{Error, Result};

/// The name by which a client knows its server: a DNS name or an IP address.
///
/// The server's certificate must be for this name ([RFC 9525]). A DNS name is
/// also sent to the server ([RFC 6066, section 3]); an IP address is not.
///
/// DNS names are ASCII: letters, digits, `-` and `_` in labels of up to 63.
/// Names with other letters have an ASCII form (`bücher.example` is
/// `xn--bcher-kva.example`), which a crate such as `idna` finds. Case does not
/// matter and a dot at the end is dropped. There are no wildcards here: they
/// belong into certificates.
///
/// ```
/// use embertls::ServerName;
///
/// let name = ServerName::try_from("WWW.Example.org.")?;
/// assert_eq!(name.as_str(), "www.example.org");
/// assert!(!name.is_ip());
///
/// let address: ServerName = "2001:db8::1".parse()?;
/// assert!(address.is_ip());
///
/// let error = ServerName::try_from("https://example.org/").unwrap_err();
/// assert!(error.to_string().contains("URL"));
/// # Ok::<(), embertls::Error>(())
/// ```
///
/// [RFC 9525]: https://www.rfc-editor.org/rfc/rfc9525
/// [RFC 6066, section 3]: https://www.rfc-editor.org/rfc/rfc6066#section-3
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ServerName {
    text: String,
    ip: Option<IpAddr>,
}

impl ServerName {
    /// A DNS name in lower case without a dot at the end, or an IP address in
    /// its usual form.
    ///
    /// ```
    /// let name = embertls::ServerName::try_from("2001:DB8:0::1")?;
    /// assert_eq!(name.as_str(), "2001:db8::1");
    /// # Ok::<(), embertls::Error>(())
    /// ```
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it is an IP address.
    ///
    /// ```
    /// assert!(!embertls::ServerName::try_from("localhost")?.is_ip());
    /// # Ok::<(), embertls::Error>(())
    /// ```
    pub fn is_ip(&self) -> bool {
        self.ip.is_some()
    }

    /// The IP address, if it is one.
    ///
    /// ```
    /// let name = embertls::ServerName::try_from("127.0.0.1")?;
    /// assert_eq!(name.ip(), Some([127, 0, 0, 1].into()));
    /// # Ok::<(), embertls::Error>(())
    /// ```
    pub fn ip(&self) -> Option<IpAddr> {
        self.ip
    }

    /// The name that is sent in the ClientHello: none for an IP address.
    pub(crate) fn sni(&self) -> Option<&str> {
        match self.ip {
            Some(_) => None,
            None => Some(&self.text),
        }
    }

    fn parse(name: &str) -> Result<Self> {
        if let Ok(ip) = name.parse::<IpAddr>() {
            return Ok(ip.into());
        }
        match pki::DnsName::try_from(name) {
            Ok(dns) => Ok(Self::dns(&dns)),
            Err(_) => Err(Error::ServerName {
                name: name.into(),
                reason: why_refused(name).into(),
            }),
        }
    }

    fn dns(name: &pki::DnsName<'_>) -> Self {
        Self {
            text: name.as_ref().to_ascii_lowercase(),
            ip: None,
        }
    }
}

impl fmt::Display for ServerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl AsRef<str> for ServerName {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

impl FromStr for ServerName {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        Self::parse(name)
    }
}

impl TryFrom<&str> for ServerName {
    type Error = Error;

    fn try_from(name: &str) -> Result<Self> {
        Self::parse(name)
    }
}

impl TryFrom<String> for ServerName {
    type Error = Error;

    fn try_from(name: String) -> Result<Self> {
        Self::parse(&name)
    }
}

impl TryFrom<&String> for ServerName {
    type Error = Error;

    fn try_from(name: &String) -> Result<Self> {
        Self::parse(name)
    }
}

impl From<IpAddr> for ServerName {
    fn from(ip: IpAddr) -> Self {
        Self {
            text: ip.to_string(),
            ip: Some(ip),
        }
    }
}

/// Fails for a kind of name that a later `rustls-pki-types` may add.
impl TryFrom<&pki::ServerName<'_>> for ServerName {
    type Error = Error;

    fn try_from(name: &pki::ServerName<'_>) -> Result<Self> {
        match name {
            pki::ServerName::DnsName(name) => Ok(Self::dns(name)),
            pki::ServerName::IpAddress(pki::IpAddr::V4(ip)) => {
                Ok(IpAddr::from(*ip.as_ref()).into())
            }
            pki::ServerName::IpAddress(pki::IpAddr::V6(ip)) => {
                Ok(IpAddr::from(*ip.as_ref()).into())
            }
            other => Err(Error::ServerName {
                name: format!("{other:?}"),
                reason: "it is neither a DNS name nor an IP address".into(),
            }),
        }
    }
}

impl TryFrom<pki::ServerName<'_>> for ServerName {
    type Error = Error;

    fn try_from(name: pki::ServerName<'_>) -> Result<Self> {
        Self::try_from(&name)
    }
}

/// A value of `rustls-pki-types` with the same meaning.
///
/// ```
/// let name = embertls::ServerName::try_from("example.org")?;
/// let theirs = rustls_pki_types::ServerName::try_from(&name)?;
/// assert_eq!(theirs.to_str(), "example.org");
/// # Ok::<(), embertls::Error>(())
/// ```
impl TryFrom<&ServerName> for pki::ServerName<'static> {
    type Error = Error;

    fn try_from(name: &ServerName) -> Result<Self> {
        let text = name.text.as_str();
        let theirs = match name.ip {
            Some(_) => pki::IpAddr::try_from(text).ok().map(Self::IpAddress),
            None => Self::try_from(name.text.clone()).ok(),
        };
        theirs.ok_or_else(|| Error::ServerName {
            name: name.text.clone(),
            reason: why_refused(text).into(),
        })
    }
}

/// The rule that a name breaks, and what to do.
fn why_refused(name: &str) -> Cow<'static, str> {
    let labels = || name.strip_suffix('.').unwrap_or(name).split('.');
    if name.is_empty() {
        "it is empty".into()
    } else if name.contains("://") {
        "it is a URL; give only the host in it".into()
    } else if !name.is_ascii() {
        "it has letters outside ASCII; give its IDNA form (`xn--...`), which the crate `idna` computes with `domain_to_ascii`".into()
    } else if name.contains('*') {
        "wildcards stand in certificates; give the name of one server".into()
    } else if name.starts_with('[') {
        "give an IPv6 address without brackets and port".into()
    } else if name.contains('%') && name.contains(':') {
        "give an IPv6 address without its zone (`%...`); the zone belongs to the socket address"
            .into()
    } else if name.contains(':') {
        "give only the name, without a port; an IPv6 address is eight groups of hexadecimal digits"
            .into()
    } else if name.contains(char::is_whitespace) {
        "it has a space in it".into()
    } else if name.contains('/') {
        "give only the name, without a path or prefix length".into()
    } else if name.len() > 253 {
        "a DNS name has at most 253 characters".into()
    } else if labels().any(str::is_empty) {
        "two dots have nothing between them, or it begins with one".into()
    } else if labels().any(|label| label.len() > 63) {
        "a part between dots has at most 63 characters".into()
    } else if labels().any(|label| label.starts_with('-') || label.ends_with('-')) {
        "a part between dots does not begin or end with `-`".into()
    } else if labels()
        .next_back()
        .is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit()))
    {
        "it looks like an IPv4 address but is none: four numbers from 0 to 255 without leading zeros"
            .into()
    } else {
        "a DNS name has letters, digits, `-` and `_` only".into()
    }
}
