// A TLS server that sends back what it gets, and tells of its sessions.
"use strict";

const crypto = require("node:crypto");
const fs = require("node:fs");
const tls = require("node:tls");
const { parseArgs } = require("node:util");

const text = { type: "string" };
const names = ["cert", "key", "tickets", "alpn", "client-ca"];
const { values } = parseArgs({
  options: Object.fromEntries(names.map((name) => [name, text])),
});
const clientCa = values["client-ca"];

const server = tls.createServer(
  {
    cert: fs.readFileSync(values.cert),
    key: fs.readFileSync(values.key),
    ca: clientCa && fs.readFileSync(clientCa),
    requestCert: Boolean(clientCa),
    rejectUnauthorized: Boolean(clientCa),
    ciphers: "ALL:@SECLEVEL=0",
    ecdhCurve: "auto",
    maxVersion: "TLSv1.2",
    ALPNProtocols: values.alpn ? [values.alpn] : undefined,
    secureOptions: values.tickets === "no" ? crypto.constants.SSL_OP_NO_TICKET : 0,
  },
  (socket) => {
    const name = clientCa ? socket.getPeerCertificate().subject?.CN : undefined;
    const resumed = socket.isSessionReused() ? "reused" : "new";
    console.log("connection", resumed, socket.alpnProtocol || "none", name || "none");
    socket.on("error", (error) => console.log("error", error.message));
    socket.pipe(socket);
  },
);
server.on("tlsClientError", (error) => console.log("error", error.message));
// Without tickets, Node leaves the keeping of sessions to the program.
const sessions = new Map();
server.on("newSession", (id, data, done) => {
  sessions.set(id.toString("hex"), data);
  done();
});
server.on("resumeSession", (id, done) => done(null, sessions.get(id.toString("hex"))));
server.listen(0, "127.0.0.1", () => console.log("port", server.address().port));
