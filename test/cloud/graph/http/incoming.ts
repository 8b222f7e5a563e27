import type { Answer } from "./answer.ts";
import { JSON_TYPE } from "./answer.ts";

/** One operation as it arrived: a separate request, or a part of a `$batch`. */
export interface Incoming {
  readonly method: string;
  /** Path and query below the version. */
  readonly target: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly hasBody: boolean;
  /** The parsed JSON body; `undefined` if there was none or it was not JSON. */
  readonly body: unknown;
  /** The body as it was sent, if it is a stream's and not JSON (a photo). */
  readonly bytes?: Buffer;
  /** `https://graph.microsoft.com/v1.0` */
  readonly root: string;
}

/** The headers of an answer, content type included. */
export const headersOf = (answer: Answer): Record<string, string> => ({
  "Cache-Control": "no-cache",
  ...(answer.text
    ? { "Content-Type": answer.text.type }
    : answer.body === undefined
      ? {}
      : { "Content-Type": JSON_TYPE }),
  ...answer.headers,
});
