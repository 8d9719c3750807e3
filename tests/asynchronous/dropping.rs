//! Futures that are dropped where they are.

use std::future::{Future, poll_fn};
use std::io;
use std::pin::pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::common::full_tier;
use crate::executor::{Tasks, alone, both};
use crate::pair::{Numbers, Pair, Stream, acceptor, byte_at, connector, name};
use crate::wire::{Pace, wire};

/// How many bytes a call moves in the tests that drop at each of them.
fn piece() -> usize {
    if full_tier() { 1 } else { 89 }
}

#[test]
fn a_handshake_dropped_at_any_point_closes_the_transport() {
    for drop_client in [true, false] {
        for polls in 1.. {
            let pace = Pace {
                piece: piece(),
                pends: true,
            };
            let (client, server, from_client, from_server) = wire(4096, pace);
            let mut tasks = Tasks::default();
            let client = tasks.spawn(connector().connect(name(), client));
            let server = tasks.spawn(acceptor().accept(server));
            let victim = if drop_client {
                client.task
            } else {
                server.task
            };
            while tasks.run_until(|tasks| tasks.polls(victim) == polls) {}
            let (client, server) = match (drop_client, client.take(), server.take()) {
                // The other side may be done already; it is no concern of this test then.
                (true, Some(_), _) | (false, _, Some(_)) => break,
                (_, client_done, server_done) => {
                    tasks.drop_task(victim);
                    tasks.finish();
                    (client_done.or(client.take()), server_done.or(server.take()))
                }
            };
            let dropped = if drop_client {
                from_client
            } else {
                from_server
            };
            assert!(dropped.is_shut_down(), "after {polls} polls");
            let other = if drop_client { server } else { client };
            // Its own flight may have been the last; then it learns it when it reads.
            match other.expect("the other side is told") {
                Ok(mut stream) => {
                    let error = alone(stream.read(&mut [0; 8])).unwrap_err();
                    assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
                }
                Err(error) => {
                    let kind = error.io_kind();
                    let expected = [io::ErrorKind::UnexpectedEof, io::ErrorKind::BrokenPipe];
                    assert!(expected.contains(&kind), "after {polls} polls: {error}");
                }
            }
        }
    }
}

/// Polls a new future each time: what was pending is dropped.
async fn dropping<R>(mut poll: impl FnMut(&mut Context<'_>) -> Poll<R>) -> R {
    poll_fn(|cx| poll(cx)).await
}

/// Sends by writes of changing lengths, each dropped wherever it is pending.
async fn send(stream: &mut Stream, data: &[u8], mut numbers: Numbers) -> io::Result<()> {
    let mut rest = data;
    while !rest.is_empty() {
        let len = dropping(|cx| {
            let most = numbers.up_to(40_000).min(rest.len());
            pin!(stream.write(&rest[..most])).poll(cx)
        })
        .await?;
        rest = &rest[len..];
    }
    dropping(|cx| pin!(stream.flush()).poll(cx)).await?;
    dropping(|cx| pin!(stream.shutdown()).poll(cx)).await
}

/// Reads to the end in the same way.
async fn receive(stream: &mut Stream, expected: &[u8], mut numbers: Numbers) -> io::Result<()> {
    let mut buffer = vec![0; 40_000];
    let mut rest = expected;
    loop {
        let len = dropping(|cx| {
            let most = numbers.up_to(buffer.len());
            let len = ready!(pin!(stream.read(&mut buffer[..most])).poll(cx))?;
            Poll::Ready(io::Result::Ok(len))
        })
        .await?;
        let at = expected.len() - rest.len();
        if len == 0 {
            assert!(rest.is_empty(), "the end at {at}");
            return Ok(());
        }
        assert!(rest.starts_with(&buffer[..len]), "other bytes behind {at}");
        rest = &rest[len..];
    }
}

fn transfer(len: usize, capacity: usize, pace: Pace) {
    let data: Vec<u8> = (0..len).map(byte_at).collect();
    let Pair {
        mut client,
        mut server,
        ..
    } = Pair::over(capacity, pace);
    let (sent, received) = both(
        send(&mut client, &data, Numbers::new(1)),
        receive(&mut server, &data, Numbers::new(2)),
    );
    sent.unwrap();
    received.unwrap();
}

#[test]
fn reads_and_writes_dropped_wherever_they_wait_lose_and_double_nothing() {
    transfer(
        8 << 20,
        20_000,
        Pace {
            piece: 5_000,
            pends: true,
        },
    );
    transfer(
        100_000,
        1,
        Pace {
            piece: 1,
            pends: true,
        },
    );
    if full_tier() {
        transfer(
            8 << 20,
            1,
            Pace {
                piece: 1,
                pends: true,
            },
        );
    }
}

#[test]
fn a_write_that_is_pending_has_accepted_nothing() {
    let Pair {
        mut client,
        mut server,
        from_client,
        ..
    } = Pair::new();
    from_client.set_capacity(0);
    let mut tasks = Tasks::default();
    let writer = tasks.spawn(async {
        // Sealed and accepted, though nothing of it can go out.
        assert_eq!(client.write(b"first ").await.unwrap(), 6);
        let mut polls = 0;
        poll_fn(|cx| {
            polls += 1;
            match polls {
                1 => {
                    assert!(pin!(client.write(b"never")).poll(cx).is_pending());
                    assert!(pin!(client.flush()).poll(cx).is_pending());
                    Poll::Pending
                }
                _ => Poll::Ready(()),
            }
        })
        .await;
        client.write_all(b"second").await.unwrap();
        client.shutdown().await
    });
    tasks.run();
    assert!(writer.take().is_none());
    from_client.set_capacity(1000);
    tasks.finish();
    writer.take().unwrap().unwrap();
    let mut all = Vec::new();
    alone(server.read_to_end(&mut all)).unwrap();
    assert_eq!(all, b"first second");
}
