//! The same over the traits of `futures-io`.

use embertls::futures_io::{TlsAcceptor, TlsConnector, TlsStream};
use futures_util::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt};

use crate::executor::{Tasks, both};
use crate::pair::{configs, name};
use crate::wire::{FuturesEnd, Pace, wire};

fn pair(capacity: usize, pace: Pace) -> (TlsStream<FuturesEnd>, TlsStream<FuturesEnd>) {
    let (client, server, ..) = wire(capacity, pace);
    let connector = TlsConnector::new(configs().client.clone());
    let serve = async {
        let accepted = TlsAcceptor::hello(FuturesEnd(server)).await?;
        accepted.into_stream(&configs().server).await
    };
    let (client, server) = both(connector.connect(name(), FuturesEnd(client)), serve);
    (client.unwrap(), server.unwrap())
}

#[test]
fn an_exchange_over_one_byte_at_a_time() {
    let (mut client, mut server) = pair(
        100,
        Pace {
            piece: 1,
            pends: true,
        },
    );
    let ask = async {
        client.write_all(b"a question\n").await?;
        client.close().await?;
        let mut answer = String::new();
        client.read_to_string(&mut answer).await?;
        Ok::<_, std::io::Error>(answer)
    };
    let answer = async {
        let mut question = String::new();
        server.read_line(&mut question).await?;
        server.write_all(question.to_uppercase().as_bytes()).await?;
        server.close().await
    };
    let (asked, answered) = both(ask, answer);
    assert_eq!(asked.unwrap(), "A QUESTION\n");
    answered.unwrap();
}

#[test]
fn the_plain_acceptor_and_slices() {
    let (client, server, ..) = wire(1 << 20, Pace::default());
    let connector = TlsConnector::new(configs().client.clone());
    let acceptor = TlsAcceptor::new(configs().server.clone());
    let (client, server) = both(
        connector.connect(name(), FuturesEnd(client)),
        acceptor.accept(FuturesEnd(server)),
    );
    let (mut client, mut server) = (client.unwrap(), server.unwrap());
    assert_eq!(client.session().alpn(), Some(&b"one"[..]));
    let slices = [b"one ", b"two "].map(|slice| std::io::IoSlice::new(slice));
    let write = async {
        assert_eq!(client.write_vectored(&slices).await?, 8);
        client.close().await
    };
    let mut all = Vec::new();
    let (written, read) = both(write, server.read_to_end(&mut all));
    written.unwrap();
    read.unwrap();
    assert_eq!(all, b"one two ");
}

#[test]
fn halves_in_two_tasks() {
    let (client, server) = pair(
        500,
        Pace {
            piece: 0,
            pends: false,
        },
    );
    let mut tasks = Tasks::default();
    for stream in [client, server] {
        let (mut reader, mut writer) = stream.split();
        tasks.spawn(async move {
            writer.write_all(&[3; 100_000]).await.unwrap();
            writer.close().await.unwrap();
        });
        tasks.spawn(async move {
            let mut all = Vec::new();
            reader.read_to_end(&mut all).await.unwrap();
            assert_eq!(all, vec![3; 100_000]);
        });
    }
    tasks.finish();
}
