//! One connection: handshake, requests, the end.

use std::io::{self, BufRead, BufWriter, ErrorKind, Write};
use std::time::{Duration, Instant};

use embertls::{Handshake, NetContext, SslSession};

use crate::log;
use crate::request::{self, Request};
use crate::response;
use crate::service::Shared;

/// How long a client may take for its whole handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// How long a connection may wait for its next request.
const IDLE: Duration = Duration::from_secs(30);
/// How long one read or write may take within a request.
const STEP: Duration = Duration::from_secs(30);
/// How often a waiting connection looks whether the server is to stop.
const LOOK: Duration = Duration::from_millis(200);
/// The most that one record holds.
const RECORD: usize = 16_384;

pub fn serve(shared: &Shared, net: NetContext, from: &str) {
    let handshake = match Handshake::server(&shared.config, net) {
        Ok(handshake) => handshake,
        Err(error) => return log::line(format_args!("{from}: {error}")),
    };
    let mut session = match handshake.complete_within(HANDSHAKE) {
        Ok(session) => session,
        Err(refused) => {
            return log::line(format_args!("{from}: refused: {}", refused.into_error()));
        }
    };
    log::connection(from, &session);
    // A client that has gone has nobody to tell it to.
    let _ = requests(shared, &mut session).and_then(|()| session.close());
}

fn requests(shared: &Shared, session: &mut SslSession<NetContext>) -> io::Result<()> {
    let set = session.get_mut().set_write_timeout(Some(STEP));
    set.map_err(io::Error::other)?;
    loop {
        if !wait_for_request(shared, session)? {
            return Ok(());
        }
        let request = match request::read(session)? {
            Request::Bad(status) => {
                let mut out = BufWriter::with_capacity(RECORD, &mut *session);
                response::error(&mut out, status, false)?;
                return out.flush();
            }
            Request::Good(request) => request,
        };
        let keep = request.keep_alive && !shared.is_stopping();
        // Head and body share records.
        let mut out = BufWriter::with_capacity(RECORD, &mut *session);
        response::answer(&mut out, &shared.files, &request, keep)?;
        out.flush()?;
        drop(out);
        if !keep {
            return Ok(());
        }
    }
}

/// Waits for the first byte of a request; `false` where none will come.
fn wait_for_request(shared: &Shared, session: &mut SslSession<NetContext>) -> io::Result<bool> {
    let start = Instant::now();
    let set = session.get_mut().set_read_timeout(Some(LOOK));
    set.map_err(io::Error::other)?;
    loop {
        match session.fill_buf() {
            Ok([]) => return Ok(false),
            Ok(_) => break,
            Err(error) if error.kind() == ErrorKind::TimedOut => {
                if shared.is_stopping() || start.elapsed() > IDLE {
                    return Ok(false);
                }
            }
            Err(error) => return Err(error),
        }
    }
    let set = session.get_mut().set_read_timeout(Some(STEP));
    set.map_err(io::Error::other)?;
    Ok(true)
}
