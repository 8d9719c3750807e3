//! nginx, which passes requests on to a server without TLS, and says in the
//! head of its answers what it negotiated.

use std::fs;
use std::net::TcpStream;
use std::process::Command;

use super::{Running, Server, Setup, Told};
use crate::common::process::{Process, ReservedPort};
use crate::common::{echo, programs};
use crate::http;
use crate::ours::By;
use crate::ours::client::Session;
use crate::pki::{Case, Pki};
use crate::version;

pub struct Nginx;

impl Server for Nginx {
    fn name(&self) -> &'static str {
        "nginx"
    }

    fn version(&self) -> Option<String> {
        let said = version::first_line(programs::needed("nginx", "nginx-light")?, "-v")?;
        Some(said.replace("nginx version: nginx/", "nginx ") + ", the system's OpenSSL")
    }

    fn has(&self, _: Case) -> bool {
        true
    }

    fn start(&self, pki: &Pki, setup: Setup) -> Box<dyn Running> {
        let program = programs::needed("nginx", "nginx-light").expect("its version is known");
        let port = ReservedPort::new();
        let folder = pki.folder("nginx");
        let file = folder.join("nginx.conf");
        fs::write(&file, configuration(pki, setup, port.port)).expect("a file can be written");
        let mut command = Command::new(program);
        command.arg("-c").arg(file).arg("-p").arg(&folder);
        let process = Process::start(&mut command);
        Box::new(Started { process, port })
    }
}

fn configuration(pki: &Pki, setup: Setup, port: u16) -> String {
    let files = pki.server_files(setup.key);
    let dir = pki.folder("nginx");
    let dir = dir.display();
    let user = match fs::metadata("/proc/self").map(|of| std::os::unix::fs::MetadataExt::uid(&of)) {
        Ok(0) => "user root;",
        _ => "",
    };
    let tickets = match setup.by {
        By::Ticket => "ssl_session_tickets on; ssl_session_cache off;",
        By::Id => "ssl_session_tickets off; ssl_session_cache shared:all:1m;",
    };
    let asks = match setup.asks {
        true => format!(
            "ssl_verify_client on; ssl_client_certificate {};",
            pki.client_ca().display()
        ),
        false => String::new(),
    };
    format!(
        "daemon off; master_process off; {user} pid {dir}/pid; error_log stderr;\n\
         events {{}}\n\
         http {{\n\
           access_log off; client_max_body_size 8m;\n\
           client_body_temp_path {dir}/b; proxy_temp_path {dir}/p;\n\
           fastcgi_temp_path {dir}/f; uwsgi_temp_path {dir}/u; scgi_temp_path {dir}/s;\n\
           server {{\n\
             listen 127.0.0.1:{port} ssl; ssl_protocols TLSv1.2;\n\
             ssl_ciphers ALL:@SECLEVEL=0;\n\
             ssl_certificate {}; ssl_certificate_key {};\n\
             {tickets} {asks}\n\
             location / {{\n\
               proxy_pass http://127.0.0.1:{};\n\
               add_header X-Told \"$ssl_protocol;$ssl_session_reused;$ssl_alpn_protocol;$ssl_client_s_dn;\";\n\
             }}\n\
           }}\n\
         }}\n",
        files.chain.display(),
        files.key.display(),
        http::plain_server(),
    )
}

struct Started {
    process: Process,
    port: ReservedPort,
}

impl Running for Started {
    fn connect(&mut self) -> TcpStream {
        self.process.connect(self.port.port)
    }

    fn talk(&mut self, session: &mut Session, size: usize) -> Told {
        let data = echo::payload(size, 5);
        let (head, body) = http::post(session, &data).expect("an answer");
        assert!(body == data, "{size} bytes came back changed: {head}");
        let told = head.split("X-Told: ").nth(1);
        let told: Vec<_> = told
            .unwrap_or_else(|| panic!("{head}"))
            .split(';')
            .collect();
        let ["TLSv1.2", resumed, alpn, client, ..] = told[..] else {
            panic!("{head}");
        };
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Told {
            resumed: Some(resumed == "r"),
            alpn: some(alpn),
            client: some(client.trim_start_matches("CN=")),
        }
    }
}
