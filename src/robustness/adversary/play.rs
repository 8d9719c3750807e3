//! One sequence: what happens is drawn, what must follow is told by the model.

use std::io::ErrorKind;

use super::model::{Model, Moved, Verdict, Wrong, fault};
use super::peer::Peer;
use super::records::Suite;
use super::subject::{Session, Side, Subject};
use super::wire::{Act, Call, End, wire};
use crate::fuzzing::random::Random;

const STEPS: usize = 60;

/// What may happen in a sequence besides data both ways.
#[derive(Debug, Clone, Default)]
pub(super) struct Habits {
    /// The transport fails and lies.
    pub(super) faults: bool,
    /// The transport takes 0 bytes.
    pub(super) zero_writes: bool,
    /// The transport has little room.
    pub(super) room: bool,
    /// What would block is written again, and nothing before it.
    pub(super) faithful: bool,
    pub(super) cuts: bool,
    pub(super) warnings: bool,
    pub(super) no_renegotiation: bool,
    pub(super) renegotiation: bool,
    pub(super) empty_records: bool,
    pub(super) empty_writes: bool,
    /// The peer sends what must be refused.
    pub(super) refused: bool,
    /// Calls that make no sense: after the close, into no room.
    pub(super) odd_calls: bool,
    /// Every write fills a record.
    pub(super) large: bool,
}

impl Habits {
    pub(super) fn quiet() -> Self {
        Self::default()
    }

    pub(super) fn any() -> Self {
        Self {
            faults: true,
            zero_writes: true,
            room: true,
            faithful: false,
            cuts: true,
            warnings: true,
            no_renegotiation: true,
            renegotiation: true,
            empty_records: true,
            empty_writes: true,
            refused: true,
            odd_calls: true,
            large: false,
        }
    }

    pub(super) fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }
}

pub(super) struct Play {
    random: Random,
    habits: Habits,
    side: Side,
    suite: Suite,
    end: End,
    peer: Peer,
    model: Model,
    is_cut: bool,
    /// What the transport does at the next call of each kind.
    armed: [Option<Act>; 3],
    /// A write that would block and is to be made again.
    retry: Vec<u8>,
}

impl Play {
    pub(super) fn new(number: u64, habits: Habits) -> Self {
        let side = [Side::Client, Side::Server][(number % 2) as usize];
        let suite = [Suite::Aes128Gcm, Suite::Chacha20Poly1305][(number / 2 % 2) as usize];
        let (end, _) = wire();
        Self {
            random: Random(number),
            habits,
            side,
            suite,
            peer: Peer::new(side, suite, end.clone()),
            end,
            model: Model::default(),
            is_cut: false,
            armed: [None; 3],
            retry: Vec::new(),
        }
    }

    pub(super) fn side(&self) -> Side {
        self.side
    }

    pub(super) fn suite(&self) -> Suite {
        self.suite
    }

    /// The subject's transport.
    pub(super) fn end(&self) -> End {
        self.end.clone()
    }

    pub(super) fn run(&mut self, subject: &mut impl Subject) -> Verdict {
        let mut after_death = 5;
        for step in 0..STEPS {
            self.step(subject).map_err(|fault| fault.at(step))?;
            // The engine alone promises nothing about what follows.
            let is_over = self.model.dead || self.model.close_received;
            if subject.runs_ahead() && is_over {
                return Ok(());
            }
            if self.model.dead {
                if after_death == 0 {
                    return Ok(());
                }
                after_death -= 1;
            }
        }
        if self.random.once_in(3) {
            return Ok(());
        }
        self.finish(subject).map_err(|fault| fault.at(STEPS))
    }

    fn step(&mut self, subject: &mut impl Subject) -> Verdict {
        match self.random.below(100) {
            0..22 => self.write(subject),
            22..50 => self.read(subject),
            50..58 => self.flush(subject),
            58..60 => self.close(subject),
            60..80 => {
                self.peer_acts();
                Ok(())
            }
            _ => {
                self.transport_acts();
                Ok(())
            }
        }
    }

    // Calls of the subject.

    fn write(&mut self, subject: &mut impl Subject) -> Verdict {
        let habits = &self.habits;
        if self.model.close_sent && !habits.odd_calls {
            return Ok(());
        }
        let data = match self.retry.is_empty() || !habits.faithful {
            true => {
                let least = usize::from(!habits.empty_writes);
                let len = if habits.large {
                    16_384
                } else {
                    self.random.size().max(least)
                };
                self.bytes(len)
            }
            false => std::mem::take(&mut self.retry),
        };
        let before = self.before(subject);
        let outcome = subject.write(&data);
        let moved = self.after(subject, before);
        let would_block = matches!(&outcome, Err(error) if error.kind() == ErrorKind::WouldBlock);
        let runs_ahead = subject.runs_ahead();
        self.model.write(&data, outcome, &moved, runs_ahead)?;
        self.retry.clear();
        if would_block && runs_ahead && self.habits.faithful {
            self.retry = data;
        }
        self.peer_receives()
    }

    fn read(&mut self, subject: &mut impl Subject) -> Verdict {
        let least = usize::from(!self.habits.odd_calls);
        let mut buffer = vec![0; self.random.size().max(least)];
        let before = self.before(subject);
        let outcome = subject.read(&mut buffer);
        let moved = self.after(subject, before);
        let outcome = outcome.map(|len| &buffer[..len]);
        let room = buffer.len();
        let items = &self.peer.items;
        self.model.read(items, self.is_cut, outcome, room, &moved)?;
        self.peer_receives()
    }

    fn flush(&mut self, subject: &mut impl Subject) -> Verdict {
        let before = self.before(subject);
        let outcome = subject.flush();
        let moved = self.after(subject, before);
        let is_done = outcome.is_ok();
        self.model.flush(outcome, &moved)?;
        self.peer_receives()?;
        if is_done && self.retry.is_empty() {
            self.model.all_came()
        } else {
            Ok(())
        }
    }

    fn close(&mut self, subject: &mut impl Subject) -> Verdict {
        if !self.habits.odd_calls && self.model.close_sent {
            return Ok(());
        }
        let before = self.before(subject);
        let outcome = subject.close();
        let moved = self.after(subject, before);
        let is_done = outcome.is_ok();
        self.model.close(outcome, &moved)?;
        self.peer_receives()?;
        if is_done {
            self.model.all_came()
        } else {
            Ok(())
        }
    }

    /// Without obstacles everything that was accepted goes out, and everything
    /// that was sent can be read.
    fn finish(&mut self, subject: &mut impl Subject) -> Verdict {
        self.end.set_room(None);
        self.end.limit(0);
        self.armed = [None; 3];
        for call in [Call::Read, Call::Write, Call::Flush] {
            self.end.next(call, &[]);
        }
        if !self.retry.is_empty() {
            self.write(subject)?;
        }
        self.flush(subject)?;
        for _ in 0..10_000 {
            if self.model.dead || self.model.close_received && self.model.readable.is_empty() {
                return Ok(());
            }
            let before = self.before(subject);
            let mut buffer = [0; 20_000];
            let outcome = subject.read(&mut buffer);
            let moved = self.after(subject, before);
            let is_blocked = outcome.is_err();
            let outcome = outcome.map(|len| &buffer[..len]);
            let items = &self.peer.items;
            self.model
                .read(items, self.is_cut, outcome, 20_000, &moved)?;
            self.peer_receives()?;
            if is_blocked && !self.model.dead {
                self.model.all_used(&self.peer.items)?;
                if self.model.owes_answer && !self.model.close_sent && !subject.runs_ahead() {
                    return fault(Wrong::NotAllSent, "a renegotiation is not answered");
                }
                return Ok(());
            }
        }
        fault(Wrong::Other, "reading goes on and on")
    }

    fn before(&mut self, subject: &impl Subject) -> (u64, usize) {
        (self.end.totals().1, subject.pending())
    }

    fn after(&mut self, subject: &impl Subject, before: (u64, usize)) -> Moved {
        let (read, written) = self.end.totals();
        let mut done = |call: Call| match self.end.acts_left(call) {
            0 => self.armed[call as usize].take(),
            _ => None,
        };
        Moved {
            read_act: done(Call::Read),
            write_act: done(Call::Write),
            flush_act: done(Call::Flush),
            read,
            taken: (written - before.0) as usize,
            pending_before: before.1,
            pending_after: subject.pending(),
        }
    }

    // The others.

    fn peer_receives(&mut self) -> Verdict {
        while let Some((kind, content)) = self.peer.receive() {
            self.model.came(kind, &content, &self.retry)?;
        }
        Ok(())
    }

    fn peer_acts(&mut self) {
        if self.is_cut {
            return;
        }
        let habits = &self.habits;
        let random = &mut self.random;
        match random.below(40) {
            0..5 if habits.warnings => {
                for _ in 0..random.pick(&[1, 1, 2, 4, 5]) {
                    self.peer.warning(random.pick(&[90, 41, 255]));
                }
            }
            5..9 if habits.no_renegotiation => self.peer.warning(100),
            9..14 if habits.renegotiation => {
                for _ in 0..random.pick(&[1, 1, 1, 2, 40]) {
                    self.peer.renegotiation(random.pick(&[1, 1, 3]));
                }
            }
            14..19 if habits.empty_records => {
                for _ in 0..random.pick(&[1, 2, 3, 33]) {
                    self.peer.data(Vec::new());
                }
            }
            19 if habits.refused => self.peer.refused(random.below(7)),
            20 => self.peer.close(),
            21 if habits.cuts => {
                self.peer.cut();
                self.is_cut = true;
            }
            _ => {
                let len = random.size().clamp(1, 16_384);
                let data = self.bytes(len);
                self.peer.data(data);
            }
        }
    }

    fn transport_acts(&mut self) {
        const PASSING: [ErrorKind; 3] = [
            ErrorKind::Interrupted,
            ErrorKind::WouldBlock,
            ErrorKind::TimedOut,
        ];
        const LASTING: [ErrorKind; 3] = [
            ErrorKind::ConnectionReset,
            ErrorKind::BrokenPipe,
            ErrorKind::Other,
        ];
        let random = &mut self.random;
        match random.below(20) {
            0..8 => self.end.limit(random.size()),
            8..11 => self.end.set_room(None),
            11..15 if self.habits.room => self.end.set_room(Some(random.size())),
            15 if self.habits.zero_writes => self.arm(Call::Write, Act::Zero),
            16..19 if self.habits.faults => {
                let call = random.pick(&[Call::Read, Call::Write, Call::Flush]);
                let kind = random.pick(&PASSING);
                self.arm(call, Act::Fail(kind));
            }
            19 if self.habits.faults && random.once_in(4) => {
                let call = random.pick(&[Call::Read, Call::Write, Call::Flush]);
                let act = match (call, random.below(3)) {
                    (Call::Flush, _) | (_, 0) => Act::Fail(random.pick(&LASTING)),
                    (_, 1) => Act::Lie,
                    _ => Act::Zero,
                };
                self.arm(call, act);
            }
            _ => {}
        }
    }

    fn arm(&mut self, call: Call, act: Act) {
        self.end.next(call, &[act]);
        self.armed[call as usize] = Some(act);
    }

    fn bytes(&mut self, len: usize) -> Vec<u8> {
        let mut bytes = vec![0; len];
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.random.next().to_le_bytes()[..chunk.len()]);
        }
        bytes
    }

    /// The end of a session in the middle of whatever it did.
    pub(super) fn end_with(mut self, session: Session) {
        let sent = self.end.totals().1;
        if self.random.once_in(2) {
            let parts = session.into_inner();
            assert!(parts.plaintext.iter().eq(&self.model.readable));
            drop(parts);
        } else {
            drop(session);
        }
        assert_eq!(self.end.totals().1, sent, "dropping sends nothing");
        assert!(self.end.totals().0 <= self.peer.total_sent());
    }
}
