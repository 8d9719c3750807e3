//! ureq over embertls: pages, redirects, time limits, refusals.

use std::io::ErrorKind;
use std::net::TcpListener;
use std::process::Command;
use std::time::Duration;

use axum::Router;
use axum::response::Redirect;
use axum::routing::get;
use embertls_ecosystem::listener::TlsListener;

use crate::common::{Pki, block_on, example, nginx, output};

#[test]
fn a_page_of_nginx_by_a_redirect() {
    let pki = Pki::new();
    let Some((_nginx, port)) = nginx(&pki) else {
        return;
    };
    let url = format!("https://localhost:{}/moved", port.port);
    let mut command = Command::new(example("ureq_get"));
    let page = output(command.arg(&url).arg("--ca").arg(pki.path("ca.pem"))).stdout;
    assert_eq!(page, b"a page of nginx\n");
}

#[test]
fn redirects_between_servers_and_connections_that_are_kept() {
    let pki = Pki::new();
    let config = pki
        .authority
        .server("localhost")
        .alpn(["http/1.1"])
        .build()
        .unwrap();
    let other = pki.authority.server("127.0.0.1").build().unwrap();
    let client = pki.client(&["http/1.1"]);
    block_on(async {
        let listen = |config| async {
            let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0))
                .await
                .unwrap();
            let port = listener.local_addr().unwrap().port();
            (TlsListener::new(listener, config).unwrap(), port)
        };
        let (target, target_port) = listen(other).await;
        let (first, first_port) = listen(config).await;
        let to = format!("https://127.0.0.1:{target_port}/end");
        let routes = Router::new()
            .route(
                "/there",
                get(move || async move { Redirect::temporary("/further") }),
            )
            .route(
                "/further",
                get(move || async move { Redirect::temporary(&to) }),
            );
        tokio::spawn(async move { axum::serve(first, routes).await });
        let routes = Router::new().route("/end", get(|| async { "the end" }));
        tokio::spawn(async move { axum::serve(target, routes).await });

        let agent = embertls::ureq::agent(client.clone());
        let url = format!("https://localhost:{first_port}/there");
        let fetch = move || -> Result<String, ureq::Error> {
            for _ in 0..2 {
                agent.get(&url).call()?.body_mut().read_to_string()?;
            }
            agent.get(&url).call()?.body_mut().read_to_string()
        };
        let page = tokio::task::spawn_blocking(fetch).await.unwrap().unwrap();
        assert_eq!(page, "the end");
    });
    assert_eq!(client.handshakes().completed, 2, "one for each server");
}

#[test]
fn a_refused_certificate_says_why() {
    let pki = Pki::new();
    let Some((_nginx, port)) = nginx(&pki) else {
        return;
    };
    let agent = embertls::ureq::agent(Pki::new().client(&[]));
    let error = agent
        .get(format!("https://localhost:{}/", port.port))
        .call()
        .unwrap_err();
    let ureq::Error::Io(error) = error else {
        panic!("{error:?}");
    };
    let error = error.downcast::<embertls::Error>().unwrap();
    assert!(matches!(error, embertls::Error::Verify(_)), "{error}");
}

#[test]
fn a_server_that_wants_http_2_is_told_apart() {
    let pki = Pki::new();
    let Some((_nginx, port)) = nginx(&pki) else {
        return;
    };
    let agent = embertls::ureq::agent(pki.client(&["h2"]));
    let error = agent
        .get(format!("https://localhost:{}/", port.port))
        .call()
        .unwrap_err();
    assert!(
        error.to_string().contains("ureq speaks HTTP/1.1"),
        "{error}"
    );
}

#[test]
fn time_limits_are_ureqs_own_errors() {
    // Accepted by the system, and nobody answers.
    let silent = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = silent.local_addr().unwrap().port();
    let settings = ureq::config::Config::builder()
        .timeout_global(Some(Duration::from_millis(200)))
        .build();
    let agent = embertls::ureq::agent_with(settings, Pki::new().client(&[]));
    let error = agent
        .get(format!("https://localhost:{port}/"))
        .call()
        .unwrap_err();
    match error {
        ureq::Error::Timeout(_) => {}
        ureq::Error::Io(error) => assert_eq!(error.kind(), ErrorKind::TimedOut),
        other => panic!("{other:?}"),
    }
}
