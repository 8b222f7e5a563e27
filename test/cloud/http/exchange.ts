import type { IncomingHttpHeaders } from "node:http";

/** One request as a service of the local cloud sees it. */
export interface CloudRequest {
  readonly method: string;
  /** The Host header, with its port where it had one. */
  readonly host: string;
  /** Path and query exactly as sent. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A whole answer. A Buffer or string is sent as it is; there is no chunking. */
export interface CloudResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Buffer;
}

/** What a service may do instead of answering: faults live on the wire, not in a status. */
export type CloudAnswer =
  | CloudResponse
  /** The connection is torn down with a TCP reset. */
  | { readonly connection: "reset" }
  /** Nothing is ever sent; the client's own time-out must end it. */
  | { readonly connection: "hang" }
  /** The head promises the whole body and the connection ends after `bytes` of it. */
  | { readonly connection: "truncate"; readonly response: CloudResponse; readonly bytes: number };

/** An answer in JSON with the content type Microsoft's services send. */
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

/** What is not emulated says so, with a status no client takes for success. */
export function notEmulated(what: string): CloudResponse {
  return json(501, {
    error: { code: "NotEmulated", message: `The local cloud does not emulate ${what}.` },
  });
}
