import type { Properties } from "../../catalogue/row.ts";
import { type GraphAnswer, type GraphRead, odataString } from "../../core/graph-request.ts";
import { recordOf } from "../../core/record.ts";
import {
  type RefusalPorts,
  MOST_OBJECTS,
  type RefusedRow,
  saidBy,
  type Told,
} from "./refused-row.ts";

const TAKEN = /same value for property (\w+)/;

/** A value that another object has, and where to look for that object. */
interface Clash {
  readonly row: number;
  readonly property: string;
  readonly reads: readonly GraphRead[];
}

/** Which object has the name or address that rows wanted: one resource unit a kind of object and value. */
export async function tellInTheWay(
  { graphFor }: Pick<RefusalPorts, "graphFor">,
  tenant: string,
  rows: readonly RefusedRow[],
): Promise<Told> {
  const clashes = rows.flatMap((row) => clashOf(row) ?? []).slice(0, MOST_OBJECTS);
  const reads = new Map(clashes.flatMap(({ reads: all }) => all).map((read) => [read.url, read]));
  const read = await graphFor(tenant).readAll([...reads.values()], { unanswered: () => undefined });
  const answers = new Map([...reads.keys()].map((url, at) => [url, read[at]]));
  const told = new Map<number, { why: string; fix: string }>();
  for (const { row, property, reads: own } of clashes) {
    told.set(
      row,
      wordsFor(
        property,
        own.map(({ url }) => answers.get(url)),
      ),
    );
  }
  return told;
}

function clashOf({ row, receipt, write }: RefusedRow): Clash | undefined {
  const property = TAKEN.exec(saidBy(receipt))?.[1];
  if (property === undefined) return undefined;
  const value = write.set?.[property === "proxyAddresses" ? "mail" : property];
  if (typeof value !== "string" || value === "") return undefined;
  const filter =
    property === "proxyAddresses" || property === "mail"
      ? `mail%20eq%20${odataString(value)}%20or%20proxyAddresses/any(p:p%20eq%20${odataString(`smtp:${value}`)})`
      : `${property}%20eq%20${odataString(value)}`;
  const kinds =
    property === "userPrincipalName"
      ? ["users"]
      : property === "mailNickname" || property === "uniqueName"
        ? ["groups"]
        : ["users", "groups"];
  return { row, property, reads: kinds.map((kind) => readOf(kind, filter)) };
}

const readOf = (kind: string, filter: string): GraphRead => ({
  method: "GET",
  url: `/${kind}?$filter=${filter}&$select=id,displayName&$top=1`,
});

function wordsFor(
  property: string,
  answers: readonly (GraphAnswer | undefined)[],
): { readonly why: string; readonly fix: string } {
  const found = answers.flatMap((answer) => {
    const { value }: Properties = answer?.status === 200 ? recordOf(answer.body) : {};
    return Array.isArray(value) ? value.map(recordOf) : [];
  });
  const [first] = found;
  if (first !== undefined) {
    return {
      why: `Another object has this ${property}: ${String(first["displayName"])} (${String(first["id"])})`,
      fix: "If that object is the one that is meant, change it instead. Otherwise choose another value, or give that object another one first.",
    };
  }
  const isRefused = answers.some((answer) => answer?.status === 403);
  return {
    why: `Another object has this ${property}${isRefused ? ", and this application may not look which" : "; no live one is found, so that a deleted one may have it"}`,
    fix: isRefused
      ? "Grant Group.Read.All and User.Read.All, so that the next report tells which; or choose another value."
      : "Look among the deleted objects, which keep theirs for 30 days: restore or purge that one, or choose another value.",
  };
}
