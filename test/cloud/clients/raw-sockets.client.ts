import { connect as connectHttp2 } from "node:http2";
import { request as requestHttps } from "node:https";
import { connect as connectNet } from "node:net";
import { connect as connectTls } from "node:tls";

/* Opens a connection in every way besides fetch and prints each result. */
const { host } = JSON.parse(process.env["CLIENT_INPUT"] ?? "{}") as { host: string };

type Opened = { once(event: string, listener: (error?: NodeJS.ErrnoException) => void): unknown };

function outcome(socket: Opened, opened: string): Promise<string> {
  return new Promise((resolve) => {
    socket.once(opened, () => resolve("connected"));
    socket.once("error", (error) => resolve(error?.code ?? "error"));
  });
}

const result = {
  tls: await outcome(connectTls({ host, port: 443, servername: host }), "secureConnect"),
  "tls (port, host)": await outcome(connectTls(443, host, { servername: host }), "secureConnect"),
  https: await outcome(requestHttps({ host, path: "/" }).end(), "response"),
  http2: await outcome(connectHttp2(`https://${host}`), "connect"),
  "net (options)": await outcome(connectNet({ host, port: 443 }), "connect"),
  "net (port, host)": await outcome(connectNet(443, host), "connect"),
  "net on another port": await outcome(connectNet(8080, host), "connect"),
};
process.stdout.write(JSON.stringify(result), () => process.exit(0));
