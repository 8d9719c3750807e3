"""A TLS server that sends back what it gets, and tells of its sessions."""

import argparse
import socket
import ssl

parser = argparse.ArgumentParser()
parser.add_argument("--cert", required=True)
parser.add_argument("--key", required=True)
parser.add_argument("--tickets", required=True)
parser.add_argument("--alpn")
parser.add_argument("--client-ca")
arguments = parser.parse_args()

context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.maximum_version = ssl.TLSVersion.TLSv1_2
context.set_ciphers("ALL:@SECLEVEL=0")
context.load_cert_chain(arguments.cert, arguments.key)
if arguments.tickets == "no":
    context.options |= ssl.OP_NO_TICKET
if arguments.alpn:
    context.set_alpn_protocols([arguments.alpn])
if arguments.client_ca:
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(arguments.client_ca)


def client(session):
    for name in session.getpeercert().get("subject", ()) if arguments.client_ca else ():
        if name[0][0] == "commonName":
            return name[0][1]
    return "none"


listener = socket.create_server(("127.0.0.1", 0))
print("port", listener.getsockname()[1], flush=True)
while True:
    session = context.wrap_socket(
        listener.accept()[0], server_side=True, suppress_ragged_eofs=False
    )
    assert session.version() == "TLSv1.2"
    resumed = "reused" if session.session_reused else "new"
    alpn = session.selected_alpn_protocol() or "none"
    print("connection", resumed, alpn, client(session), flush=True)
    while data := session.recv(1 << 16):
        session.sendall(data)
    # Without the end of both sides, OpenSSL drops the session.
    session.unwrap().close()
