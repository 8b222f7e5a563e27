import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

import { type Clock, systemClock } from "../../shared/core/clock.ts";
import type { TelemetryEvent } from "../../shared/core/telemetry.ts";
import { createGraph, type GetToken, type Graph } from "../../shared/graph/graph.ts";

/** One request as it came in; `parts` are those of a `$batch`. */
export interface Call {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly text: string;
  readonly parts: readonly Part[];
  /** Which TCP connection it came on, from 1. */
  readonly connection: number;
  readonly atMs: number;
}

export interface Part {
  readonly id: string;
  readonly method: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** What the server answers; a function writes the response itself. */
export type Reply =
  | {
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly json?: unknown;
      readonly text?: string;
    }
  | ((response: ServerResponse) => void);

export interface GraphServer {
  readonly root: string;
  readonly calls: readonly Call[];
  close(): void;
}

/** A real HTTP server on a free port, which answers as the test says. */
export async function startGraphServer(
  answer: (call: Call, number: number) => Reply | Promise<Reply>,
): Promise<GraphServer> {
  const calls: Call[] = [];
  const connections = new WeakMap<object, number>();
  let connected = 0;
  const server = createServer((request, response) => {
    void (async () => {
      let text = "";
      for await (const chunk of request) text += String(chunk);
      const call: Call = {
        method: request.method ?? "",
        path: request.url ?? "",
        headers: request.headers,
        text,
        parts: text === "" ? [] : (JSON.parse(text) as { requests: Part[] }).requests,
        connection: connections.get(request.socket) ?? 0,
        atMs: performance.now(),
      };
      calls.push(call);
      const reply = await answer(call, calls.length);
      if (typeof reply === "function") return reply(response);
      const body = reply.text ?? (reply.json === undefined ? "" : JSON.stringify(reply.json));
      const headers = { "request-id": `request-${calls.length}`, ...reply.headers };
      response.writeHead(reply.status ?? 200, headers).end(body);
    })();
  });
  server.on("connection", (socket) => connections.set(socket, (connected += 1)));
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  assert.ok(typeof address === "object" && address);
  return {
    root: `http://127.0.0.1:${address.port}/v1.0`,
    calls,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** A `$batch` response with every part as `reply` returns it; undefined leaves the part out. */
export const batchOf = (
  { parts }: Call,
  reply: (part: Part) => Omit<ReplyPart, "id"> | undefined,
): Reply => ({
  json: {
    responses: parts.flatMap((part) => {
      const made = reply(part);
      return made ? [{ id: part.id, headers: {}, ...made }] : [];
    }),
  },
});

interface ReplyPart {
  readonly id: string;
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export const TENANT = "11111111-1111-4111-8111-111111111111";
export const TOKEN = "eyJ.the-token.sig";

/** The product's client of that server, with short waits, and the events that it emits. */
export function graphOf(
  server: Pick<GraphServer, "root">,
  options: {
    getToken?: GetToken;
    timeoutMs?: number;
    resourceUnitQuota?: number;
    clock?: Clock;
  } = {},
): Graph & { readonly events: readonly TelemetryEvent[] } {
  const events: TelemetryEvent[] = [];
  const graph = createGraph({
    cloud: { graphHost: "graph.invalid" },
    root: server.root,
    tenant: TENANT,
    getToken: options.getToken ?? (() => Promise.resolve({ token: TOKEN })),
    clock: options.clock ?? systemClock,
    random: () => 0.5,
    emit: (event) => void events.push(event),
    settings: {
      retryFloorMs: 2,
      resourceUnitQuota: options.resourceUnitQuota ?? 100_000,
      resourceUnitWindowMs: 1000,
      timeoutMs: options.timeoutMs ?? 5000,
    },
  });
  return { ...graph, events };
}
