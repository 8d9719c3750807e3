//! What goes over a session once it stands.

use std::io::{self, BufRead, ErrorKind, Read, Write};

use embertls::SslSession;
use embertls::ssl::ChannelBinding;

use crate::failure::Failure;
use crate::options::Conduct;
use crate::transport::Transport;

type Session = SslSession<Transport>;

/// What the runner expects of a shim that writes first.
const GREETING: &[u8] = b"hello";

/// All that is asked for, and then the end of the session.
pub fn run(session: &mut Session, conduct: &Conduct) -> Result<(), Failure> {
    let mut writer = Writer {
        max_fragment: match conduct.max_send_fragment {
            0 => usize::MAX,
            length => length,
        },
    };
    if conduct.export_len > 0 {
        let mut secret = vec![0; conduct.export_len];
        let context = conduct
            .export_has_context
            .then_some(&*conduct.export_context);
        session.export_keying_material(&mut secret, &conduct.export_label, context)?;
        writer.write(session, &secret)?;
    }
    if conduct.sends_tls_unique {
        let binding = session.channel_binding(ChannelBinding::TlsUnique)?;
        writer.write(session, &binding)?;
    }
    if conduct.writes_different_sizes {
        let text = vec![0x42; 32_769];
        for len in [
            0, 1, 255, 256, 257, 16_383, 16_384, 16_385, 32_767, 32_768, 32_769,
        ] {
            writer.write(session, &text[..len])?;
        }
    } else {
        let mut unfinished = false;
        if conduct.reads_with_unfinished_write {
            begin_greeting(session)?;
            unfinished = true;
        } else if conduct.writes_first {
            writer.write(session, GREETING)?;
        }
        if !conduct.shuts_down {
            echo(session, conduct, &mut writer, unfinished)?;
        }
    }
    close(session, conduct)
}

/// Sends back all that comes, with every bit turned.
fn echo(
    session: &mut Session,
    conduct: &Conduct,
    writer: &mut Writer,
    mut unfinished: bool,
) -> Result<(), Failure> {
    let size = match conduct.read_size {
        0 => 512,
        size => size,
    };
    let mut buffer = vec![0; size];
    loop {
        let len = read(session, conduct, &mut buffer)?;
        if len == 0 {
            return Ok(());
        }
        if unfinished {
            session.get_mut().limit_writes(None);
            patiently(|| session.flush())?;
            unfinished = false;
        }
        let read = &mut buffer[..len];
        read.iter_mut().for_each(|byte| *byte ^= 0xff);
        writer.write(session, read)?;
    }
}

fn read(session: &mut Session, conduct: &Conduct, buffer: &mut [u8]) -> Result<usize, Failure> {
    let peeked = match conduct.peeks {
        true => Some(patiently(|| session.fill_buf().map(<[u8]>::to_vec))?),
        false => None,
    };
    let len = patiently(|| session.read(buffer))?;
    if peeked.is_some_and(|peeked| peeked.get(..len) != Some(&buffer[..len])) {
        return Err(Failure::unexpected("what was read is not what was there"));
    }
    if conduct.exports_between_reads {
        session.export_keying_material(&mut [0], b"", None)?;
    }
    Ok(len)
}

/// Leaves a record on its way, of which one byte has gone.
fn begin_greeting(session: &mut Session) -> Result<(), Failure> {
    session.get_mut().limit_writes(Some(1));
    let accepted = session.write(GREETING)?;
    match accepted == GREETING.len() && session.bytes_pending() > 0 {
        true => Ok(()),
        false => Err(Failure::unexpected("a write that is finished")),
    }
}

fn close(session: &mut Session, conduct: &Conduct) -> Result<(), Failure> {
    match patiently(|| session.close()) {
        // Who has said close_notify need not wait for ours (RFC 5246, 7.2.1).
        Err(error) if !conduct.shuts_down && is_gone(error.kind()) => {}
        result => result?,
    }
    if conduct.shuts_down && conduct.checks_close_notify {
        let len = patiently(|| session.read(&mut [0]))?;
        if len > 0 {
            return Err(Failure::unexpected("data instead of the end"));
        }
    }
    Ok(())
}

fn is_gone(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::BrokenPipe | ErrorKind::ConnectionReset)
}

/// Writes in pieces of a certain length.
struct Writer {
    max_fragment: usize,
}

impl Writer {
    fn write(&mut self, session: &mut Session, mut bytes: &[u8]) -> Result<(), Failure> {
        while !bytes.is_empty() {
            let piece = &bytes[..bytes.len().min(self.max_fragment)];
            let len = patiently(|| session.write(piece))?;
            bytes = &bytes[len..];
        }
        Ok(patiently(|| session.flush())?)
    }
}

/// Sends what a handshake that failed has left unsent.
pub fn finish_writing(transport: &mut Transport, mut bytes: &[u8]) {
    while !bytes.is_empty() {
        match patiently(|| transport.write(bytes)) {
            Ok(len @ 1..) => bytes = &bytes[len..],
            _ => return,
        }
    }
}

/// Until the transport is ready. It blocks or will be so next time.
fn patiently<T>(mut call: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match call() {
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            result => return result,
        }
    }
}
