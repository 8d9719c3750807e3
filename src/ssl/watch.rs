//! What is told of a handshake: counters, lines, and a span.

#[cfg(feature = "tracing")]
use std::time::Instant;

use super::engine::Engine;
use crate::error::Error;
use crate::logging::debug;

/// Follows one handshake from its first step.
pub(crate) struct Watch {
    begun: bool,
    #[cfg(feature = "tracing")]
    since: Instant,
    #[cfg(feature = "tracing")]
    span: tracing::Span,
}

impl Watch {
    pub(crate) fn new() -> Self {
        Self {
            begun: false,
            #[cfg(feature = "tracing")]
            since: Instant::now(),
            #[cfg(feature = "tracing")]
            span: tracing::Span::none(),
        }
    }

    /// A step begins; what is told until the value is dropped belongs to it.
    pub(crate) fn step(&mut self, engine: &Engine) -> Entered {
        if !self.begun {
            self.begun = true;
            engine.counters().begun();
            #[cfg(feature = "tracing")]
            {
                self.since = Instant::now();
                self.span = new_span(engine);
            }
        }
        Entered {
            #[cfg(feature = "tracing")]
            _span: self.span.clone().entered(),
        }
    }

    pub(crate) fn completed(&self, engine: &Engine) {
        engine.counters().completed(engine.is_resumed());
        #[cfg(feature = "tracing")]
        self.record(engine);
        debug!(
            "handshake with {}: {:?}, ALPN {:?}, {:?}{}",
            engine.peer(),
            engine.cipher_suite(),
            engine.alpn().map(<[u8]>::escape_ascii),
            engine.verdict(),
            if engine.is_resumed() { ", resumed" } else { "" },
        );
    }

    pub(crate) fn failed(&self, engine: &Engine, error: &Error) {
        engine.counters().failed(error);
        #[cfg(feature = "tracing")]
        {
            self.record(engine);
            self.span.record("error", tracing::field::display(error));
            if matches!(error, Error::Verify(_)) {
                self.span.record("verification", "refused");
            }
        }
        debug!("handshake with {} failed: {error}", engine.peer());
    }

    /// What the span tells at the end.
    #[cfg(feature = "tracing")]
    fn record(&self, engine: &Engine) {
        use crate::ssl::{ProtocolVersion, Verdict};

        let span = &self.span;
        if let Some(suite) = engine.cipher_suite() {
            span.record("version", tracing::field::display(ProtocolVersion::Tls12));
            span.record("cipher_suite", suite.name());
            span.record("resumed", engine.is_resumed());
        }
        if let Some(alpn) = engine.alpn() {
            span.record("alpn", tracing::field::display(alpn.escape_ascii()));
        }
        span.record(
            "verification",
            match engine.verdict() {
                Verdict::NotJudged => "not judged",
                Verdict::Verified => "verified",
                Verdict::Tolerated(_) => "tolerated",
                Verdict::PreSharedKey => "pre-shared key",
            },
        );
        span.record("resumed", engine.is_resumed());
        let milliseconds = self.since.elapsed().as_secs_f64() * 1e3;
        span.record("duration_ms", milliseconds);
    }
}

/// While this lives, a step of the handshake runs.
pub(crate) struct Entered {
    #[cfg(feature = "tracing")]
    _span: tracing::span::EnteredSpan,
}

#[cfg(feature = "tracing")]
fn new_span(engine: &Engine) -> tracing::Span {
    use tracing::field::Empty;

    tracing::debug_span!(
        target: "embertls",
        "tls_handshake",
        role = if engine.is_client() { "client" } else { "server" },
        peer = %engine.peer(),
        version = Empty,
        cipher_suite = Empty,
        alpn = Empty,
        resumed = Empty,
        verification = Empty,
        resumed = Empty,
        duration_ms = Empty,
        error = Empty,
    )
}
