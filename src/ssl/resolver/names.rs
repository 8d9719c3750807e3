//! A configuration for each server name.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::fmt;

use super::Resolver;
use crate::error::{Alert, Error, Result};
use crate::ssl::config::{Server, SslConfig};
use crate::ssl::wire::hello::ClientHello;
use crate::x509::ServerName;

/// A configuration for each name under which a server is known (SNI,
/// RFC 6066).
///
/// The exact name is looked for first, then `*.` in place of its first label.
/// What happens to a client that names nobody, or somebody unknown, is said
/// once for both with [`Self::otherwise`], or one by one; what is not said is
/// refused with `unrecognized_name`.
///
/// ```
/// use embertls::ssl::ServerNames;
///
/// # fn example(shop: embertls::SslConfig<embertls::Server>, rest: embertls::SslConfig<embertls::Server>) -> embertls::Result<()> {
/// let names = ServerNames::new()
///     .name("shop.example", shop.clone())?
///     .name("*.shop.example", shop)?
///     .without_name(rest);
/// # drop(names);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Default)]
#[must_use = "names do nothing until they resolve"]
pub struct ServerNames {
    /// By the name in lower case, `*.` included.
    by_name: BTreeMap<Box<str>, SslConfig<Server>>,
    without_name: Option<SslConfig<Server>>,
    unknown: Option<SslConfig<Server>>,
}

impl ServerNames {
    /// No name yet, so everybody is refused.
    ///
    /// ```
    /// let names = embertls::ssl::ServerNames::new();
    /// # drop(names);
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Clients that ask for `name` get `config`. `name` is a DNS name, or `*.`
    /// and a DNS name for every name that has one label more.
    ///
    /// # Errors
    ///
    /// [`Error::ServerName`] where this is no DNS name,
    /// [`Error::Config`] where it was given before.
    ///
    /// ```
    /// # fn example(config: embertls::SslConfig<embertls::Server>) -> embertls::Result<()> {
    /// let names = embertls::ssl::ServerNames::new().name("www.example.com", config)?;
    /// # drop(names);
    /// # Ok(())
    /// # }
    /// ```
    pub fn name(mut self, name: &str, config: SslConfig<Server>) -> Result<Self> {
        let key = key(name)?;
        if self.by_name.contains_key(&key) {
            return Err(Error::config(format!(
                "the server name {key} has a configuration already"
            )));
        }
        self.by_name.insert(key, config);
        Ok(self)
    }

    /// Clients that send no name, such as those that connect to an address,
    /// get `config`.
    ///
    /// ```
    /// # fn example(config: embertls::SslConfig<embertls::Server>) {
    /// let names = embertls::ssl::ServerNames::new().without_name(config);
    /// # drop(names);
    /// # }
    /// ```
    pub fn without_name(mut self, config: SslConfig<Server>) -> Self {
        self.without_name = Some(config);
        self
    }

    /// Clients that ask for a name that is not known get `config`. They will
    /// refuse its certificate unless it is for that name.
    ///
    /// ```
    /// # fn example(config: embertls::SslConfig<embertls::Server>) {
    /// let names = embertls::ssl::ServerNames::new().unknown_name(config);
    /// # drop(names);
    /// # }
    /// ```
    pub fn unknown_name(mut self, config: SslConfig<Server>) -> Self {
        self.unknown = Some(config);
        self
    }

    /// [`Self::without_name`] and [`Self::unknown_name`] in one.
    ///
    /// ```
    /// # fn example(config: embertls::SslConfig<embertls::Server>) {
    /// let names = embertls::ssl::ServerNames::new().otherwise(config);
    /// # drop(names);
    /// # }
    /// ```
    pub fn otherwise(self, config: SslConfig<Server>) -> Self {
        self.without_name(config.clone()).unknown_name(config)
    }

    fn named(&self, name: &str) -> Option<&SslConfig<Server>> {
        let exact = self.by_name.get(name);
        exact.or_else(|| {
            let (_, parent) = name.split_once('.')?;
            self.by_name.get(format!("*.{parent}").as_str())
        })
    }
}

impl Resolver for ServerNames {
    fn resolve(&self, hello: &ClientHello) -> Result<SslConfig<Server>, Alert> {
        let chosen = match &hello.server_name {
            Some(name) => self.named(name).or(self.unknown.as_ref()),
            None => self.without_name.as_ref(),
        };
        chosen.cloned().ok_or(Alert::UnrecognizedName)
    }
}

impl fmt::Debug for ServerNames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut names: Vec<_> = self.by_name.keys().collect();
        names.sort();
        f.debug_struct("ServerNames")
            .field("names", &names)
            .field("without_name", &self.without_name.is_some())
            .field("unknown_name", &self.unknown.is_some())
            .finish()
    }
}

/// The form in which names are compared: as a client's hello is read.
fn key(name: &str) -> Result<Box<str>> {
    let (star, dns) = match name.strip_prefix("*.") {
        Some(parent) => ("*.", parent),
        None => ("", name),
    };
    let parsed = ServerName::try_from(dns)?;
    let Some(sni) = parsed.sni() else {
        return Err(Error::ServerName {
            name: name.into(),
            reason: "clients send no server name for an IP address".into(),
        });
    };
    Ok(format!("{star}{}", sni.to_ascii_lowercase()).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_as_hellos_are_read() {
        assert_eq!(&*key("Shop.Example").unwrap(), "shop.example");
        assert_eq!(&*key("*.Shop.Example.").unwrap(), "*.shop.example");
    }

    #[test]
    fn what_no_client_sends_is_refused() {
        for name in ["", "*", "*.", "192.0.2.1", "::1", "a b", "a.*.example"] {
            assert!(key(name).is_err(), "{name}");
        }
    }
}
