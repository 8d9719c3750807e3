//! How streams end, and what is left of them.

use std::io::{ErrorKind, IoSlice};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt};

use crate::executor::{Tasks, alone, both};
use crate::pair::Pair;
use crate::wire::Pace;

/// A record of close_notify with AES-GCM, whose nonce and tag take 24 bytes;
/// with ChaCha20-Poly1305 it is 16.
const CLOSE_NOTIFY: [u64; 2] = [5 + 2 + 24, 5 + 2 + 16];

#[test]
fn a_shutdown_sends_what_waits_then_close_notify_and_then_shuts_down() {
    for piece in [0, 1, 7] {
        let Pair {
            mut client,
            mut server,
            from_client,
            ..
        } = Pair::over(
            1 << 20,
            Pace {
                piece,
                pends: piece > 0,
            },
        );
        from_client.set_capacity(0);
        let mut tasks = Tasks::default();
        let shutdown = tasks.spawn(async {
            client.write_all(b"last words").await?;
            client.shutdown().await
        });
        tasks.run();
        assert!(!from_client.is_shut_down(), "nothing has gone out");
        from_client.set_capacity(1000);
        tasks.finish();
        shutdown.take().unwrap().unwrap();
        drop(tasks);
        assert!(from_client.is_shut_down());

        let written = from_client.written();
        alone(client.shutdown()).unwrap();
        assert_eq!(from_client.written(), written, "close_notify goes out once");
        let mut all = Vec::new();
        alone(server.read_to_end(&mut all)).unwrap();
        assert_eq!(all, b"last words");

        // The other direction goes on.
        let answer = async {
            server.write_all(b"good bye").await?;
            server.shutdown().await
        };
        all.clear();
        let (answered, read) = both(answer, client.read_to_end(&mut all));
        answered.unwrap();
        read.unwrap();
        assert_eq!(all, b"good bye");
    }
}

#[test]
fn close_notify_is_all_that_a_shutdown_adds() {
    let Pair {
        mut client,
        from_client,
        server: _server,
        ..
    } = Pair::new();
    let before = from_client.written();
    alone(client.shutdown()).unwrap();
    assert!(CLOSE_NOTIFY.contains(&(from_client.written() - before)));
    let error = alone(client.write(b"late")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotConnected);
}

#[test]
fn a_cut_is_no_end() {
    let Pair {
        mut client, server, ..
    } = Pair::new();
    drop(server);
    let error = alone(client.read(&mut [0; 8])).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
    assert!(error.to_string().contains("close_notify"), "{error}");
}

#[test]
fn a_dead_session_still_shuts_its_transport_down() {
    let Pair {
        mut client,
        server: _server,
        from_client,
        from_server,
    } = Pair::new();
    from_server.push(&[[23, 3, 3, 0, 40].as_slice(), &[0; 40]].concat());
    let error = alone(client.read(&mut [0; 8])).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidData);
    let error = alone(client.shutdown()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotConnected);
    assert!(from_client.is_shut_down());
}

#[test]
fn plain_text_behind_the_end_is_not_lost() {
    let Pair {
        mut client,
        mut server,
        from_server,
        ..
    } = Pair::new();
    alone(server.shutdown()).unwrap();
    from_server.push(b"plain text again");
    assert_eq!(alone(client.read(&mut [0; 8])).unwrap(), 0);
    let parts = client.into_inner();
    assert_eq!(parts.unread, b"plain text again");
}

#[test]
fn lines_are_read_without_a_buffer_in_between() {
    let Pair {
        mut client,
        mut server,
        ..
    } = Pair::new();
    let write = async {
        server.write_all(b"one\ntwo\nthr").await?;
        server.write_all(b"ee\n").await?;
        server.shutdown().await
    };
    let read = async {
        let mut lines = Vec::new();
        let mut line = String::new();
        while client.read_line(&mut line).await? > 0 {
            lines.push(std::mem::take(&mut line));
        }
        Ok::<_, std::io::Error>(lines)
    };
    let (written, lines) = both(write, read);
    written.unwrap();
    assert_eq!(lines.unwrap(), ["one\n", "two\n", "three\n"]);
}

#[test]
fn many_slices_are_one_record() {
    let Pair {
        mut client,
        mut server,
        from_client,
        ..
    } = Pair::new();
    assert!(tokio::io::AsyncWrite::is_write_vectored(&client));
    let before = from_client.written();
    let slices: Vec<IoSlice<'_>> = (0..100)
        .map(|_| IoSlice::new(b"0123456789"))
        .chain([IoSlice::new(b"")])
        .collect();
    assert_eq!(alone(client.write_vectored(&slices)).unwrap(), 1000);
    let record = from_client.written() - before;
    assert!([1000 + 29, 1000 + 21].contains(&record), "{record}");

    // More than a record: its front.
    let long = vec![9; 10_000];
    let slices = [IoSlice::new(&long), IoSlice::new(&[]), IoSlice::new(&long)];
    assert_eq!(alone(client.write_vectored(&slices)).unwrap(), 16_384);
    assert_eq!(
        alone(client.write_vectored(&[IoSlice::new(&[])])).unwrap(),
        0
    );
    alone(client.shutdown()).unwrap();

    let mut all = Vec::new();
    alone(server.read_to_end(&mut all)).unwrap();
    assert_eq!(all, [b"0123456789".repeat(100), vec![9; 16_384]].concat());
}
