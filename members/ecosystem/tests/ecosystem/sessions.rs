//! Servers that share their sessions through a real Redis.

use std::io::Read;
use std::process::Command;
use std::time::{Duration, Instant};

use embertls::{
    Certificate, Error, Handshake, MemoryTransport, PrivateKey, ResumptionData, Server, ServerName,
    SessionCache, SslConfig, SslSession, TicketKeys,
};
use embertls_ecosystem::sessions::RedisStore;

use crate::common::process::{Process, ReservedPort};
use crate::common::{Pki, needed};

/// A Redis of our own, which ends with the test.
struct Redis {
    process: Process,
    port: ReservedPort,
}

impl Redis {
    fn start(pki: &Pki) -> Option<Self> {
        let program = needed("redis-server", "redis-server")?;
        let port = ReservedPort::new();
        let mut command = Command::new(program);
        command
            .args(["--bind", "127.0.0.1", "--port", &port.port.to_string()])
            .args(["--save", "", "--dir"])
            .arg(pki.dir.path());
        let mut process = Process::start(&mut command);
        process.line_with("Ready to accept connections");
        Some(Self { process, port })
    }

    fn connection(&self) -> redis::Connection {
        let client = redis::Client::open(self.address()).unwrap();
        client.get_connection().unwrap()
    }

    fn address(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port.port)
    }
}

struct Scene {
    pki: Pki,
    client: SslConfig,
}

impl Scene {
    fn new() -> Self {
        let pki = Pki::new();
        let client = pki.authority.client().build().unwrap();
        Self { pki, client }
    }

    /// A server as it would be on a machine of its own.
    fn server(&self, redis: &Redis) -> SslConfig<Server> {
        let secret: [u8; 32] = std::array::from_fn(|at| at as u8);
        let keys = TicketKeys::supplied(TicketKeys::DEFAULT_LIFETIME, &secret, &[]).unwrap();
        let cache = SessionCache::new(RedisStore::new(&redis.address()).unwrap(), keys);
        let leaf = std::fs::read(self.pki.path("server.pem")).unwrap();
        let key = std::fs::read(self.pki.path("server-key.pem")).unwrap();
        let chain = Certificate::chain_from_pem(leaf).unwrap();
        SslConfig::server()
            .identity(chain, PrivateKey::from_pem(key).unwrap())
            .session_cache(cache)
            .build()
            .unwrap()
    }

    fn connect(&self, server: &SslConfig<Server>, data: Option<&ResumptionData>) -> Pair {
        let name = ServerName::try_from("localhost").unwrap();
        let mut client = Handshake::client(&self.client, name, MemoryTransport::new()).unwrap();
        if let Some(data) = data {
            assert!(client.resume(data));
        }
        let mut server = Handshake::server(server, MemoryTransport::new()).unwrap();
        for _ in 0..4 {
            step(&mut client, &mut server);
            step(&mut server, &mut client);
        }
        let pair = Pair {
            client: client.into_session().unwrap(),
            server: server.into_session().unwrap(),
        };
        assert_eq!(pair.client.is_resumed(), pair.server.is_resumed());
        pair
    }
}

type Session = SslSession<MemoryTransport>;

struct Pair {
    client: Session,
    server: Session,
}

fn step(from: &mut Handshake<MemoryTransport>, to: &mut Handshake<MemoryTransport>) {
    if !from.is_complete() {
        match from.advance() {
            Ok(()) | Err(Error::WouldBlock) => {}
            Err(error) => panic!("{error}"),
        }
    }
    to.get_mut().push_incoming(&from.get_mut().take_outgoing());
}

fn keys(connection: &mut redis::Connection) -> Vec<Vec<u8>> {
    redis::cmd("KEYS").arg("*").query(connection).unwrap()
}

#[test]
fn one_server_resumes_what_another_began() {
    let scene = Scene::new();
    let Some(redis) = Redis::start(&scene.pki) else {
        return;
    };
    let (one, two) = (scene.server(&redis), scene.server(&redis));
    let first = scene.connect(&one, None);
    let data = first.client.resumption_data().unwrap();
    for server in [&two, &one, &two] {
        assert!(scene.connect(server, Some(&data)).client.is_resumed());
    }

    let mut connection = redis.connection();
    let [key] = &keys(&mut connection)[..] else {
        panic!("one session");
    };
    assert!(key.starts_with(b"tls-session:"));
    let left: u64 = redis::cmd("TTL").arg(key).query(&mut connection).unwrap();
    let lifetime = TicketKeys::DEFAULT_LIFETIME.as_secs();
    assert!((lifetime - 60..=lifetime).contains(&left), "{left} seconds");

    // Redis cannot read the session, nor change it.
    let mut entry: Vec<u8> = redis::cmd("GET").arg(key).query(&mut connection).unwrap();
    let log = first.client.danger_key_log_line().unwrap();
    let master = log.rsplit(' ').next().unwrap();
    let shown: String = entry.iter().map(|byte| format!("{byte:02x}")).collect();
    assert!(!shown.contains(&master[..32]));
    let last = entry.len() - 1;
    entry[last] ^= 1;
    let mut set = redis::cmd("SET");
    set.arg(key).arg(entry).exec(&mut connection).unwrap();
    assert!(!scene.connect(&one, Some(&data)).client.is_resumed());
}

#[test]
fn a_session_that_fails_is_forgotten_by_all() {
    let scene = Scene::new();
    let Some(redis) = Redis::start(&scene.pki) else {
        return;
    };
    let (one, two) = (scene.server(&redis), scene.server(&redis));
    let mut first = scene.connect(&one, None);
    let data = first.client.resumption_data().unwrap();
    assert_eq!(keys(&mut redis.connection()).len(), 1);
    let forged = [&[23, 3, 3, 0, 40][..], &[0; 40]].concat();
    first.server.get_mut().push_incoming(&forged);
    first.server.read(&mut [0; 8]).unwrap_err();
    assert!(keys(&mut redis.connection()).is_empty());
    assert!(!scene.connect(&two, Some(&data)).client.is_resumed());
}

#[test]
fn without_redis_handshakes_are_full_and_succeed() {
    let scene = Scene::new();
    let Some(redis) = Redis::start(&scene.pki) else {
        return;
    };
    let server = scene.server(&redis);
    let data = scene
        .connect(&server, None)
        .client
        .resumption_data()
        .unwrap();
    assert!(scene.connect(&server, Some(&data)).client.is_resumed());
    let Redis { process, port } = redis;
    drop(process);
    let start = Instant::now();
    for _ in 0..5 {
        assert!(!scene.connect(&server, Some(&data)).client.is_resumed());
    }
    drop(port);
    assert!(
        start.elapsed() < Duration::from_secs(30),
        "it is not asked each time"
    );
}

#[test]
fn threads_share_the_store() {
    let scene = Scene::new();
    let Some(redis) = Redis::start(&scene.pki) else {
        return;
    };
    let server = scene.server(&redis);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let data = scene.connect(&server, None).client.resumption_data();
                let data = data.unwrap();
                for _ in 0..10 {
                    assert!(scene.connect(&server, Some(&data)).client.is_resumed());
                }
            });
        }
    });
    assert_eq!(keys(&mut redis.connection()).len(), 4);
}
