import type { Played } from "./play.ts";
import type { Answer, Known } from "./step.ts";

/** The headers that are compared: whether they are there, and for some their value. */
const headers: Readonly<Record<string, "presence" | "value">> = {
  "content-type": "value",
  "odata-version": "value",
  "request-id": "presence",
  "client-request-id": "presence",
  location: "presence",
  "retry-after": "presence",
  "www-authenticate": "presence",
  "x-ms-resource-unit": "value",
  "x-ms-throttle-scope": "presence",
  "x-ms-throttle-information": "presence",
};

/** Differs from one exchange to the next, in both clouds. */
const noise = new Set(["innerError", "innererror", "date", "request-id", "client-request-id"]);

/** One difference: where in the answer, and what each side said. */
interface Difference {
  readonly where: string;
  readonly there: unknown;
  readonly here: unknown;
}

/**
 * The differences between the tenant's answers (`there`) and the local cloud's (`here`), each as one
 * line without names, ids or times of the tenant.
 */
export function differences(
  there: readonly Played[],
  here: readonly Played[],
  known: { readonly there: Known; readonly here: Known },
): readonly string[] {
  return there.flatMap((played, at) => {
    const other = here[at];
    const { name } = played.step;
    if (played.answer === undefined || other?.answer === undefined) {
      if (played.silence !== undefined)
        return [
          line(name, { where: "answer", there: played.silence, here: other?.answer?.status }),
        ];
      if (played.lacks === other?.lacks) return [];
      return [line(name, { where: "left out", there: played.lacks, here: other?.lacks })];
    }
    return compared(neutral(played.answer, known.there), neutral(other.answer, known.here)).map(
      (one) => line(name, one),
    );
  });
}

const line = (name: string, { where, there, here }: Difference): string =>
  `DIFFERENT | ${name} | ${where} | tenant: ${shown(there)} | local cloud: ${shown(here)}`;

function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value);
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}

function compared(there: Answer, here: Answer): readonly Difference[] {
  const found: Difference[] = [];
  if (there.status !== here.status)
    found.push({ where: "status", there: there.status, here: here.status });
  for (const [name, what] of Object.entries(headers)) {
    const [theirs, ours] = [there.headers[name], here.headers[name]];
    const isSame =
      what === "value"
        ? valueOf(theirs) === valueOf(ours)
        : (theirs === undefined) === (ours === undefined);
    if (!isSame)
      found.push({
        where: `header ${name}`,
        there: what === "value" || theirs === undefined ? theirs : "present",
        here: what === "value" || ours === undefined ? ours : "present",
      });
  }
  return [...found, ...unlike("body", there.body, here.body)];
}

/** A media type without the spaces that do not matter. */
const valueOf = (header: string | undefined): string | undefined =>
  header?.toLowerCase().replaceAll(" ", "");

/** Where two bodies differ, from the outside in. */
function unlike(where: string, there: unknown, here: unknown): readonly Difference[] {
  if (Array.isArray(there) && Array.isArray(here)) {
    const [theirs, ours] = [sorted(there), sorted(here)];
    if (theirs.length !== ours.length)
      return [{ where: `${where}, entries`, there: theirs.length, here: ours.length }];
    return theirs.flatMap((one, at) => unlike(`${where}[${at}]`, one, ours[at]));
  }
  if (isRecord(there) && isRecord(here)) {
    const names = new Set([...Object.keys(there), ...Object.keys(here)]);
    return [...names].flatMap((name) => unlike(`${where}.${name}`, there[name], here[name]));
  }
  return there === here ? [] : [{ where, there, here }];
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const sorted = (values: readonly unknown[]): readonly unknown[] =>
  values.toSorted((one, other) => keyOf(one).localeCompare(keyOf(other)));

const keyOf = (value: unknown): string =>
  isRecord(value) && typeof value["id"] === "string" ? value["id"] : JSON.stringify(value);

const patterns: readonly (readonly [RegExp, string])[] = [
  [/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/giu, "<id>"],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/gu, "<time>"],
  [/(\$(?:skip|delta)token=)[^"&\s]+/gu, "$1<token>"],
  [/https:\/\/[^/"\s]+\/(?=v1\.0|v2|beta)/gu, "https://<graph>/"],
  [/S-1-12-1(?:-\d+)+/gu, "<sid>"],
];

/** The answer with the tenant's own names replaced by what they stand for, and without the noise. */
function neutral({ status, headers: sent, body }: Answer, known: Known): Answer {
  const names = Object.entries(known)
    .filter(([, value]) => value !== "")
    .toSorted(([, one], [, other]) => other.length - one.length);
  const said = (text: string): string => {
    const named = names.reduce((left, [name, value]) => left.replaceAll(value, `<${name}>`), text);
    return patterns.reduce((left, [pattern, put]) => left.replace(pattern, put), named);
  };
  const of = (value: unknown): unknown => {
    if (typeof value === "string") return said(value);
    if (Array.isArray(value)) return value.map(of);
    if (!isRecord(value)) return value;
    return Object.fromEntries(
      Object.entries(value)
        .filter(([name]) => !noise.has(name))
        .map(([name, one]) => [name, of(one)]),
    );
  };
  return { status, headers: sent, body: of(body) };
}
