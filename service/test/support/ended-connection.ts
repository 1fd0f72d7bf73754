import { once } from "node:events";
import { connect, createServer, type AddressInfo } from "node:net";

/** Returns Node's error for a write to a connection that the other side has just closed. */
export async function writeAfterEnd(): Promise<Error> {
  const server = createServer((socket) => socket.end()).listen(0, "127.0.0.1");
  await once(server, "listening");
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  socket.resume().once("finish", () => socket.write("late"));
  const [error] = (await once(socket, "error")) as [Error];
  server.close();
  return error;
}
