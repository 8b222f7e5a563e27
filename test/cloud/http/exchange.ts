import type { IncomingHttpHeaders } from "node:http";

/** One request as a service of the local cloud receives it. */
export interface CloudRequest {
  readonly method: string;
  /** The Host header, with the port if it had one. */
  readonly host: string;
  /** Path and query exactly as sent. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A whole answer. A Buffer or string is sent unchanged; there is no chunking. */
export interface CloudResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Buffer;
}

/** What a service may do to the connection instead of answering. */
export type CloudAnswer =
  | CloudResponse
  /** The connection is closed with a TCP reset. */
  | { readonly connection: "reset" }
  /** Nothing is ever sent; only the client's time-out ends the request. */
  | { readonly connection: "hang" }
  /** The head announces the whole body, and the connection closes after `bytes` of it. */
  | { readonly connection: "truncate"; readonly response: CloudResponse; readonly bytes: number };

/** A JSON answer with the content type of Microsoft's services. */
export function json(
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string | readonly string[]>> = {},
): CloudResponse {
  return {
    status,
    headers: { "Content-Type": "application/json; charset=utf-8", ...headers },
    body: JSON.stringify(value),
  };
}

/** The answer for what is not emulated, with a status that no client mistakes for success. */
export function notEmulated(what: string): CloudResponse {
  return json(501, {
    error: { code: "NotEmulated", message: `The local cloud does not emulate ${what}.` },
  });
}
