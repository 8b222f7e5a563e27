import type { Examined } from "../../../shared/catalogue/refusals/diagnose.ts";

/** A refusal as somebody met it, with the cause that was found. */
export interface Met {
  /** Where it is written: a repository's issue, or a page. */
  readonly at: string;
  readonly status: number;
  /** The body as it was shown, without ids of tenants and requests. */
  readonly body: unknown;
  /** The name of its cause, or `unknown`. */
  readonly is: string;
  /**
   * Of a 403, whose text says nothing: how it came about there, as what a probe would have found of the token
   * and the object. If the thread does not tell, as the documentation says of such a request.
   */
  readonly examined?: Examined;
}

/** A body in today's form. */
export const body = (code: string, message: string, more: object = {}): unknown => ({
  error: { code, message, ...more, innerError: { date: "2026-01-01T00:00:00" } },
});

/** A body of the older interface, which some services still hand through. */
export const oldBody = (code: string, value: string): unknown => ({
  "odata.error": { code, message: { lang: "en", value } },
});

/** Graph's most frequent refusal. */
export const bad = (message: string, more?: object): unknown =>
  body("Request_BadRequest", message, more);

/** Documentation of Graph: `docs` and its issues moved to `docs-contrib`. */
export const docs = (issue: number): string => `microsoftgraph/microsoft-graph-docs issue ${issue}`;
export const contrib = (issue: number): string =>
  `microsoftgraph/microsoft-graph-docs-contrib issue ${issue}`;
export const powershell = (issue: number): string =>
  `microsoftgraph/msgraph-sdk-powershell issue ${issue}`;
