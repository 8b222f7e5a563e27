import { createServer, request, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

/** What happens to one call on its way to Azurite. */
export type Fault =
  | "none"
  /** Azurite makes the change, and its answer is lost. */
  | "lose-answer"
  /** No answer comes, and the connection stays open. */
  | "hang"
  /** The answer begins and never ends. */
  | "stall"
  | { readonly status: number; readonly code: string };

/** A proxy before Azurite that injects faults. It keeps the path of each URL, so that signatures stay valid. */
export interface FaultProxy {
  readonly url: string;
  /** Asked for each call, in order. */
  decide: (call: IncomingMessage) => Fault;
  stop(): Promise<void>;
}

export async function startFaultProxy(target: string): Promise<FaultProxy> {
  const { origin, host, pathname } = new URL(target);
  const server = createServer((call, answer) => {
    const fault = proxy.decide(call);
    if (fault === "hang") return void call.resume();
    if (typeof fault === "object") {
      call.resume();
      const xml = `<?xml version="1.0"?><Error><Code>${fault.code}</Code><Message>told to</Message></Error>`;
      answer.writeHead(fault.status, {
        "content-type": "application/xml",
        "x-ms-error-code": fault.code,
      });
      answer.end(xml);
      return;
    }
    const onward = request(
      `${origin}${call.url}`,
      { method: call.method, headers: { ...call.headers, host }, agent: false },
      (reply) => {
        if (fault === "lose-answer") {
          reply.resume();
          reply.once("end", () => call.socket.destroy());
          return;
        }
        answer.writeHead(reply.statusCode ?? 502, reply.headers);
        if (fault === "stall") {
          reply.once("data", (part: Buffer) => void answer.write(part.subarray(0, 1)));
          return;
        }
        reply.pipe(answer);
      },
    );
    onward.once("error", () => call.socket.destroy());
    call.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const proxy: FaultProxy = {
    url: `http://127.0.0.1:${port}${pathname}`,
    decide: () => "none",
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return proxy;
}
