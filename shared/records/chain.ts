import { hash } from "node:crypto";

import type { Plan } from "./plan.ts";

/**
 * The lines of a shard's journal are a chain: each line ends with its *link*, the SHA-256 of the link
 * before it and of its text. A line that is changed, taken out, added or moved breaks every link after
 * it. Whoever can write the blob could make all links anew; against that, the root that is signed when
 * the batch ends has the journal's own digest (proof.ts).
 */
const LINK = /,"link":"([A-Za-z0-9_-]{43})"\}$/;

/** The link before the first line: which batch it is, what its plan was, and which shard. */
export const firstLink = ({ tenant, batch, plannedAt, digest }: Chained, shard: number): string =>
  linkOf("", JSON.stringify([tenant, batch, digest ?? plannedAt, shard]));

/** What of a plan the chain begins with. A plan of an earlier release has no digest. */
export type Chained = Pick<Plan, "tenant" | "batch" | "plannedAt" | "digest">;

/** A record's JSON with its link, and the link. */
export function linked(
  before: string,
  json: string,
): { readonly json: string; readonly link: string } {
  const link = linkOf(before, json);
  return { json: `${json.slice(0, -1)},"link":"${link}"}`, link };
}

/**
 * Reads a chain line by line, from the link `start` on: answers the link that a line leaves to the next, or
 * `undefined` if the line does not follow from what stands before it. If it is not known what the first
 * line follows, `start` is `undefined`, and that line's link is taken as it stands. Lines of an earlier
 * release have no link and are linked all the same; behind a line with a link there are none of them.
 */
export function readChain(start: string | undefined): (line: string) => string | undefined {
  let before = start;
  let isLinked = false;
  return (line) => {
    const link = LINK.exec(line)?.[1];
    if (link === undefined) {
      if (isLinked) return undefined;
      before = linkOf(before ?? "", line);
      return before;
    }
    const json = `${line.slice(0, line.length - link.length - LINK_AROUND)}}`;
    if (before !== undefined && linkOf(before, json) !== link) return undefined;
    isLinked = true;
    before = link;
    return link;
  };
}

const LINK_AROUND = `,"link":""}`.length;

const linkOf = (before: string, json: string): string =>
  hash("sha256", `${before}\n${json}`, "base64url");
