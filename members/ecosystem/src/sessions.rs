//! TLS sessions in Redis, for servers on several machines.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use embertls::SessionStore;
use redis::{Client, Connection, ConnectionLike, RedisResult};

/// A [`SessionStore`] in a Redis server.
///
/// A handshake waits for Redis, so it waits shortly; and when Redis was not
/// there, it is not asked again for a second. Handshakes are full ones then.
///
/// ```no_run
/// use embertls::{SessionCache, TicketKeys};
/// use embertls_ecosystem::sessions::RedisStore;
///
/// # fn secret_of_all_servers() -> [u8; 32] { [0; 32] }
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let lifetime = TicketKeys::DEFAULT_LIFETIME;
/// let keys = TicketKeys::supplied(lifetime, &secret_of_all_servers(), &[])?;
/// let cache = SessionCache::new(RedisStore::new("redis://127.0.0.1/")?, keys);
/// # drop(cache);
/// # Ok(())
/// # }
/// ```
pub struct RedisStore {
    client: Client,
    idle: Mutex<Vec<Connection>>,
    /// Not asked before this time.
    rests_until: Mutex<Option<Instant>>,
}

/// In front of each session id, so that Redis may serve others, too.
const PREFIX: &[u8] = b"tls-session:";
/// How long a handshake waits for Redis.
const PATIENCE: Duration = Duration::from_millis(250);
/// How long Redis is left alone after it has failed.
const REST: Duration = Duration::from_secs(1);
/// The most connections that are kept for later.
const MAX_IDLE: usize = 16;

impl RedisStore {
    /// A store in the server at this address, such as `redis://127.0.0.1/`. No
    /// connection is made yet.
    ///
    /// # Errors
    ///
    /// Where it is no address of Redis.
    pub fn new(address: &str) -> RedisResult<Self> {
        Ok(Self {
            client: Client::open(address)?,
            idle: Mutex::default(),
            rests_until: Mutex::default(),
        })
    }

    /// Asks Redis; `None` where it gives no answer.
    fn ask<T>(&self, question: impl FnOnce(&mut Connection) -> RedisResult<T>) -> Option<T> {
        if self.rests() {
            return None;
        }
        let answer = self.connection().and_then(|mut connection| {
            let answer = question(&mut connection)?;
            let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
            if idle.len() < MAX_IDLE {
                idle.push(connection);
            }
            Ok(answer)
        });
        if let Err(error) = &answer {
            eprintln!("sessions are not shared for {REST:?}: {error}");
            let mut rests = self
                .rests_until
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            *rests = Instant::now().checked_add(REST);
        }
        answer.ok()
    }

    fn rests(&self) -> bool {
        let rests = self.rests_until.lock();
        let rests = rests.unwrap_or_else(PoisonError::into_inner);
        rests.is_some_and(|until| Instant::now() < until)
    }

    fn connection(&self) -> RedisResult<Connection> {
        let idle = self
            .idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        if let Some(connection) = idle.filter(ConnectionLike::is_open) {
            return Ok(connection);
        }
        let connection = self.client.get_connection_with_timeout(PATIENCE)?;
        connection.set_read_timeout(Some(PATIENCE))?;
        connection.set_write_timeout(Some(PATIENCE))?;
        Ok(connection)
    }
}

impl SessionStore for RedisStore {
    fn put(&self, id: &[u8], entry: &[u8], lifetime: Duration) {
        let mut command = redis::cmd("SET");
        command
            .arg(key(id))
            .arg(entry)
            .arg("EX")
            .arg(lifetime.as_secs());
        self.ask(|connection| command.exec(connection));
    }

    fn get(&self, id: &[u8]) -> Option<Vec<u8>> {
        let mut command = redis::cmd("GET");
        command.arg(key(id));
        self.ask(|connection| command.query::<Option<Vec<u8>>>(connection))?
    }

    fn remove(&self, id: &[u8]) {
        let mut command = redis::cmd("DEL");
        command.arg(key(id));
        self.ask(|connection| command.exec(connection));
    }
}

fn key(id: &[u8]) -> Vec<u8> {
    [PREFIX, id].concat()
}
