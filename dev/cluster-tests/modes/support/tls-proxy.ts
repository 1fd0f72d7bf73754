// Runs in a pod beside a MongoDB that is configured without TLS: takes TLS connections on port 27018, logs the host name
// that each client asks for, and passes the decrypted bytes to port 27017.
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
