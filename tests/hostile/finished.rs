//! A Finished that is not what it must be, at every byte.

use embertls::Alert;

use crate::server::Server;

const HEADER: usize = 4;
const LEN: usize = 16;

#[test]
fn wrong_at_every_byte() {
    let mut server = Server::start();
    for byte in HEADER..LEN {
        for mask in [1, 0x80, 0xff] {
            let mut client = server.client();
            client.exchange_keys();
            let mut finished = client.peer.finished();
            finished[byte] ^= mask;
            client.send(&finished);
            client.refused(
                &format!("byte {byte} changed by {mask:#x}"),
                Alert::DecryptError,
            );
        }
    }
    server.is_unharmed();
}

#[test]
fn of_another_length() {
    let mut server = Server::start();
    // The header tells the length that is there.
    for len in (0..12).chain([13, 24, 255, 4000]) {
        let mut client = server.client();
        client.exchange_keys();
        let mut verify_data = client.peer.finished()[HEADER..].to_vec();
        verify_data.resize(len, 0);
        client.send(&crate::peer::messages::message(20, &verify_data));
        client.refused(&format!("a Finished of {len} bytes"), Alert::DecodeError);
    }
    // More than the message in its record.
    let mut client = server.client();
    client.exchange_keys();
    let mut finished = client.peer.finished();
    finished.push(0);
    client.send(&finished);
    client.refused("a byte behind Finished", Alert::UnexpectedMessage);
    server.is_unharmed();
}

#[test]
fn in_a_record_that_was_changed() {
    let mut server = Server::start();
    // Nonce, content, tag: 8, 16 and 16 bytes behind the header.
    for byte in 5..45 {
        let mut client = server.client();
        client.greet();
        let exchange = client.peer.client_key_exchange();
        client.send(&exchange);
        client.peer.change_cipher_spec();
        client.flush();
        let finished = client.peer.finished();
        client.peer.send(&finished);
        client.peer.records.outgoing[byte] ^= 1;
        client.flush();
        client.refused(&format!("byte {byte} of the record"), Alert::BadRecordMac);
    }
    for len in [1, 8, 16, 23, 24, 39] {
        let mut client = server.client();
        client.exchange_keys();
        client.peer.records.send_raw(22, &vec![0; len]);
        client.flush();
        client.refused(&format!("{len} bytes in its place"), Alert::BadRecordMac);
    }
    server.is_unharmed();
}
