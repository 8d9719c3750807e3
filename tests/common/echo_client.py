"""A TLS client that sends data and expects it back.

It prints what was negotiated, that the data came back, and how the session
ended.
"""

import argparse
import hashlib
import os
import socket
import ssl

parser = argparse.ArgumentParser()
parser.add_argument("--port", type=int, required=True)
parser.add_argument("--ca", required=True)
parser.add_argument("--name", default="localhost")
parser.add_argument("--ciphers", default="ALL:@SECLEVEL=0")
parser.add_argument("--group")
parser.add_argument("--alpn", nargs="*")
parser.add_argument("--sizes", type=int, nargs="*", default=[])
arguments = parser.parse_args()

context = ssl.create_default_context(cafile=arguments.ca)
context.set_ciphers(arguments.ciphers)
context.maximum_version = ssl.TLSVersion.TLSv1_2
if arguments.group:
    context.set_ecdh_curve(arguments.group)
if arguments.alpn:
    context.set_alpn_protocols(arguments.alpn)

# Little enough to lie in the buffers of the sockets while nobody reads.
PIECE = 1 << 16


def say(text):
    print(text, flush=True)


def exchange(session, size):
    data = os.urandom(size)
    received = hashlib.sha256()
    for start in range(0, size, PIECE):
        piece = data[start : start + PIECE]
        session.sendall(piece)
        left = len(piece)
        while left:
            back = session.recv(left)
            if not back:
                raise OSError("closed too early")
            received.update(back)
            left -= len(back)
    same = received.digest() == hashlib.sha256(data).digest()
    say(f"{'exchanged' if same else 'changed'} {size}")


try:
    connection = socket.create_connection(("127.0.0.1", arguments.port))
    session = context.wrap_socket(
        connection, server_hostname=arguments.name, suppress_ragged_eofs=False
    )
    say(f"negotiated {session.version()} {session.cipher()[0]} {session.selected_alpn_protocol()}")
    for size in arguments.sizes:
        exchange(session, size)
    session.unwrap()
    say("closed by close_notify")
except OSError as error:
    say(f"ended: {getattr(error, 'reason', None) or error}")
