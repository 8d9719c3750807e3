//! What each call must give, told from what the peer has sent, what the
//! transport has done, and what was called before.
//!
//! The model looks at a call once it is over: how many bytes moved is the
//! transport's doing, and what follows from it is not.

use std::collections::VecDeque;
use std::fmt;
use std::io::{self, ErrorKind};

use super::peer::Item;
use super::records::{ALERT, DATA};
use super::wire::Act;

/// How a call or a record was not as it must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Wrong {
    /// The end, though the peer has not said so.
    FalseEnd,
    /// Nothing to read, though there is.
    Sleeps,
    /// The peer may do this without end.
    NotRefused,
    /// Bytes that were not sent, or not accepted.
    OtherBytes,
    /// Success, and not everything is on its way.
    NotAllSent,
    /// Success, and no close_notify is on its way.
    NotClosed,
    /// A record with nothing in it.
    EmptyRecord,
    Other,
}

#[derive(Debug)]
pub(super) struct Fault {
    pub(super) wrong: Wrong,
    what: String,
}

impl Fault {
    pub(super) fn at(mut self, step: usize) -> Self {
        self.what = format!("step {step}: {}", self.what);
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.wrong, self.what)
    }
}

pub(super) type Verdict = Result<(), Fault>;

pub(super) fn fault(wrong: Wrong, what: impl Into<String>) -> Verdict {
    let what = what.into();
    Err(Fault { wrong, what })
}

/// What the transport did during a call.
#[derive(Debug, Default)]
pub(super) struct Moved {
    /// Bytes that the subject has read from it since the beginning.
    pub(super) read: u64,
    /// Bytes that it took during this call.
    pub(super) taken: usize,
    pub(super) pending_before: usize,
    pub(super) pending_after: usize,
    /// What it did instead of serving, once.
    pub(super) read_act: Option<Act>,
    pub(super) write_act: Option<Act>,
    pub(super) flush_act: Option<Act>,
}

impl Moved {
    /// The error that ends the session, if there was one in sending.
    fn fatal(&self) -> Option<ErrorKind> {
        let of_write = match self.write_act {
            Some(Act::Zero) => Some(ErrorKind::WriteZero),
            Some(Act::Lie) => Some(ErrorKind::InvalidData),
            act => failure(act),
        };
        let all = [of_write, failure(self.flush_act)];
        all.into_iter().flatten().find(|kind| !passes(*kind))
    }

    /// The error that keeps a call from sending everything.
    fn blocked(&self) -> ErrorKind {
        let all = [failure(self.write_act), failure(self.flush_act)];
        let passing = all.into_iter().flatten().find(|kind| passes(*kind));
        passing.unwrap_or(ErrorKind::WouldBlock)
    }

    /// Whether what waited before the call is out.
    fn is_earlier_out(&self) -> bool {
        self.taken >= self.pending_before
    }

    fn is_all_out(&self) -> bool {
        let flushed = failure(self.flush_act).is_none();
        self.pending_after == 0 && flushed
    }
}

/// An interrupted call is made again, so it is none.
fn failure(act: Option<Act>) -> Option<ErrorKind> {
    match act {
        Some(Act::Fail(ErrorKind::Interrupted)) => None,
        Some(Act::Fail(kind)) => Some(kind),
        _ => None,
    }
}

fn passes(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

#[derive(Debug, Default)]
pub(super) struct Model {
    /// Items of the peer that the subject has used.
    used: usize,
    /// Of the record last opened.
    pub(super) readable: VecDeque<u8>,
    warnings: usize,
    idle: usize,
    /// Requests for a renegotiation that may be answered, and whether one must.
    requests: usize,
    pub(super) owes_answer: bool,
    pub(super) close_received: bool,
    pub(super) dead: bool,
    /// The subject refused what the peer sent, and may tell it once.
    may_alert: bool,
    /// Accepted by the subject and not yet seen by the peer.
    pub(super) accepted: VecDeque<u8>,
    pub(super) close_sent: bool,
    close_seen: bool,
}

enum Expected {
    Data(Vec<u8>),
    End,
    Error(ErrorKind),
}

impl Model {
    pub(super) fn read(
        &mut self,
        items: &[(u64, Item)],
        is_cut: bool,
        outcome: io::Result<&[u8]>,
        room: usize,
        moved: &Moved,
    ) -> Verdict {
        let got = outcome.map_err(|error| error.kind());
        let expected = self.expect(items, is_cut, got, room, moved);
        match (expected, got) {
            (Expected::Data(data), Ok(got)) if got == data => Ok(()),
            (Expected::End, Ok([])) => Ok(()),
            (Expected::Error(kind), Err(got)) if got == kind => Ok(()),
            (Expected::Error(ErrorKind::InvalidData), got) => {
                fault(Wrong::NotRefused, format!("reading gave {got:?}"))
            }
            (_, Ok([])) => fault(Wrong::FalseEnd, "reading gave the end"),
            (Expected::Data(_), Err(ErrorKind::WouldBlock)) => {
                fault(Wrong::Sleeps, "reading waits, and there is data")
            }
            (Expected::Data(_), Ok(_)) => fault(Wrong::OtherBytes, "reading gave other bytes"),
            (Expected::Data(data), got) => {
                let len = data.len();
                fault(Wrong::Other, format!("{got:?} instead of {len} bytes"))
            }
            (Expected::End, got) => fault(Wrong::Other, format!("{got:?} instead of the end")),
            (Expected::Error(kind), got) => {
                fault(Wrong::Other, format!("{got:?} instead of {kind}"))
            }
        }
    }

    fn expect(
        &mut self,
        items: &[(u64, Item)],
        is_cut: bool,
        got: Result<&[u8], ErrorKind>,
        room: usize,
        moved: &Moved,
    ) -> Expected {
        if room == 0 {
            return Expected::Data(Vec::new());
        }
        if self.dead {
            return Expected::Error(ErrorKind::NotConnected);
        }
        let refused = self.use_items(items, moved.read);
        let everything = items.last().map_or(0, |(end, _)| *end);
        let is_at_end = matches!(moved.read_act, Some(Act::Zero))
            || (is_cut && moved.read == everything && failure(moved.read_act).is_none());
        let kind = match moved.read_act {
            _ if refused => ErrorKind::InvalidData,
            Some(Act::Lie) => ErrorKind::InvalidData,
            _ if is_at_end => ErrorKind::UnexpectedEof,
            act => failure(act).unwrap_or(ErrorKind::WouldBlock),
        };
        // An answer to a request for a renegotiation could not be sent; or what goes out last could not, which is not
        // told.
        let own = Err(kind);
        if let Some(kind) = moved
            .fatal()
            .filter(|fatal| got != own || got == Err(*fatal))
        {
            self.dead = true;
            return Expected::Error(kind);
        }
        if !refused && !self.readable.is_empty() {
            let len = room.min(self.readable.len());
            return Expected::Data(self.readable.drain(..len).collect());
        }
        if !refused && self.close_received {
            return Expected::End;
        }
        self.dead = !passes(kind);
        Expected::Error(kind)
    }

    /// Opens what has come until there is data or an end; whether something is
    /// to be refused.
    fn use_items(&mut self, items: &[(u64, Item)], read: u64) -> bool {
        const MOST_WARNINGS: usize = 4;
        const MOST_IDLE: usize = 32;
        while self.readable.is_empty() && !self.close_received {
            let Some((_, item)) = items.get(self.used).filter(|(end, _)| *end <= read) else {
                return false;
            };
            self.used += 1;
            match item {
                Item::Data(data) => {
                    (self.warnings, self.idle) = (0, 0);
                    self.readable.extend(data);
                }
                Item::Empty => self.idle += 1,
                Item::Warning => self.warnings += 1,
                Item::Renegotiation(times) => {
                    self.idle += times;
                    self.requests += times;
                    self.owes_answer = true;
                }
                Item::Close => self.close_received = true,
                Item::Refused => {
                    self.may_alert = true;
                    return true;
                }
            }
            if self.warnings > MOST_WARNINGS || self.idle > MOST_IDLE {
                self.may_alert = true;
                return true;
            }
        }
        false
    }

    /// `runs_ahead`: a write that would block may have sealed its bytes.
    pub(super) fn write(
        &mut self,
        data: &[u8],
        outcome: io::Result<usize>,
        moved: &Moved,
        runs_ahead: bool,
    ) -> Verdict {
        const RECORD: usize = 16_384;
        let got = outcome.map_err(|error| error.kind());
        let expected = if self.dead || self.close_sent {
            Err(ErrorKind::NotConnected)
        } else if let Some(kind) = moved.fatal() {
            self.dead = true;
            Err(kind)
        } else if !moved.is_earlier_out() {
            Err(moved.blocked())
        } else {
            Ok(data.len().min(RECORD))
        };
        if runs_ahead && got == Err(ErrorKind::WouldBlock) && !self.dead {
            return Ok(());
        }
        match (expected, got) {
            (Ok(len), Ok(got)) if len == got => self.accepted.extend(&data[..len]),
            (expected, got) if expected == got => {}
            (Err(kind), Ok(_)) => {
                let what = format!("success instead of {kind}");
                return fault(Wrong::NotAllSent, what);
            }
            (expected, got) => {
                let what = format!("writing gave {got:?} instead of {expected:?}: {moved:?}");
                return fault(Wrong::Other, what);
            }
        }
        Ok(())
    }

    pub(super) fn flush(&mut self, outcome: io::Result<()>, moved: &Moved) -> Verdict {
        let got = outcome.map_err(|error| error.kind());
        self.sent("flushing", got, moved)
    }

    pub(super) fn close(&mut self, outcome: io::Result<()>, moved: &Moved) -> Verdict {
        let got = outcome.map_err(|error| error.kind());
        self.close_sent |= !self.dead && moved.is_earlier_out();
        self.sent("closing", got, moved)
    }

    /// Of a call that is to send everything.
    fn sent(&mut self, action: &str, got: Result<(), ErrorKind>, moved: &Moved) -> Verdict {
        if self.dead {
            // An alert may still have to go out.
            return match got {
                Ok(()) => fault(Wrong::Other, format!("{action} works in a dead session")),
                Err(_) => Ok(()),
            };
        }
        let expected = match moved.fatal() {
            Some(kind) => Err(kind),
            None if moved.is_all_out() => Ok(()),
            None => Err(moved.blocked()),
        };
        self.dead = moved.fatal().is_some();
        match (expected, got) {
            (expected, got) if expected == got => Ok(()),
            (Err(kind), Ok(())) => {
                let what = format!("{action} succeeded instead of {kind}");
                fault(Wrong::NotAllSent, what)
            }
            (expected, got) => {
                let what = format!("{action} gave {got:?} instead of {expected:?}: {moved:?}");
                fault(Wrong::Other, what)
            }
        }
    }

    /// A record of the subject came to the peer. `retry` may be sent and is not
    /// accepted yet.
    pub(super) fn came(&mut self, kind: u8, content: &[u8], retry: &[u8]) -> Verdict {
        match (kind, content) {
            (DATA, []) => return fault(Wrong::EmptyRecord, "an empty record"),
            (DATA, data) => {
                let known = data.len().min(self.accepted.len());
                let accepted: Vec<u8> = self.accepted.drain(..known).collect();
                let ahead = &data[known..];
                let is_ahead = retry.starts_with(ahead) && !self.close_seen;
                if accepted != data[..known] || !(ahead.is_empty() || is_ahead || self.dead) {
                    return fault(Wrong::OtherBytes, "the peer got what was not accepted");
                }
            }
            (ALERT, [1, 0]) if self.close_sent && !self.close_seen => {
                self.close_seen = true;
                if !self.accepted.is_empty() {
                    return fault(Wrong::NotAllSent, "close_notify before all data");
                }
            }
            (ALERT, [1, 100]) if self.requests > 0 && !self.close_seen => {
                self.requests -= 1;
                self.owes_answer = false;
            }
            (ALERT, [2, _]) if self.may_alert => self.may_alert = false,
            _ => return fault(Wrong::Other, format!("the peer got {kind} {content:?}")),
        }
        Ok(())
    }

    /// All that was accepted has come to the peer, and close_notify behind it.
    pub(super) fn all_came(&self) -> Verdict {
        if !self.accepted.is_empty() {
            let what = format!("{} bytes never came", self.accepted.len());
            return fault(Wrong::NotAllSent, what);
        }
        if self.close_sent && !self.close_seen {
            return fault(Wrong::NotClosed, "no close_notify came");
        }
        Ok(())
    }

    /// Everything that the peer sent was used, as far as it may be.
    pub(super) fn all_used(&self, items: &[(u64, Item)]) -> Verdict {
        if self.used < items.len() && !self.close_received {
            return fault(Wrong::Sleeps, "records are left unread");
        }
        Ok(())
    }
}
