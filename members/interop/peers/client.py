"""A TLS client that sends data, expects it back, and tells of its sessions."""

import argparse
import os
import socket
import ssl

parser = argparse.ArgumentParser()
parser.add_argument("--ca", required=True)
parser.add_argument("--ports", required=True)
parser.add_argument("--rounds", type=int, required=True)
parser.add_argument("--size", type=int, required=True)
parser.add_argument("--alpn")
parser.add_argument("--cert")
parser.add_argument("--key")
arguments = parser.parse_args()

# Little enough to lie in the buffers of the sockets while nobody reads.
PIECE = 1 << 16


def context():
    made = ssl.create_default_context(cafile=arguments.ca)
    made.maximum_version = ssl.TLSVersion.TLSv1_2
    made.set_ciphers("ALL:@SECLEVEL=0")
    if arguments.alpn:
        made.set_alpn_protocols([arguments.alpn])
    if arguments.cert:
        made.load_cert_chain(arguments.cert, arguments.key)
    return made


def exchange(session):
    data = os.urandom(arguments.size)
    back = bytearray()
    for start in range(0, len(data), PIECE):
        piece = data[start : start + PIECE]
        session.sendall(piece)
        while len(back) < start + len(piece):
            received = session.recv(PIECE)
            if not received:
                raise OSError("closed too early")
            back += received
    return "same" if back == data else "changed"


for port in arguments.ports.split(","):
    shared, before = context(), None
    for _ in range(arguments.rounds):
        connection = socket.create_connection(("127.0.0.1", int(port)))
        session = shared.wrap_socket(
            connection,
            server_hostname="localhost",
            session=before,
            suppress_ragged_eofs=False,
        )
        assert session.version() == "TLSv1.2"
        resumed = "reused" if session.session_reused else "new"
        alpn = session.selected_alpn_protocol() or "none"
        result = exchange(session)
        before = session.session
        session.unwrap()
        print("connection", resumed, alpn, result, arguments.size, flush=True)
