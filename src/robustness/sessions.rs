//! The two ends of a session, and what they say to each other.

use std::io::{self, Read, Write};

use super::scene::{Failure, Outcome};
use crate::{MemoryTransport, SslSession};

pub(super) struct Sessions {
    pub(super) client: Session,
    pub(super) server: Session,
}

pub(super) type Session = SslSession<MemoryTransport>;

impl Sessions {
    /// Data both ways, then the end both ways.
    pub(super) fn exchange(&mut self, data: &[u8]) -> Outcome<()> {
        let (client, server) = (&mut self.client, &mut self.server);
        send("client", client, server, data)?;
        send("server", server, client, data)?;
        client.close().map_err(Failure::of("client"))?;
        server
            .get_mut()
            .push_incoming(&client.get_mut().take_outgoing());
        ends("server", server)?;
        server.close().map_err(Failure::of("server"))?;
        client
            .get_mut()
            .push_incoming(&server.get_mut().take_outgoing());
        ends("client", client)
    }
}

pub(super) fn send(
    side: &'static str,
    from: &mut Session,
    to: &mut Session,
    data: &[u8],
) -> Outcome<()> {
    let failed = Failure::of::<io::Error>(side);
    from.write_all(data).map_err(&failed)?;
    from.flush().map_err(&failed)?;
    to.get_mut().push_incoming(&from.get_mut().take_outgoing());
    let mut got = vec![0; data.len()];
    to.read_exact(&mut got).map_err(failed)?;
    assert!(got == data, "the {side}'s data came wrong");
    Ok(())
}

fn ends(side: &'static str, session: &mut Session) -> Outcome<()> {
    let end = session.read(&mut [0; 8]).map_err(Failure::of("reader"))?;
    assert_eq!(end, 0, "{side}");
    Ok(())
}
