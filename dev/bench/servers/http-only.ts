import { createServer } from "node:http";

// `node:http` without a database: what nobody in Node can be faster than.
const body = JSON.stringify({ _id: "0123456789abcdef01234567", text: "x".repeat(150) });
const headers = { "Content-Type": "application/json", "Content-Length": body.length };

createServer((request, response) => {
  request.resume().on("end", () => response.writeHead(200, headers).end(body));
}).listen(Number(process.env.PORT), "127.0.0.1");
