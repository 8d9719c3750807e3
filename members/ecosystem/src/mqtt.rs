//! A small MQTT 3.1.1 client over any stream, with the packets of `mqttbytes`.

use std::io::{self, ErrorKind};

use bytes::BytesMut;
use mqttbytes::v4::{Connect, Packet, Publish, Subscribe, read};
use mqttbytes::{Error, QoS};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// No packet of the examples is longer.
const MAX_PACKET: usize = 1 << 20;

/// A connection to a broker.
pub struct Client<S> {
    stream: S,
    received: BytesMut,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    /// Introduces the client to the broker, under this name.
    pub async fn connect(stream: S, id: &str) -> io::Result<Self> {
        let mut client = Self {
            stream,
            received: BytesMut::new(),
        };
        let mut packet = BytesMut::new();
        Connect::new(id).write(&mut packet).map_err(invalid)?;
        client.send(&packet).await?;
        match client.next().await? {
            Packet::ConnAck(answer) if answer.code == mqttbytes::v4::ConnectReturnCode::Success => {
                Ok(client)
            }
            other => Err(unexpected(&other)),
        }
    }

    /// Asks for all messages of a topic.
    pub async fn subscribe(&mut self, topic: &str) -> io::Result<()> {
        let mut request = Subscribe::new(topic, QoS::AtLeastOnce);
        request.pkid = 1;
        let mut packet = BytesMut::new();
        request.write(&mut packet).map_err(invalid)?;
        self.send(&packet).await?;
        match self.next().await? {
            Packet::SubAck(_) => Ok(()),
            other => Err(unexpected(&other)),
        }
    }

    /// Publishes a message, without waiting for anything.
    pub async fn publish(&mut self, topic: &str, payload: &[u8]) -> io::Result<()> {
        let mut packet = BytesMut::new();
        let message = Publish::new(topic, QoS::AtMostOnce, payload);
        message.write(&mut packet).map_err(invalid)?;
        self.send(&packet).await
    }

    /// Waits for the next message: topic and payload.
    pub async fn message(&mut self) -> io::Result<(String, Vec<u8>)> {
        loop {
            if let Packet::Publish(message) = self.next().await? {
                return Ok((message.topic, message.payload.to_vec()));
            }
        }
    }

    /// Takes leave of the broker and shuts the stream down.
    pub async fn disconnect(mut self) -> io::Result<()> {
        const DISCONNECT: [u8; 2] = [0xe0, 0];
        self.send(&DISCONNECT).await?;
        self.stream.shutdown().await
    }

    async fn send(&mut self, packet: &[u8]) -> io::Result<()> {
        self.stream.write_all(packet).await?;
        self.stream.flush().await
    }

    async fn next(&mut self) -> io::Result<Packet> {
        loop {
            match read(&mut self.received, MAX_PACKET) {
                Ok(packet) => return Ok(packet),
                Err(Error::InsufficientBytes(_)) => {}
                Err(error) => return Err(invalid(error)),
            }
            if self.stream.read_buf(&mut self.received).await? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
    }
}

fn invalid(error: Error) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, format!("{error:?}"))
}

fn unexpected(packet: &Packet) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, format!("unexpected: {packet:?}"))
}
