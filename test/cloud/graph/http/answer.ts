/** Graph's answer to one request, alone or as a part of a `$batch`. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON; absent if there is no body (204). */
  readonly body?: unknown;
  /** A body that is not JSON (`/$count`, an HTML error page, a photo). */
  readonly text?: { readonly type: string; readonly content: string | Buffer };
}

/** The content type of every JSON answer. */
export const JSON_TYPE =
  "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8";

export const ok = (body: unknown): Answer => ({ status: 200, body });

export const noContent: Answer = { status: 204 };
