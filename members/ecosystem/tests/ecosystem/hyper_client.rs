//! hyper-util's client to nginx, to Python and to axum.

use std::process::Command;

use bytes::Bytes;
use embertls::hyper::HttpsConnector;
use http_body_util::{BodyExt, Empty};
use hyper::{Uri, Version};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;

use crate::common::process::{Process, ReservedPort};
use crate::common::{Pki, block_on, example, example_server, needed, nginx, output};

type HttpsClient = Client<HttpsConnector<HttpConnector>, Empty<Bytes>>;

fn client(config: embertls::SslConfig) -> HttpsClient {
    Client::builder(TokioExecutor::new()).build(HttpsConnector::new(config))
}

async fn get(
    client: &HttpsClient,
    url: &str,
) -> Result<(Version, String), Box<dyn std::error::Error>> {
    let answer = client.get(url.parse::<Uri>()?).await?;
    let version = answer.version();
    let body = answer.into_body().collect().await?.to_bytes();
    Ok((version, String::from_utf8(body.to_vec())?))
}

#[test]
fn nginx_by_http_2_and_by_http_1() {
    let pki = Pki::new();
    let Some((_nginx, port)) = nginx(&pki) else {
        return;
    };
    let url = format!("https://localhost:{}/", port.port);
    for (alpn, version) in [
        (&["h2", "http/1.1"][..], Version::HTTP_2),
        (&["http/1.1"], Version::HTTP_11),
        (&[], Version::HTTP_11),
    ] {
        let config = pki.client(alpn);
        let client = client(config.clone());
        block_on(async {
            for _ in 0..3 {
                let (spoken, page) = get(&client, &url).await.expect("a page");
                assert_eq!((spoken, page.as_str()), (version, "a page of nginx\n"));
            }
        });
        assert_eq!(config.handshakes().completed, 1, "the connection is kept");
    }
}

#[test]
fn python() {
    let Some(python) = needed("python3", "python3") else {
        return;
    };
    let pki = Pki::new();
    let port = ReservedPort::new();
    let program = "import http.server, ssl, sys\n\
        server = http.server.HTTPServer(('127.0.0.1', int(sys.argv[1])), http.server.SimpleHTTPRequestHandler)\n\
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)\n\
        context.load_cert_chain('server.pem', 'server-key.pem')\n\
        server.socket = context.wrap_socket(server.socket, server_side=True)\n\
        print('ready', flush=True)\n\
        server.serve_forever()\n";
    let mut command = Command::new(python);
    command
        .args(["-c", program, &port.port.to_string()])
        .current_dir(pki.dir.path());
    let mut server = Process::start(&mut command);
    server.line_with("ready");
    let client = client(pki.client(&[]));
    let url = format!("https://localhost:{}/ca.pem", port.port);
    let (version, page) = block_on(get(&client, &url)).expect("a file");
    // Python's server speaks HTTP/1.0.
    assert_eq!(version, Version::HTTP_10);
    assert_eq!(page, pki.authority.pem());
}

#[test]
fn the_example_client_and_the_example_server() {
    let pki = Pki::new();
    let (_server, port) = example_server(&pki);
    let mut command = Command::new(example("https_client_async"));
    command.arg("--ca").arg(pki.path("ca.pem"));
    let url = format!("https://localhost:{}/", port.port);
    let fetched = output(command.args([&url, &url]));
    let (told, pages) = (
        String::from_utf8(fetched.stderr).unwrap(),
        String::from_utf8(fetched.stdout).unwrap(),
    );
    assert!(told.starts_with("Mbed TLS 2.16.0\n"), "{told}");
    assert_eq!(told.matches("HTTP/2.0 200 OK").count(), 2, "{told}");
    assert!(told.ends_with("1 handshakes\n"), "{told}");
    assert_eq!(pages.matches("Served by HTTP/2.0.").count(), 2, "{pages}");
}

#[test]
fn what_is_refused_and_why() {
    let pki = Pki::new();
    let (_server, port) = example_server(&pki);
    let url = format!("https://localhost:{}/", port.port);
    let stranger = client(Pki::new().client(&[]));
    let error = block_on(get(&stranger, &url)).unwrap_err();
    let mut source: Option<&(dyn std::error::Error + 'static)> = Some(&*error);
    let mut verification = None;
    while let Some(error) = source {
        verification = verification.or(error.downcast_ref::<embertls::Error>());
        source = error.source();
    }
    assert!(
        matches!(verification, Some(embertls::Error::Verify(_))),
        "{error:?}"
    );

    let plain = format!("http://localhost:{}/", port.port);
    let error = block_on(get(&client(pki.client(&[])), &plain)).unwrap_err();
    assert!(format!("{error:?}").contains("allow_http"), "{error:?}");
}

#[test]
fn plain_http_where_it_is_allowed_and_addresses_as_names() {
    let Some(python) = needed("python3", "python3") else {
        return;
    };
    let pki = Pki::new();
    let port = ReservedPort::new();
    let mut command = Command::new(python);
    command.args([
        "-u",
        "-m",
        "http.server",
        "--bind",
        "127.0.0.1",
        &port.port.to_string(),
    ]);
    let mut plain = Process::start(command.current_dir(pki.dir.path()));
    drop(plain.connect(port.port));
    let connector = HttpsConnector::new(pki.client(&["h2", "http/1.1"])).allow_http();
    let client: HttpsClient = Client::builder(TokioExecutor::new()).build(connector);
    let url = format!("http://127.0.0.1:{}/ca.pem", port.port);
    assert_eq!(block_on(get(&client, &url)).unwrap().1, pki.authority.pem());

    let (_server, port) = example_server(&pki);
    let url = format!("https://127.0.0.1:{}/", port.port);
    assert_eq!(block_on(get(&client, &url)).unwrap().0, Version::HTTP_2);
}
