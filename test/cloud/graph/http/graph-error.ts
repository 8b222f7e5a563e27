import type { Answer } from "./answer.ts";

/** One entry of an error's `details`. */
export interface ErrorDetail {
  readonly code: string;
  readonly message: string;
  readonly target?: string;
  /** What a name lacks (directoryobject-validateproperties). */
  readonly prefix?: string;
  readonly suffix?: string;
}

/** A refusal in Graph's form: status, code, message (MS errors.md). */
export class GraphError extends Error {
  override readonly name = "GraphError";
  readonly status: number;
  readonly code: string;
  readonly details: readonly ErrorDetail[] | undefined;
  readonly headers: Readonly<Record<string, string>> | undefined;
  /** Further properties of `innerError`, e.g. the code of a 429. */
  readonly inner: Readonly<Record<string, string>> | undefined;

  constructor(
    status: number,
    code: string,
    message: string,
    more: {
      details?: readonly ErrorDetail[];
      headers?: Readonly<Record<string, string>>;
      inner?: Readonly<Record<string, string>>;
    } = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = more.details;
    this.headers = more.headers;
    this.inner = more.inner;
  }
}

/** The properties of `innerError` that identify the exchange. */
export interface Stamp {
  readonly requestId: string;
  readonly clientRequestId: string;
  /** Wall clock, milliseconds since the epoch. */
  readonly nowMs: number;
}

/** The answer that carries `error`, with `innerError` as Graph fills it (dates without a zone). */
export function errorAnswer(error: GraphError, stamp: Stamp): Answer {
  return {
    status: error.status,
    ...(error.headers && { headers: error.headers }),
    body: {
      error: {
        code: error.code,
        message: error.message,
        ...(error.details && { details: error.details }),
        innerError: {
          ...error.inner,
          date: new Date(stamp.nowMs).toISOString().slice(0, 19),
          "request-id": stamp.requestId,
          "client-request-id": stamp.clientRequestId,
        },
      },
    },
  };
}

export const badRequest = (message: string, details?: readonly ErrorDetail[]): GraphError =>
  new GraphError(400, "Request_BadRequest", message, details ? { details } : {});

export const unsupportedQuery = (message: string): GraphError =>
  new GraphError(400, "Request_UnsupportedQuery", message);

/** 404 as facts/graph.md §3.1 has it; names what is missing. */
export const notFound = (id: string): GraphError =>
  new GraphError(
    404,
    "Request_ResourceNotFound",
    `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`,
  );

export const denied = (): GraphError =>
  new GraphError(
    403,
    "Authorization_RequestDenied",
    "Insufficient privileges to complete the operation.",
  );

/** What this local cloud does not emulate is refused as such, never answered plausibly. */
export const notEmulated = (what: string): GraphError =>
  new GraphError(501, "NotImplemented", `Not emulated by the local cloud: ${what}`);
