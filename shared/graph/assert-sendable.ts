import type { GraphRequest } from "../core/graph-request.ts";

/** Navigation properties. A DELETE through one deletes the linked object unless the URL ends in `/$ref`. */
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
 * The last check before a request is sent, in case the types were bypassed: the URL is relative to the
 * version root, and no DELETE goes through a navigation property without `/$ref`.
 * `DELETE /groups/{id}/members/{id}` deletes the member, not the membership (Graph reference,
 * group-delete-members).
 *
 * @throws TypeError for a programming mistake. The message leaves the URL out: it may hold user data.
 */
export function assertSendable({ method, url }: GraphRequest): void {
  if (!url.startsWith("/") || url.startsWith("//"))
    throw new TypeError("a URL must be relative to the version root");
  // oxlint-disable-next-line no-control-regex -- control characters are what this refuses
  if (/[\u0000-\u0020\u007f\\#]/.test(url)) {
    throw new TypeError(
      "a URL must not contain a fragment, a backslash, a space or a control character",
    );
  }
  const segments = pathOf(url).slice(1).split("/");
  if (segments.some((each) => each === "." || each === "..")) {
    throw new TypeError("a URL must not contain . or .. segments");
  }
  if (method !== "DELETE") return;
  const names = segments.map((each) => each.replace(/\(.*$/, "").toLowerCase());
  if (names.some((each) => links.has(each)) && names.at(-1) !== "$ref") {
    throw new TypeError(
      "a DELETE through a navigation property must end in /$ref, or it deletes the object",
    );
  }
}

/** The path, decoded until it no longer changes: a proxy may decode `%252e` to a dot. */
function pathOf(url: string): string {
  const options = url.indexOf("?");
  const raw = options < 0 ? url : url.slice(0, options);
  if (!raw.includes("%")) return raw;
  let path = decoded(raw);
  if (path === undefined) throw new TypeError("a URL must be well-formed");
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
