import {
  createServer as createHttpServer,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo, Server, Socket } from "node:net";

import type { CloudAnswer, CloudRequest, CloudResponse } from "./exchange.ts";

/** A listening server of the local cloud. */
export interface Listener {
  readonly port: number;
  /** Stops listening and destroys open connections. */
  close(): Promise<void>;
}

export interface ListenerOptions {
  readonly handle: (request: CloudRequest) => Promise<CloudAnswer>;
  /** Certificate for TLS; without one, plain HTTP. */
  readonly tls?: { readonly certificatePem: string; readonly privateKeyPem: string };
  readonly port?: number;
  readonly host?: string;
  readonly onConnection?: () => void;
  /** Takes a request over that `handle` would otherwise answer. */
  readonly pass?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

/** Microsoft's front ends keep idle connections for minutes; Node's 5 s would reset clients' connections. */
const keepAliveMs = 180_000;

/** Serves `handle` over HTTP/1.1 on loopback. A handler that throws is a bug and answers 500. */
export async function listen(options: ListenerOptions): Promise<Listener> {
  // By the client's port: a request has only its TLS socket, but the reset needs the TCP socket below.
  const sockets = new Map<number, Socket>();
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    if (options.pass?.(request, response) === true) return;
    void serve(options.handle, request, response, () =>
      sockets.get(request.socket.remotePort ?? 0)?.resetAndDestroy(),
    );
  };
  const server =
    options.tls === undefined
      ? createHttpServer(onRequest)
      : createHttpsServer(
          { cert: options.tls.certificatePem, key: options.tls.privateKeyPem },
          onRequest,
        );
  server.keepAliveTimeout = keepAliveMs;
  server.requestTimeout = 0;
  server.on("connection", (socket: Socket) => {
    options.onConnection?.();
    const from = socket.remotePort ?? 0;
    sockets.set(from, socket);
    socket.on("close", () => {
      if (sockets.get(from) === socket) sockets.delete(from);
    });
  });
  const port = await opened(server, options.port ?? 0, options.host ?? "127.0.0.1");
  return {
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets.values()) socket.destroy();
      }),
  };
}

function opened(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port, host, backlog: 511 }, () => {
      server.off("error", reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

async function serve(
  handle: ListenerOptions["handle"],
  request: IncomingMessage,
  response: ServerResponse,
  reset: () => void,
): Promise<void> {
  try {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const answer = await handle({
      method: request.method ?? "GET",
      host: request.headers.host ?? "",
      target: request.url ?? "/",
      headers: request.headers,
      body: parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts),
    });
    if ("connection" in answer) interrupt(answer, request, response, reset);
    else send(answer, response);
  } catch (error) {
    // A client that disconnected while sending is not an error of the cloud.
    if (request.destroyed && !request.complete) return;
    process.stderr.write(`local cloud: ${String((error as Error).stack ?? error)}\n`);
    if (response.headersSent) response.destroy();
    else send({ status: 500, body: `local cloud: ${String(error)}` }, response);
  }
}

function send(answer: CloudResponse, response: ServerResponse): void {
  const body = typeof answer.body === "string" ? Buffer.from(answer.body) : answer.body;
  response.writeHead(answer.status, {
    ...(answer.headers as Record<string, string | string[]>),
    ...(answer.status !== 204 && answer.status !== 304 && { "Content-Length": body?.length ?? 0 }),
  });
  response.end(body);
}

function interrupt(
  answer: Extract<CloudAnswer, { connection: string }>,
  request: IncomingMessage,
  response: ServerResponse,
  reset: () => void,
): void {
  if (answer.connection === "hang") return;
  if (answer.connection === "reset") {
    reset();
    return;
  }
  const body = Buffer.from(answer.response.body ?? "");
  response.writeHead(answer.response.status, {
    ...(answer.response.headers as Record<string, string | string[]>),
    "Content-Length": body.length,
  });
  response.write(body.subarray(0, answer.bytes), () => request.socket.destroy());
}
