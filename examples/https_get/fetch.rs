//! From a URL to its body.

use std::io::{self, Read, Write};

use embertls::{Connector, NetContext, SslConfig, SslSession, TrustStore};
use url::{Host, Position, Url};

use crate::args::{self, Args};
use crate::body::Body;
use crate::failure::Failure;
use crate::head::Head;
use crate::message;
use crate::target::Target;

/// Fetches what the command line asks for.
pub fn run(args: &Args) -> Result<(), Failure> {
    let connector = connector(args).map_err(Failure::Tls)?;
    let mut url = args.url.clone();
    for _ in 0..=args.max_redirects {
        let mut session = request(&connector, &url, args)?;
        let head = Head::read(&mut session, &url)?;
        let Some(location) = head.redirect() else {
            return download(&mut session, &head, &url, args);
        };
        url = redirected(&url, location)?;
        message(&format!("redirected to {url}"));
    }
    Err(Failure::answer(
        &args.url,
        format!("more than {} redirects", args.max_redirects),
    ))
}

fn connector(args: &Args) -> embertls::Result<Connector> {
    let mut roots = TrustStore::builder();
    if args.ca.is_empty() {
        roots = roots.system()?;
    }
    for path in &args.ca {
        roots = roots.path(path)?;
    }
    let config = SslConfig::client()
        .trust_store(roots.build()?)
        .alpn(["http/1.1"])
        .build()?;
    Ok(Connector::new(config)
        .connect_timeout(args.timeout)
        .handshake_timeout(args.timeout))
}

/// Connects and sends the request.
fn request(
    connector: &Connector,
    url: &Url,
    args: &Args,
) -> Result<SslSession<NetContext>, Failure> {
    let host = match url.host() {
        Some(Host::Domain(name)) => name.to_owned(),
        Some(Host::Ipv4(ip)) => ip.to_string(),
        Some(Host::Ipv6(ip)) => ip.to_string(),
        None => return Err(Failure::answer(url, "it names no host")),
    };
    let port = url.port_or_known_default().unwrap_or(443);
    let server = &url[Position::BeforeHost..Position::AfterPort];
    let connecting = |error| Failure::connecting(server, error);

    let mut session = connector.connect(&host, port).map_err(connecting)?;
    let patience = Some(args.timeout);
    let net = session.get_mut();
    net.set_read_timeout(patience).map_err(connecting)?;
    net.set_write_timeout(patience).map_err(connecting)?;

    // The url crate has encoded whatever could end a line.
    let path = &url[Position::BeforePath..Position::AfterQuery];
    let request = format!(
        "GET {path} HTTP/1.1\r\n\
         Host: {server}\r\n\
         User-Agent: https_get\r\n\
         Accept: */*\r\n\
         Accept-Encoding: identity\r\n\
         Connection: close\r\n\r\n"
    );
    session
        .write_all(request.as_bytes())
        .and_then(|()| session.flush())
        .map_err(|error| Failure::io(format!("{url}: sending the request"), error))?;
    Ok(session)
}

/// Where a redirect leads; never away from https.
fn redirected(from: &Url, location: &str) -> Result<Url, Failure> {
    let refused = |reason| Failure::answer(from, format!("redirect refused: {reason}"));
    let url = from
        .join(location)
        .map_err(|error| refused(format!("{location}: {error}")))?;
    args::check_https(&url).map_err(refused)?;
    Ok(url)
}

/// Streams the body of a good answer.
fn download(
    session: &mut SslSession<NetContext>,
    head: &Head,
    url: &Url,
    args: &Args,
) -> Result<(), Failure> {
    if !(200..300).contains(&head.status) {
        return Err(Failure::answer(
            url,
            format!("the server answered {} {}", head.status, head.reason),
        ));
    }
    let mut body = Body::new(session, head).map_err(|reason| Failure::answer(url, reason))?;
    let mut target = Target::open(args.output.as_deref(), body.len())?;

    let mut buffer = vec![0; 16 * 1024];
    loop {
        match body.read(&mut buffer) {
            Ok(0) => break,
            Ok(len) => target.write(&buffer[..len])?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => {
                let action = format!("{url}: reading the body after {} bytes", target.written());
                return Err(Failure::io(action, error));
            }
        }
    }
    target.finish()?;
    // All is there: whether the server hears our goodbye does not matter.
    let _ = session.close();
    Ok(())
}
