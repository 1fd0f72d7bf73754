import { createServer } from "node:net";

// Sockets that answer bytes with bytes: what the load client itself can do at most.
const body = "x".repeat(200);
const answer = Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`);

createServer((socket) => {
  socket.setNoDelay(true);
  socket.on("error", () => socket.destroy());
  socket.on("data", () => socket.write(answer));
}).listen(Number(process.env.PORT), "127.0.0.1");
