//! A connection in memory whose ends misbehave as a test wants it.

use std::collections::VecDeque;
use std::fmt;
use std::io::{self, ErrorKind, Read, Write};
use std::sync::{Arc, Mutex};

/// What an end does instead of serving the next call.
#[derive(Clone, Copy, Debug)]
pub enum Act {
    Serve,
    Fail(ErrorKind),
    /// Reports one byte more than it was asked for.
    Lie,
    /// Reports 0 bytes.
    Zero,
    Panic(&'static str),
}

/// The source of every [`Act::Fail`].
#[derive(Debug, PartialEq)]
pub struct Marker(pub ErrorKind);

impl fmt::Display for Marker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "marked {:?}", self.0)
    }
}

impl std::error::Error for Marker {}

/// The three calls of a transport.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    Read,
    Write,
    Flush,
}

/// One end of a wire. Clones are the same end.
#[derive(Clone)]
pub struct End {
    incoming: Arc<Mutex<Pipe>>,
    outgoing: Arc<Mutex<Pipe>>,
    script: Arc<Mutex<Script>>,
}

#[derive(Default)]
struct Pipe {
    bytes: VecDeque<u8>,
    /// How many more bytes fit; `None` for no limit.
    room: Option<usize>,
    ended: bool,
    written: u64,
    read: u64,
}

#[derive(Default)]
struct Script {
    acts: [VecDeque<Act>; 3],
    calls: [usize; 3],
    /// At most this many bytes for each call; 0 for no limit.
    most: usize,
    /// Every second call of each kind fails with this.
    alternately: Option<ErrorKind>,
}

/// Two ends of a new wire.
pub fn wire() -> (End, End) {
    let there = Arc::new(Mutex::new(Pipe::default()));
    let back = Arc::new(Mutex::new(Pipe::default()));
    let end = |incoming: &Arc<_>, outgoing: &Arc<_>| End {
        incoming: Arc::clone(incoming),
        outgoing: Arc::clone(outgoing),
        script: Arc::default(),
    };
    (end(&there, &back), end(&back, &there))
}

impl End {
    /// The end of a wire whose other end is served by [`Self::push_incoming`]
    /// and [`Self::take_outgoing`].
    pub fn alone() -> Self {
        wire().0
    }

    /// What the next calls of this kind do, one each; then they serve again.
    pub fn next(&self, call: Call, acts: &[Act]) {
        self.script.lock().unwrap().acts[call as usize] = acts.iter().copied().collect();
    }

    /// How many acts of this kind are still to come.
    #[allow(dead_code)] // for the adversary among the unit tests
    pub fn acts_left(&self, call: Call) -> usize {
        self.script.lock().unwrap().acts[call as usize].len()
    }

    /// Moves at most `most` bytes in each call.
    pub fn limit(&self, most: usize) {
        self.script.lock().unwrap().most = most;
    }

    /// Fails every second call with `kind`.
    pub fn stutter(&self, kind: ErrorKind) {
        self.script.lock().unwrap().alternately = Some(kind);
    }

    /// How often the transport was called so.
    pub fn calls(&self, call: Call) -> usize {
        self.script.lock().unwrap().calls[call as usize]
    }

    /// From now on only `room` more bytes can be written.
    pub fn set_room(&self, room: Option<usize>) {
        self.outgoing.lock().unwrap().room = room;
    }

    /// Puts bytes on their way to this end.
    pub fn push_incoming(&self, bytes: &[u8]) {
        self.incoming.lock().unwrap().bytes.extend(bytes);
    }

    /// This end hears no more: reading gives 0 once all is read.
    pub fn end_incoming(&self) {
        self.incoming.lock().unwrap().ended = true;
    }

    /// Bytes that this end has read, and has sent, from the beginning.
    #[allow(dead_code)] // as above
    pub fn totals(&self) -> (u64, u64) {
        let read = self.incoming.lock().unwrap().read;
        (read, self.outgoing.lock().unwrap().written)
    }

    /// Bytes that this end has sent and that were not read.
    pub fn outgoing_len(&self) -> usize {
        self.outgoing.lock().unwrap().bytes.len()
    }

    /// Takes the bytes that this end has sent.
    pub fn take_outgoing(&self) -> Vec<u8> {
        self.outgoing.lock().unwrap().bytes.drain(..).collect()
    }

    fn act(&self, call: Call) -> io::Result<Option<Act>> {
        let mut script = self.script.lock().unwrap();
        script.calls[call as usize] += 1;
        let is_odd = script.calls[call as usize] % 2 == 1;
        if let Some(kind) = script.alternately.filter(|_| is_odd) {
            return Err(kind.into());
        }
        let act = script.acts[call as usize].pop_front();
        drop(script);
        match act {
            Some(Act::Fail(kind)) => Err(io::Error::new(kind, Marker(kind))),
            Some(Act::Panic(message)) => std::panic::panic_any(message),
            Some(Act::Serve) => Ok(None),
            other => Ok(other),
        }
    }

    fn most(&self, len: usize) -> usize {
        match self.script.lock().unwrap().most {
            0 => len,
            most => len.min(most),
        }
    }
}

impl Read for End {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.act(Call::Read)? {
            Some(Act::Lie) => return Ok(buffer.len() + 1),
            Some(Act::Zero) => return Ok(0),
            _ => {}
        }
        let most = self.most(buffer.len());
        let mut pipe = self.incoming.lock().unwrap();
        if pipe.bytes.is_empty() && !pipe.ended && !buffer.is_empty() {
            return Err(ErrorKind::WouldBlock.into());
        }
        let len = pipe.bytes.read(&mut buffer[..most])?;
        pipe.read += len as u64;
        Ok(len)
    }
}

impl Write for End {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        match self.act(Call::Write)? {
            Some(Act::Lie) => return Ok(data.len() + 1),
            Some(Act::Zero) => return Ok(0),
            _ => {}
        }
        let mut most = self.most(data.len());
        let mut pipe = self.outgoing.lock().unwrap();
        if let Some(room) = &mut pipe.room {
            most = most.min(*room);
            if most == 0 && !data.is_empty() {
                return Err(ErrorKind::WouldBlock.into());
            }
            *room -= most;
        }
        pipe.bytes.extend(&data[..most]);
        pipe.written += most as u64;
        Ok(most)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.act(Call::Flush).map(drop)
    }
}
