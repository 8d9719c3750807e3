//! How often tasks are polled, and how much one poll does.

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::executor::{Tasks, both};
use crate::pair::{Pair, WIDE, acceptor, connector, name};
use crate::wire::{Pace, wire};

#[test]
fn nobody_is_polled_while_nothing_happens() {
    let Pair {
        mut client,
        mut server,
        ..
    } = Pair::new();
    let mut tasks = Tasks::default();
    let read = tasks.spawn(async { client.read_u8().await });
    tasks.run();
    assert_eq!(tasks.polls(read.task), 1);
    tasks.run();
    assert_eq!(tasks.polls(read.task), 1);
    let task = read.task;
    let write = tasks.spawn(async { server.write_all(b"x").await });
    tasks.finish();
    assert_eq!(tasks.polls(task), 2);
    assert_eq!(tasks.polls(write.task), 1);
}

/// All bytes of the peer may be there at once: other tasks must have their
/// turn all the same.
#[test]
fn one_poll_of_a_handshake_deals_with_one_message() {
    let (client, server, ..) = wire(WIDE, Pace::default());
    let mut tasks = Tasks::default();
    let client = tasks.spawn(connector().connect(name(), client));
    let server = tasks.spawn(acceptor().accept(server));
    tasks.finish();
    client.take().unwrap().unwrap();
    server.take().unwrap().unwrap();
    // ServerHello, Certificate, ServerKeyExchange, ServerHelloDone, Finished, and waiting for them.
    let polls = tasks.polls(client.task);
    assert!((5..=10).contains(&polls), "{polls} polls of the client");
    // ClientHello, ClientKeyExchange, Finished.
    let polls = tasks.polls(server.task);
    assert!((3..=8).contains(&polls), "{polls} polls of the server");
}

#[test]
fn a_transfer_is_polled_as_often_as_the_wire_moves() {
    const RECORDS: usize = 100;
    let Pair {
        mut client,
        mut server,
        ..
    } = Pair::over(20_000, Pace::default());
    let mut tasks = Tasks::default();
    let writer = tasks.spawn(async move {
        client.write_all(&vec![1; RECORDS * 16_384]).await?;
        client.shutdown().await
    });
    let reader = tasks.spawn(async move {
        let mut all = Vec::new();
        server.read_to_end(&mut all).await.map(|_| all.len())
    });
    tasks.finish();
    writer.take().unwrap().unwrap();
    assert_eq!(reader.take().unwrap().unwrap(), RECORDS * 16_384);
    for task in [writer.task, reader.task] {
        let polls = tasks.polls(task);
        assert!(polls <= 3 * RECORDS, "{polls} polls for {RECORDS} records");
    }
}

#[test]
fn a_future_has_the_size_of_what_it_holds() {
    let (client, _server, ..) = wire(WIDE, Pace::default());
    let handshake = connector().connect(name(), client);
    let len = size_of_val(&handshake);
    assert!(len <= 256, "{len} bytes to move for each handshake");
    let (client, server, ..) = wire(WIDE, Pace::default());
    let (client, _) = both(
        connector().connect(name(), client),
        acceptor().accept(server),
    );
    let len = size_of_val(&client.unwrap());
    assert!(len <= 256, "{len} bytes to move for each stream");
}
