import { once } from "node:events";
import { type IncomingMessage, type ServerResponse, createServer } from "node:http";

export interface HttpServer {
  readonly url: string;
  /** Method, path and body of every request so far. */
  readonly seen: { method: string; path: string; body: string }[];
  close(): Promise<void>;
}

/** A real server on a free port that answers the nth request by the nth entry, the last for all after. */
export async function startHttpServer(
  ...answers: ((response: ServerResponse, request: IncomingMessage) => void)[]
): Promise<HttpServer> {
  const seen: HttpServer["seen"] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString("utf8");
      seen.push({ method: request.method ?? "", path: request.url ?? "", body });
      const answer = answers[Math.min(seen.length, answers.length) - 1];
      answer?.(response, request);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
