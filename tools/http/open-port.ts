import { connect } from "node:net";

/** Timeout of a connection, in milliseconds. */
const timeoutMs = 2000;

/** Whether a program accepts connections on a port. Never throws. */
export async function accepts(host: string, port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect({ host, port, timeout: timeoutMs });
    const end = (isOpen: boolean) => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.on("connect", () => {
      end(true);
    });
    for (const event of ["error", "timeout"]) {
      socket.on(event, () => {
        end(false);
      });
    }
  });
}
