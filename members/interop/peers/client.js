// A TLS client that sends data, expects it back, and tells of its sessions.
"use strict";

const crypto = require("node:crypto");
const fs = require("node:fs");
const tls = require("node:tls");
const { parseArgs } = require("node:util");

const text = { type: "string" };
const names = ["ca", "ports", "rounds", "size", "alpn", "cert", "key"];
const { values } = parseArgs({
  options: Object.fromEntries(names.map((name) => [name, text])),
});
const size = Number(values.size);

function connect(port, session) {
  return new Promise((resolve, reject) => {
    const data = crypto.randomBytes(size);
    const back = [];
    let left = size;
    let told;
    const socket = tls.connect({
      host: "127.0.0.1",
      port,
      servername: "localhost",
      ca: fs.readFileSync(values.ca),
      cert: values.cert && fs.readFileSync(values.cert),
      key: values.key && fs.readFileSync(values.key),
      ciphers: "ALL:@SECLEVEL=0",
      maxVersion: "TLSv1.2",
      ALPNProtocols: values.alpn ? [values.alpn] : undefined,
      session,
    });
    socket.on("secureConnect", () => {
      told = [
        socket.isSessionReused() ? "reused" : "new",
        socket.alpnProtocol || "none",
      ];
      session = socket.getSession();
      if (!socket.authorized || socket.getProtocol() !== "TLSv1.2") {
        reject(new Error(`${socket.getProtocol()}: ${socket.authorizationError}`));
      }
      socket.write(data);
      if (left === 0) socket.end();
    });
    socket.on("data", (piece) => {
      back.push(piece);
      left -= piece.length;
      if (left === 0) socket.end();
    });
    socket.on("error", reject);
    socket.on("close", () => {
      const same = Buffer.concat(back).equals(data) ? "same" : "changed";
      console.log("connection", ...told, same, size);
      resolve(session);
    });
  });
}

(async () => {
  for (const port of values.ports.split(",")) {
    let session;
    for (let round = 0; round < Number(values.rounds); round++) {
      session = await connect(Number(port), session);
    }
  }
})().catch((error) => {
  console.error(error);
  process.exit(1);
});
