//! Two tasks for one stream, and who is woken for what.

use std::io::ErrorKind;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::executor::{Tasks, both};
use crate::pair::{Pair, Stream, byte_at};
use crate::wire::Pace;

const LEN: usize = 300_000;

/// Sends and checks at once, by two tasks.
fn spawn_halves(tasks: &mut Tasks<'_>, stream: Stream) {
    let (mut reader, mut writer) = stream.split();
    tasks.spawn(async move {
        let data: Vec<u8> = (0..LEN).map(byte_at).collect();
        writer.write_all(&data).await.unwrap();
        writer.shutdown().await.unwrap();
    });
    tasks.spawn(async move {
        let mut all = Vec::new();
        reader.read_to_end(&mut all).await.unwrap();
        assert_eq!(all.len(), LEN);
        assert!(
            all.iter()
                .enumerate()
                .all(|(position, byte)| *byte == byte_at(position))
        );
    });
}

#[test]
fn both_ways_at_once_through_a_narrow_wire() {
    for (capacity, piece) in [(10, 3), (1777, 0), (40_000, 0)] {
        let pair = Pair::over(
            capacity,
            Pace {
                piece,
                pends: false,
            },
        );
        let mut tasks = Tasks::default();
        spawn_halves(&mut tasks, pair.client);
        spawn_halves(&mut tasks, pair.server);
        tasks.finish();
    }
}

#[test]
fn a_request_goes_out_whole_while_the_answer_is_waited_for() {
    let Pair {
        mut client,
        mut server,
        from_client,
        ..
    } = Pair::new();
    from_client.set_capacity(100);
    let ask = async {
        // Accepted at once; all but 100 bytes wait. Nobody flushes.
        client.write_all(&[7; 5000]).await?;
        let mut answer = [0; 2];
        client.read_exact(&mut answer).await
    };
    let answer = async {
        server.read_exact(&mut [0; 5000]).await?;
        server.write_all(b"ok").await
    };
    let (asked, answered) = both(ask, answer);
    asked.unwrap();
    answered.unwrap();
}

#[test]
fn a_writer_learns_that_the_reader_has_found_the_session_dead() {
    let Pair {
        client,
        server: _server,
        from_client,
        from_server,
    } = Pair::new();
    from_client.set_capacity(0);
    let (mut reader, mut writer) = client.split();
    let mut tasks = Tasks::default();
    let write = tasks.spawn(async move {
        writer.write_all(&[7; 50_000]).await?;
        writer.flush().await
    });
    let read = tasks.spawn(async move { reader.read_u8().await });
    tasks.run();
    assert!(write.take().is_none(), "the wire is full");
    // A record that nobody has sealed.
    from_server.push(&[[23, 3, 3, 0, 40].as_slice(), &[0; 40]].concat());
    tasks.run();
    assert_eq!(
        read.take().unwrap().unwrap_err().kind(),
        ErrorKind::InvalidData
    );
    // What is on its way goes out, the alert behind it, and then it is over.
    from_client.set_capacity(100_000);
    tasks.finish();
    assert_eq!(
        write.take().unwrap().unwrap_err().kind(),
        ErrorKind::NotConnected
    );
}

#[test]
fn a_reader_learns_that_the_transport_takes_nothing_any_more() {
    let Pair {
        client,
        server,
        from_client,
        ..
    } = Pair::new();
    from_client.set_capacity(0);
    let (mut reader, mut writer) = client.split();
    let mut tasks = Tasks::default();
    let write = tasks.spawn(async move {
        writer.write_all(&[7; 50_000]).await?;
        writer.flush().await
    });
    let read = tasks.spawn(async move { reader.read_u8().await });
    tasks.run();
    drop(server);
    tasks.finish();
    assert_eq!(
        write.take().unwrap().unwrap_err().kind(),
        ErrorKind::BrokenPipe
    );
    let kind = read.take().unwrap().unwrap_err().kind();
    let expected = [ErrorKind::NotConnected, ErrorKind::UnexpectedEof];
    assert!(expected.contains(&kind), "{kind:?}");
}

/// The reader writes an answer to the peer's wish while the writer waits: the
/// wire then knows the reader alone, and the writer must be told.
#[test]
fn a_writer_is_not_forgotten_where_the_reader_has_to_write() {
    let Pair {
        client,
        mut server,
        from_client,
        ..
    } = Pair::new();
    from_client.set_capacity(5);
    let (mut reader, mut writer) = client.split();
    let mut tasks = Tasks::default();
    let write = tasks.spawn(async move {
        writer.write_all(&[7; 50_000]).await?;
        writer.flush().await
    });
    tasks.run();
    // It finds nothing to read, tries to send what waits, and is who asked last.
    let read = tasks.spawn(async move { reader.read_u8().await });
    tasks.run();
    tasks.drop_task(read.task);
    let serve = tasks.spawn(async move {
        let mut all = vec![0; 50_000];
        server.read_exact(&mut all).await?;
        Ok::<_, std::io::Error>(all)
    });
    tasks.finish();
    write.take().unwrap().unwrap();
    assert_eq!(serve.take().unwrap().unwrap(), vec![7; 50_000]);
}
