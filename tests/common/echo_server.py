"""A TLS server that serves one client: it sends back what it gets.

It prints its port, what was negotiated, and how the session ended.
"""

import argparse
import socket
import ssl
import warnings

parser = argparse.ArgumentParser()
parser.add_argument("--port", type=int, default=0)
parser.add_argument("--chain", required=True)
parser.add_argument("--key", required=True)
parser.add_argument("--ciphers", default="ALL:@SECLEVEL=0")
parser.add_argument("--group")
parser.add_argument("--alpn", nargs="*")
parser.add_argument("--newest", default="TLSv1_2")
arguments = parser.parse_args()

# Old versions and weak keys are what some tests are about.
warnings.simplefilter("ignore", DeprecationWarning)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.set_ciphers(arguments.ciphers)
context.minimum_version = ssl.TLSVersion.TLSv1
context.maximum_version = ssl.TLSVersion[arguments.newest]
context.load_cert_chain(arguments.chain, arguments.key)
if arguments.group:
    context.set_ecdh_curve(arguments.group)
if arguments.alpn:
    context.set_alpn_protocols(arguments.alpn)


def say(text):
    print(text, flush=True)


with socket.create_server(("127.0.0.1", arguments.port)) as listener:
    say(f"port {listener.getsockname()[1]}")
    connection, _ = listener.accept()

try:
    session = context.wrap_socket(
        connection, server_side=True, suppress_ragged_eofs=False
    )
except OSError as error:
    say(f"refused: {getattr(error, 'reason', None) or error}")
    raise SystemExit(0)

say(f"negotiated {session.version()} {session.cipher()[0]} {session.selected_alpn_protocol()}")
try:
    while data := session.recv(1 << 16):
        session.sendall(data)
    session.unwrap()
    say("closed by close_notify")
except OSError as error:
    say(f"ended: {getattr(error, 'reason', None) or error}")
