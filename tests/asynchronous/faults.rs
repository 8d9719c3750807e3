//! Transports that break the rules of their trait.

use std::io::{self, ErrorKind};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::executor::alone;
use crate::pair::{connector, name};

/// Takes what it gets, and answers as it was told.
struct Liar {
    write: fn(usize) -> io::Result<usize>,
}

impl AsyncRead for Liar {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        _: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Poll::Ready(Err(ErrorKind::WouldBlock.into()))
    }
}

impl AsyncWrite for Liar {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        data: &[u8],
    ) -> Poll<io::Result<usize>> {
        Poll::Ready((self.write)(data.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

fn failure(write: fn(usize) -> io::Result<usize>) -> String {
    let handshake = connector().connect(name(), Liar { write });
    alone(handshake).unwrap_err().to_string()
}

#[test]
fn would_block_instead_of_pending_is_an_error_and_no_hang() {
    let error = failure(Ok);
    assert!(error.contains("not pending"), "{error}");
}

#[test]
fn more_written_than_given_is_an_error() {
    let error = failure(|len| Ok(len + 1));
    assert!(error.contains("more than it was given"), "{error}");
}

#[test]
fn nothing_written_is_an_error() {
    let error = failure(|_| Ok(0));
    assert!(error.contains("accepts no more bytes"), "{error}");
}

#[test]
fn an_interrupted_call_is_made_again() {
    use std::sync::atomic::{AtomicBool, Ordering};
    static INTERRUPTED: AtomicBool = AtomicBool::new(false);
    let error = failure(|len| match INTERRUPTED.swap(true, Ordering::SeqCst) {
        false => Err(ErrorKind::Interrupted.into()),
        true => Ok(len),
    });
    assert!(error.contains("not pending"), "it went on to read: {error}");
}

#[test]
fn a_panic_comes_out_unchanged() {
    let mut handshake = Box::pin(connector().connect(
        name(),
        Liar {
            write: |_| std::panic::panic_any("the transport's own words"),
        },
    ));
    let panic = catch_unwind(AssertUnwindSafe(|| alone(handshake.as_mut()))).unwrap_err();
    assert_eq!(
        panic.downcast_ref::<&str>(),
        Some(&"the transport's own words")
    );
    drop(handshake);
}

#[test]
fn errors_of_the_transport_keep_their_kind() {
    let handshake = connector().connect(
        name(),
        Liar {
            write: |_| Err(ErrorKind::ConnectionReset.into()),
        },
    );
    let error = alone(handshake).unwrap_err();
    assert_eq!(error.io_kind(), ErrorKind::ConnectionReset);
}
