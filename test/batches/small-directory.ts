import { OperatorError } from "../../shared/core/errors.ts";
import type { GraphAnswer, GraphRead } from "../../shared/core/graph-request.ts";
import { assertSendable } from "../../shared/graph/assert-sendable.ts";
import type { Graph } from "../../shared/graph/types.ts";

type Properties = Readonly<Record<string, unknown>>;

const id = (kind: number, at: number): string =>
  `${String(kind).padStart(8, "0")}-0000-4000-8000-${at.toString(16).padStart(12, "0")}`;

/**
 * A directory that answers the plan's reads as Graph documents them: users by id or name in any case,
 * groups and devices by id, all three by values of a property (at most 15 joined by `or`), members of a group by
 * id, and only what `$select` asks for. It cannot be written to.
 */
export class SmallDirectory implements Graph {
  readonly root = "https://graph.example/v1.0";
  readonly timeoutMs = 1_000;
  readonly users = new Map<string, Properties>();
  readonly deleted = new Map<string, Properties>();
  readonly groups = new Map<string, Properties>();
  readonly devices = new Map<string, Properties>();
  readonly members = new Map<string, Set<string>>();
  /** Who holds a directory role, and who is eligible for one. */
  readonly holders = new Set<string>();
  readonly eligible = new Set<string>();
  /** Ids of objects that are neither users nor groups. */
  readonly others = new Set<string>();
  /** The manager of each user who has one. */
  readonly managers = new Map<string, string>();
  /** Every url that was read. */
  readonly reads: string[] = [];
  /** Asked for each read; an answer or an error takes the place of the directory's own. */
  intercept: (url: string) => GraphAnswer | undefined = () => undefined;
  readonly #names = new Map<string, string>();

  addUser(userPrincipalName: string, properties: Properties = {}): string {
    const key = id(1, this.users.size + 1);
    this.users.set(key, {
      accountEnabled: true,
      displayName: userPrincipalName,
      userPrincipalName,
      licenseAssignmentStates: [],
      ...properties,
      id: key,
    });
    this.#names.set(userPrincipalName.toLowerCase(), key);
    return key;
  }

  /** A user in deletedItems, with the name that Entra gives it there. */
  addDeletedUser(userPrincipalName: string): string {
    const key = id(3, this.deleted.size + 1);
    const name = `${key.replaceAll("-", "")}${userPrincipalName}`;
    this.deleted.set(key, { userPrincipalName: name, id: key });
    return key;
  }

  addGroup(displayName: string, properties: Properties = {}): string {
    const key = id(2, this.groups.size + 1);
    this.groups.set(key, {
      displayName,
      securityEnabled: true,
      groupTypes: [],
      ...properties,
      id: key,
    });
    this.members.set(key, new Set());
    return key;
  }

  addDevice(displayName: string, properties: Properties = {}): string {
    const key = id(4, this.devices.size + 1);
    this.devices.set(key, { displayName, ...properties, id: key });
    return key;
  }

  post(): never {
    throw new TypeError("a plan writes nothing");
  }

  /** Set by a test whose lists have more than one page. */
  pages: Graph["pages"] = (read) => this.#membersIn(read.url);

  /** The members of a group, in pages of two. */
  async *#membersIn(url: string): AsyncGenerator<readonly Properties[]> {
    const group = /^\/groups\/([^/]+)\/members\?/.exec(url)?.[1];
    if (group === undefined) throw new TypeError("no list has a second page");
    this.reads.push(url);
    const refused = this.intercept(url);
    const ids = [...(this.members.get(group) ?? [])];
    for (let at = 0; at < ids.length; at += 2) {
      yield ids.slice(at, at + 2).map((each) => {
        const kind = this.users.has(each) ? "user" : this.groups.has(each) ? "group" : "other";
        return { id: each, "@odata.type": `#microsoft.graph.${kind}` };
      });
      if (refused) {
        const fix = "Look at the permission.";
        throw new OperatorError("READ_INCOMPLETE", "Page 2 was refused.", {
          fix,
          disposition: "stop",
        });
      }
    }
    yield [];
  }

  async readAll(requests: readonly GraphRead[]): Promise<GraphAnswer[]> {
    return requests.map((request) => {
      assertSendable(request);
      const { url } = request;
      this.reads.push(url);
      return this.intercept(url) ?? this.#answer(url);
    });
  }

  #answer(url: string): GraphAnswer {
    const { pathname, searchParams } = new URL(`https://graph.example${url}`);
    const [, kind, name = "", part] = pathname.split("/").map(decodeURIComponent);
    const select = (searchParams.get("$select") ?? "id").split(",");
    const filter = searchParams.get("$filter") ?? "";
    const ids = [...filter.matchAll(/'([0-9a-f-]{36})'/g)].map(([, each]) => each ?? "");
    const all = (of: Iterable<string>, property = "id"): GraphAnswer =>
      answer(200, { value: [...of].map((each) => ({ [property]: each })) });
    const isCounted = searchParams.get("$count") === "true" && filter === "";
    const listed = (has: (each: string) => boolean | undefined): GraphAnswer =>
      answer(200, { value: ids.filter(has).map((each) => ({ id: each })) });
    if (kind === "roleManagement") {
      return all(url.includes("roleAssignments") ? this.holders : this.eligible, "principalId");
    }
    if (kind === "groups" && filter === "isAssignableToRole eq true") {
      return all(
        [...this.groups].flatMap(([key, group]) => (group["isAssignableToRole"] ? key : [])),
      );
    }
    if (kind === "groups" && part === "transitiveMembers") {
      const members = this.members.get(name);
      return members ? all(members) : missing;
    }
    if (kind === "users" && filter.startsWith("startswith(userPrincipalName,")) {
      const start = filter.split("'")[1] ?? "";
      return all([...this.#names].flatMap(([each, key]) => (each.startsWith(start) ? key : [])));
    }
    if (kind === "directoryObjects") {
      const isThere = this.users.has(name) || this.groups.has(name) || this.others.has(name);
      return isThere ? answer(200, { id: name }) : missing;
    }
    if (kind === "directory") {
      const user = this.deleted.get(part ?? "");
      return user ? answer(200, picked(user, select)) : missing;
    }
    if (kind === "users" && name === "" && isCounted) return counted(this.users.size);
    if (kind === "users" && filter.startsWith("employeeId in ")) {
      const persons = [...filter.matchAll(/'((?:[^']|'')*)'/g)].map(([, each = ""]) =>
        each.toLowerCase(),
      );
      const value = [...this.users.values()].filter(({ employeeId }) =>
        persons.includes(String(employeeId).toLowerCase()),
      );
      return answer(200, { value: value.map((user) => picked(user, select)) });
    }
    if (name === "" && /^\w+ eq '/.test(filter)) {
      const objects = { users: this.users, groups: this.groups, devices: this.devices }[kind ?? ""];
      return filtered(objects ?? new Map(), filter, select, Number(searchParams.get("$top")));
    }
    if (kind === "users" && name === "") return this.#listUsers(filter, select);
    if (kind === "users" && part !== undefined) {
      return this.users.has(name) ? this.#related(name, part, select) : missing;
    }
    if (kind === "users") {
      const user =
        this.users.get(name) ?? this.users.get(this.#names.get(name.toLowerCase()) ?? "");
      return user ? answer(200, picked(user, select)) : missing;
    }
    if (kind === "groups" && part === "members") {
      const members = this.members.get(name);
      if (members && isCounted) return counted(members.size);
      if (members && filter === "") return pageOf([...members], Number(searchParams.get("$top")));
      return members ? listed((each) => members.has(each)) : missing;
    }
    const object = (kind === "devices" ? this.devices : this.groups).get(name);
    return object ? answer(200, picked(object, select)) : missing;
  }

  /** `id in (…)` or `userPrincipalName in (…)`. */
  #listUsers(filter: string, select: readonly string[]): GraphAnswer {
    const values = [...filter.matchAll(/'((?:[^']|'')*)'/g)].map(([, each = ""]) =>
      each.replaceAll("''", "'"),
    );
    const keys = filter.startsWith("id")
      ? values
      : values.map((each) => this.#names.get(each.toLowerCase()) ?? "");
    const users = keys.map((key) => this.users.get(key)).filter((user) => user !== undefined);
    return answer(200, { value: users.map((user) => picked(user, select)) });
  }

  /** The groups, the reports or the manager of a user. */
  #related(user: string, what: string, select: readonly string[]): GraphAnswer {
    if (what === "memberOf") {
      const groups = [...this.groups].filter(([key]) => this.members.get(key)?.has(user));
      return listOf(
        groups.map(([, group]) => group),
        "group",
        select,
      );
    }
    if (what === "directReports") {
      const reports = [...this.managers].filter(([, boss]) => boss === user);
      return listOf(
        reports.map(([report]) => this.users.get(report)!),
        "user",
        select,
      );
    }
    const boss = this.users.get(this.managers.get(user) ?? "");
    return boss
      ? answer(200, { "@odata.type": "#microsoft.graph.user", ...picked(boss, select) })
      : missing;
  }
}

/** What a filter of `property eq 'value'`, joined by `or`, finds. Case makes no difference, as in Graph. */
function filtered(
  objects: ReadonlyMap<string, Properties>,
  filter: string,
  select: readonly string[],
  top: number,
): GraphAnswer {
  const clauses = filter.split(/ or (?=\w+ eq ')/).map((clause) => {
    const [, property = "", value = ""] = /^(\w+) eq '(.*)'$/.exec(clause) ?? [];
    return { property, value: value.replaceAll("''", "'").toLowerCase() };
  });
  if (clauses.length > 15) return answer(400, {}, "Request_UnsupportedQuery");
  const found = [...objects.values()].filter((object) =>
    clauses.some(({ property, value }) => {
      const has = object[property];
      return typeof has === "string" && has.toLowerCase() === value;
    }),
  );
  const value = found.slice(0, top).map((object) => picked(object, select));
  const next = found.length > top ? { "@odata.nextLink": "https://graph.example/v1.0/more" } : {};
  return answer(200, { value, ...next });
}
const listOf = (
  objects: readonly Properties[],
  type: "user" | "group",
  select: readonly string[],
): GraphAnswer =>
  answer(200, {
    value: objects.map((each) => ({
      "@odata.type": `#microsoft.graph.${type}`,
      ...picked(each, select),
    })),
  });

const picked = (object: Properties, select: readonly string[]): Properties =>
  Object.fromEntries(select.map((name) => [name, object[name] ?? null]));

/** An answer as the Graph client hands it over. */
export const answer = (status: number, body: unknown, code?: string): GraphAnswer => ({
  status,
  headers: {},
  body,
  requestId: "read/1",
  ...(code !== undefined && { error: { code, message: code } }),
});

const counted = (count: number): GraphAnswer => answer(200, { "@odata.count": count, value: [] });

const missing = answer(404, {}, "Request_ResourceNotFound");

/** The first page of a list of objects. */
const pageOf = (ids: readonly string[], top: number): GraphAnswer =>
  answer(200, {
    value: ids.slice(0, top).map((each) => ({ id: each })),
    ...(ids.length > top && { "@odata.nextLink": "https://graph.example/v1.0/next" }),
  });
