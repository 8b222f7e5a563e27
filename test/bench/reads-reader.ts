import { createClients, surroundings } from "../../shared/app/clients.ts";
import { readSettings } from "../../shared/app/settings.ts";
import { chunk } from "../../shared/core/chunk.ts";
import type { GraphRead } from "../../shared/core/graph-request.ts";
import { createGraph } from "../../shared/graph/graph.ts";
import { createTransport, type Send } from "../../shared/graph/transport.ts";

/*
 * A process that reads in bulk, users alone and the members of groups, through the
 * product's client of Graph, as much as its pacer of resource units allows. It counts what each post cost.
 */

/** What it reads of, and when it begins and ends. */
export type ReaderOrder =
  | { readonly do: "begin"; readonly users: readonly string[]; readonly groups: readonly string[] }
  | { readonly do: "end" };

/** What one answered post came to. */
export interface PostTally {
  /** Half way between the request and its answer, when Graph took it: milliseconds since the epoch. */
  readonly atMs: number;
  readonly tookMs: number;
  readonly units: number;
  readonly reads: number;
  readonly throttled: number;
}

/** Users of one look-up, and groups beside them: as many resource units of each kind as of the other. */
const [USERS, GROUPS] = [200, 50];

const settings = readSettings(process.env);
const [tenant = ""] = settings.tenants;
const { tokens, graphResource } = createClients(settings);
const tallies: PostTally[] = [];
const transport = createTransport();

/** Counts in the text of the answer, which costs less than to parse it twice. */
const counting: Send = async (request) => {
  const sentMs = performance.now();
  const answer = await transport(request);
  const tookMs = performance.now() - sentMs;
  const costs = [...answer.text.matchAll(/"x-ms-resource-unit":\s*"(\d+)"/g)];
  const throttled = [...answer.text.matchAll(/"x-ms-throttle-scope"/g)].length;
  tallies.push({
    atMs: performance.timeOrigin + sentMs + tookMs / 2,
    tookMs,
    units: costs.reduce((sum, [, units]) => sum + Number(units), 0),
    reads: costs.length + throttled,
    throttled,
  });
  return answer;
};

const graph = createGraph({
  ...surroundings,
  emit: () => undefined,
  cloud: settings.cloud,
  tenant,
  getToken: (demand) => tokens.get(tenant, graphResource, demand),
  send: counting,
  settings: {
    retryFloorMs: settings.GRAPH_RETRY_FLOOR_SECONDS * 1000,
    resourceUnitQuota: settings.GRAPH_RESOURCE_UNIT_QUOTA,
    resourceUnitWindowMs: settings.GRAPH_RESOURCE_UNIT_WINDOW_SECONDS * 1000,
    readReserve: settings.GRAPH_READ_RESERVE_PERCENT / 100,
  },
});
const end = new AbortController();

/** Users and groups in turn, two look-ups at a time: a planner reads the next shard while it plans one. */
async function read(users: readonly string[], groups: readonly string[]): Promise<void> {
  const usersAtOnce = chunk(users, USERS);
  const groupsAtOnce = chunk(groups, GROUPS);
  async function lookUpUsers(at: number): Promise<void> {
    await graph.readAll((usersAtOnce[at % usersAtOnce.length] ?? []).map(userOf));
  }
  async function lookUpMembers(at: number): Promise<void> {
    await graph.readAll((groupsAtOnce[at % groupsAtOnce.length] ?? []).map(membersOf));
  }
  await Promise.all(
    [lookUpUsers, lookUpMembers].map(async (lookUp) => {
      for (let at = 0; !end.signal.aborted; at++) await lookUp(at);
    }),
  );
}

const userOf = (user: string): GraphRead => ({
  method: "GET",
  url: `/users/${encodeURIComponent(user)}?$select=id,accountEnabled,department`,
});

const membersOf = (group: string): GraphRead => ({
  method: "GET",
  url: `/groups/${group}/transitiveMembers?$select=id&$top=999`,
});

let done: Promise<void> = Promise.resolve();
process.on("message", (order: ReaderOrder) => {
  if (order.do === "begin") {
    done = read(order.users, order.groups);
    return;
  }
  end.abort();
  void done.then(() => process.send?.(tallies));
});
// Signed in before it counts.
await tokens.get(tenant, graphResource);
process.send?.("ready");
