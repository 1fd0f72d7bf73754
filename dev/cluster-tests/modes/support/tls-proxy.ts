// Runs in a pod together with a MongoDB without TLS. Accepts TLS connections on port 27018, and passes the decrypted
// bytes to port 27017. Logs the host name that each client requests.
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { createServer } from "node:tls";

const folder = "/certificates";
const server = createServer(
  { cert: readFileSync(`${folder}/tls.crt`), key: readFileSync(`${folder}/tls.key`) },
  (client) => {
    console.log(`connection for ${String(client.servername)}`);
    const upstream = connect(27017, "127.0.0.1");
    client.pipe(upstream).pipe(client);
    client.on("error", () => upstream.destroy());
    upstream.on("error", () => client.destroy());
  },
);
server.on("tlsClientError", (error) => {
  console.log(`rejected: ${error.message}`);
});
server.listen(27018, "::");
