import type { Answer } from "./answer.ts";
import { JSON_TYPE } from "./answer.ts";
import type { Incoming } from "./incoming.ts";

/** Links and counts always stay (OData JSON format, odata.metadata=none). */
const KEPT = new Set(["@odata.nextLink", "@odata.deltaLink", "@odata.count", "@odata.id"]);

const strip = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(strip);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !name.startsWith("@odata.") || KEPT.has(name))
      .map(([name, entry]) => [name, strip(entry)]),
  );
};

/** The answer for `Accept: …;odata.metadata=none`; for any other Accept it is unchanged. */
export function withoutMetadata(incoming: Incoming, answer: Answer): Answer {
  const accept = incoming.headers["accept"];
  if (answer.body === undefined || !accept?.includes("odata.metadata=none")) return answer;
  return {
    ...answer,
    headers: { ...answer.headers, "Content-Type": JSON_TYPE.replace("minimal", "none") },
    body: strip(answer.body),
  };
}
