import { type Clock, systemClock } from "../../shared/core/clock.ts";
import { OperatorError } from "../../shared/core/errors.ts";
import type { GraphAnswer, GraphRequest } from "../../shared/core/graph-request.ts";
import { type ObjectId, toObjectId } from "../../shared/core/object-id.ts";
import type { Graph, PostResult } from "../../shared/graph/types.ts";
import { absent, answer, refusal } from "./directory-answers.ts";
import { boundIn, keysOf } from "./request-keys.ts";

/** What happens to one part of a post. */
export type PartFault =
  | "none"
  | "throttle"
  | "conflict"
  /** 403. */
  | "denied"
  /** 404: what it names has not replicated. */
  | "unseen"
  /** 204, and nothing is changed. */
  | "pretended"
  | "unavailable"
  | "done-unavailable"
  | "left-out";
/** What happens to a whole post. `late`: no answer, and the change is made only after a while; `down`: 503. */
export type PostFault =
  | "none"
  | "refuse"
  | "forbid"
  | "throttle"
  | "down"
  | "lose-before"
  | "lose-after"
  | "lose-late";

export interface Faults {
  post(requests: readonly GraphRequest[]): PostFault;
  part(request: GraphRequest): PartFault;
  /** Milliseconds until an answer comes. */
  latencyMs(): number;
  isLookLost(request: GraphRequest): boolean;
}

export const noFaults: Faults = {
  post: () => "none",
  part: () => "none",
  latencyMs: () => 1,
  isLookLost: () => false,
};

type User = Record<string, unknown> & { readonly id: string };

/**
 * A directory small enough to be seen to be right: users, groups and their members, strictly
 * consistent. It counts every change it makes, and every time two writes to one object or edge were
 * under way together.
 */
export class TinyDirectory implements Graph {
  readonly root = "https://graph.example/v1.0";
  readonly timeoutMs: number;
  readonly users = new Map<string, User>();
  readonly groups = new Map<string, Set<string>>();
  /** The password that each user was given last. */
  readonly passwords = new Map<string, string>();
  /** How often each change was made, by what it was. */
  readonly made = new Map<string, number>();
  readonly overlaps: string[] = [];
  readonly edgesAtMost = new Map<string, number>();
  posts = 0;
  looks = 0;
  faults: Faults;
  /** Asked with each post's requests when it arrives. */
  watch: (requests: readonly GraphRequest[]) => void = () => undefined;
  /** Members that no object has the id of, and how Graph says so when several are added. */
  readonly missing = new Set<string>();
  namesMissing = true;
  /** How many members each request that adds several had. */
  readonly shared: number[] = [];
  #underWay = new Map<string, number>();
  #ids = 0;
  /** What a 429 or 503 is told to wait, milliseconds. */
  readonly #retryAfterMs: number;
  readonly #clock: Clock;
  readonly #endsInTime: boolean;

  constructor(
    options: {
      readonly timeoutMs?: number;
      readonly faults?: Faults;
      readonly retryAfterMs?: number;
      readonly clock?: Clock;
      /** No post takes effect after its time limit, however slow the machine is; its clock must be the runner's. */
      readonly endsInTime?: boolean;
    } = {},
  ) {
    this.#endsInTime = options.endsInTime ?? false;
    this.#clock = options.clock ?? systemClock;
    this.timeoutMs = options.timeoutMs ?? 50;
    this.#retryAfterMs = options.retryAfterMs ?? 5;
    this.faults = options.faults ?? noFaults;
  }

  addUser(properties: Record<string, unknown>): ObjectId {
    this.#ids += 1;
    const id = toObjectId(`00000000-0000-4000-8000-${String(this.#ids).padStart(12, "0")}`);
    const at = new Date(this.#clock.now()).toISOString();
    this.users.set(id, { accountEnabled: true, createdDateTime: at, ...properties, id });
    return id;
  }

  async post(
    requests: readonly GraphRequest[],
    { intentAtMs = Infinity }: { readonly intentAtMs?: number } = {},
  ): Promise<PostResult> {
    const endMs = this.#endsInTime ? intentAtMs + this.timeoutMs : Infinity;
    const isOver = (): boolean => this.#clock.now() >= endMs;
    const requestId = `post-${(this.posts += 1)}`;
    this.watch(requests);
    const fault = this.faults.post(requests);
    const notTaken = { kind: "not-taken", retryAfterMs: 5 } as const;
    if (fault === "refuse")
      return { ...notTaken, status: 400, error: { code: "BadRequest", message: "" } };
    if (fault === "forbid") return { ...notTaken, status: 403 };
    if (fault === "throttle") return { ...notTaken, status: 429 };
    if (fault === "down") {
      return { kind: "lost", reason: "503", status: 503, retryAfterMs: this.#retryAfterMs };
    }
    const keys = requests.flatMap(keysOf);
    this.#enter(keys);
    if (fault === "lose-late") {
      // What was sent takes effect at some time before the time limit, and no answer comes.
      void this.#applyLate(requests, requestId, isOver).finally(() => this.#leave(keys));
      await this.#clock.sleep(this.faults.latencyMs());
      return { kind: "lost", reason: "the connection was reset" };
    }
    await this.#clock.sleep(this.faults.latencyMs());
    const parts =
      fault === "lose-before" || isOver()
        ? []
        : requests.map((request, index) => this.#part(request, `${requestId}/${index}`));
    await this.#clock.sleep(this.faults.latencyMs());
    this.#leave(keys);
    if (fault !== "none" || isOver()) return { kind: "lost", reason: "no answer" };
    return { kind: "answered", requestId, parts };
  }

  readAll: Graph["readAll"] = async (requests, { unanswered } = {}) => {
    this.looks += 1;
    await this.#clock.sleep(1);
    const answers: GraphAnswer[] = [];
    for (const [index, request] of requests.entries()) {
      if (!this.faults.isLookLost(request)) {
        answers[index] = this.#apply(request, "look");
        continue;
      }
      const lost = new OperatorError("READ_INCOMPLETE", "lost", { fix: "", disposition: "retry" });
      if (!unanswered) throw lost;
      unanswered(index, lost);
    }
    return answers;
  };

  pages(): AsyncIterable<never> {
    throw new TypeError("the runner reads no pages");
  }

  #part(request: GraphRequest, requestId: string): GraphAnswer | undefined {
    const fault = this.faults.part(request);
    const refuse = (status: number, code: string): GraphAnswer => ({
      ...answer(status, requestId, { error: { code, message: "told to" } }),
      retryAfterMs: status === 409 ? undefined : this.#retryAfterMs,
    });
    if (fault === "throttle") return refuse(429, "TooManyRequests");
    if (fault === "conflict") return refuse(409, "Directory_ConcurrencyViolation");
    if (fault === "unseen") return refuse(404, "Request_ResourceNotFound");
    if (fault === "denied") return refuse(403, "Authorization_RequestDenied");
    if (fault === "pretended") return answer(204, requestId);
    if (fault === "unavailable") return refuse(503, "serviceNotAvailable");
    const done = this.#apply(request, requestId);
    if (fault === "done-unavailable") return refuse(503, "serviceNotAvailable");
    return fault === "left-out" ? undefined : done;
  }

  async #applyLate(requests: readonly GraphRequest[], requestId: string, isOver: () => boolean) {
    await this.#clock.sleep(this.timeoutMs * 0.8);
    if (!isOver()) for (const request of requests) this.#apply(request, requestId);
  }

  #enter(keys: readonly string[]): void {
    for (const key of keys) {
      const count = (this.#underWay.get(key) ?? 0) + 1;
      this.#underWay.set(key, count);
      if (key.startsWith("group:")) {
        this.edgesAtMost.set(key, Math.max(count, this.edgesAtMost.get(key) ?? 0));
      } else if (count > 1 && !key.startsWith("member:")) this.overlaps.push(key);
      // Memberships of one member may go together, but not beside a write to the member.
      const [, kind, id = ""] = /^(user|member):(.*)$/.exec(key) ?? [];
      const beside = `${kind === "user" ? "member" : "user"}:${id}`;
      if (kind && (this.#underWay.get(beside) ?? 0) > 0) this.overlaps.push(`${key} ${beside}`);
    }
  }

  #leave(keys: readonly string[]): void {
    for (const key of keys) this.#underWay.set(key, (this.#underWay.get(key) ?? 1) - 1);
  }

  #count(change: string): void {
    this.made.set(change, (this.made.get(change) ?? 0) + 1);
  }

  #apply(request: GraphRequest, requestId: string): GraphAnswer {
    const { method } = request;
    const path = new URL(request.url, "https://graph.example").pathname.split("/").slice(1);
    const [kind, name = "", , member] = path.map(decodeURIComponent);
    const body = "body" in request ? request.body : {};
    const reply = (status: number, what?: unknown) => answer(status, requestId, what);
    const ended = method === "POST" ? this.users.get(name) : undefined;
    if (kind === "users" && ended) {
      const at = new Date(this.#clock.now() - 20_000).toISOString().replace(/\.\d+Z$/, "Z");
      Object.assign(ended, { signInSessionsValidFromDateTime: at });
      return reply(200, { value: true });
    }
    if (kind === "users" && method === "POST") {
      const upn = body["userPrincipalName"];
      const taken = [...this.users.values()].some((user) => user["userPrincipalName"] === upn);
      if (taken) return refusal(requestId, 400, TAKEN);
      const { passwordProfile, ...properties } = body;
      this.#count(`create ${String(upn)}`);
      const id = this.addUser(properties);
      this.passwords.set(id, passwordIn(passwordProfile));
      return reply(201, this.users.get(id));
    }
    if (kind === "users" && method === "GET" && name === "") return this.#list(request.url, reply);
    if (kind === "users") {
      const named = [...this.users.values()].find((each) => each["userPrincipalName"] === name);
      const user = this.users.get(name) ?? named;
      if (!user) return refusal(requestId, 404, "Resource does not exist");
      if (method === "GET") return reply(200, user);
      if (method === "DELETE") this.users.delete(user.id);
      const { passwordProfile, ...properties } = body;
      if (method === "PATCH") Object.assign(user, properties);
      if (passwordProfile) this.passwords.set(user.id, passwordIn(passwordProfile));
      this.#count(`${method} ${name} ${JSON.stringify(properties)}`);
      return reply(204);
    }
    const members = this.groups.get(name);
    if (!members) return refusal(requestId, 404, `Resource '${name}' does not exist`);
    if (method === "GET") {
      const value = idsIn(request.url).filter((id) => members.has(id));
      return reply(200, { value: value.map((id) => ({ id })) });
    }
    if (method === "PATCH") return this.#addAll(name, members, boundIn(request), requestId);
    const id = method === "DELETE" ? (member ?? "") : String(body["@odata.id"]).split("/").pop()!;
    const isIn = members.has(id);
    if (method === "POST" && this.missing.has(id)) return absent(requestId, id);
    if (method === "POST" && isIn) return refusal(requestId, 400, ALREADY);
    if (method === "DELETE" && !isIn) return absent(requestId, id);
    if (method === "POST") members.add(id);
    else members.delete(id);
    this.#count(`${method} ${name} ${id}`);
    return reply(204);
  }

  /** Members are ids without users: whoever asks for ids alone finds them too. */
  #list(url: string, reply: (status: number, content: unknown) => GraphAnswer): GraphAnswer {
    const other = /\$select=id(&|$)/.test(url);
    const ids = idsIn(url).filter((id) => !this.missing.has(id));
    return reply(200, { value: ids.flatMap((id) => this.users.get(id) ?? (other ? { id } : [])) });
  }

  /** Adds several members or none. */
  #addAll(
    group: string,
    members: Set<string>,
    ids: readonly string[],
    requestId: string,
  ): GraphAnswer {
    this.shared.push(ids.length);
    const gone = ids.find((id) => this.missing.has(id));
    if (gone !== undefined) {
      return this.namesMissing ? absent(requestId, gone) : refusal(requestId, 400, UNNAMED);
    }
    if (ids.some((id) => members.has(id))) return refusal(requestId, 400, ALREADY);
    for (const id of ids) {
      members.add(id);
      this.#count(`POST ${group} ${id}`);
    }
    return answer(204, requestId);
  }
}

const passwordIn = (profile: unknown): string =>
  String((profile as { password?: string } | undefined)?.password);

const UNNAMED = "The source resource object or one of the objects being referenced don't exist.";
const TAKEN = "Another object with the same value for property userPrincipalName already exists.";
const ALREADY =
  "One or more added object references already exist for the following modified properties: 'members'.";

/** The ids that a filter asks for. */
const idsIn = (url: string): string[] =>
  [...decodeURIComponent(url).matchAll(/'([0-9a-f-]{36})'/g)].map(([, id]) => id ?? "");
