import * as v from "valibot";

import { type ErrorCode, OperatorError } from "./errors.ts";

export type Schema = v.BaseSchema<unknown, unknown, v.BaseIssue<unknown>>;

/**
 * Returns `value` as its schema's type, or refuses it by paths and rule names only: a message may
 * hold personal data, so its values never reach an error or a log.
 *
 * @throws OperatorError `code` (MESSAGE_INVALID by default), disposition `refuse`.
 */
export function check<S extends Schema>(
  schema: S,
  value: unknown,
  options: {
    what?: string;
    fix?: string;
    code?: ErrorCode;
    /** Says a path such as `rows.0.user` as its reader knows it. */
    pathInWords?: (path: string) => string;
  } = {},
): v.InferOutput<S> {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  const what = options.what ?? "message";
  const { pathInWords = (path) => path } = options;
  const where = result.issues.map(
    (issue) => `${pathInWords(v.getDotPath(issue) ?? what)} (${rule(issue)})`,
  );
  throw new OperatorError(
    options.code ?? "MESSAGE_INVALID",
    `The ${what} breaks its schema at ${where.join(", ")}.`,
    {
      fix: options.fix ?? "Correct it as docs/messages.md shows and send it again.",
      disposition: "refuse",
    },
  );
}

/** What is wrong with a part of a file that a person wrote, as it follows on the part's name. */
export function wrongWith({ expected, received }: v.BaseIssue<unknown>): string {
  if (expected === "never") return "is not known";
  return received === "undefined" ? "is missing" : `must be ${expected ?? "another value"}`;
}

/** A rule in words; a literal or picklist says what is allowed, which never is the received value. */
function rule(issue: v.BaseIssue<unknown>): string {
  if (issue.expected === "never") return "not a known property";
  if (issue.expected !== null && issue.received === "undefined") return "missing";
  return issue.expected === null ? issue.type : `expected ${issue.expected}`;
}
