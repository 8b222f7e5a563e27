import type { GraphRequest } from "../core/graph-request.ts";

/** Links between objects. A DELETE through one deletes the object at its end, unless `/$ref` follows. */
const links: ReadonlySet<string> = new Set([
  "acceptedsenders",
  "directreports",
  "manager",
  "memberof",
  "members",
  "ownedobjects",
  "owners",
  "registeredowners",
  "registeredusers",
  "rejectedsenders",
  "sponsors",
  "transitivememberof",
  "transitivemembers",
]);

/**
 * The last guard before the wire, behind the types: a url is relative to the version root and nothing
 * else, and no DELETE reaches an object through a link. `DELETE /groups/{id}/members/{id}` deletes the
 * member, not the membership (Graph reference, group-delete-members).
 *
 * @throws TypeError a programming mistake, named without the url, which may hold a value.
 */
export function assertSendable({ method, url }: GraphRequest): void {
  if (!url.startsWith("/") || url.startsWith("//")) throw new TypeError("a url must be relative");
  // oxlint-disable-next-line no-control-regex -- control characters are what this refuses
  if (/[\u0000-\u0020\u007f\\#]/.test(url)) {
    throw new TypeError("a url must hold no fragment, backslash, space or control character");
  }
  const segments = pathOf(url).slice(1).split("/");
  if (segments.some((each) => each === "." || each === "..")) {
    throw new TypeError("a url must not climb");
  }
  if (method !== "DELETE") return;
  const names = segments.map((each) => each.replace(/\(.*$/, "").toLowerCase());
  if (names.some((each) => links.has(each)) && names.at(-1) !== "$ref") {
    throw new TypeError("a DELETE through a link must end in /$ref: it would delete the object");
  }
}

/** The path, decoded until nothing more decodes: to somebody on the way, `%252e` is a dot. */
function pathOf(url: string): string {
  let path = decoded(url.split("?", 1)[0] ?? "");
  if (path === undefined) throw new TypeError("a url must be well-formed");
  for (let next = decoded(path); next !== undefined && next !== path; next = decoded(path)) {
    path = next;
  }
  return path;
}

function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}
