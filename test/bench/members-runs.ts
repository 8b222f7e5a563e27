import { csvLine } from "../../shared/batches/formats/csv.ts";
import { setStage, type Stage } from "../stage/stage.ts";
import { wideGuards } from "../stage/wide-guards.ts";
import { approve, untilFinished } from "./approve.ts";
import { deleteUsers } from "./members-deletes.ts";
import type { Dirt, MembersRun } from "./members-report.ts";

/* The runs with one number of members that count as one write, in a cloud and a process of their own (members.ts). */

/** What the process runs. */
export interface MembersOrder {
  readonly shapes: readonly Shape[];
  readonly membersPerWrite: number;
  /** A dirty run for each. */
  readonly dirts: readonly Dirt[];
}

interface Shape {
  readonly groups: number;
  readonly rows: number;
}

const SPEED = 10;
/** Members of a group in runs with many groups: as many as one request takes. */
const OF_EACH = 20;
/** The share of writes that are refused because another to the same group is in flight. */
const CONFLICTS = 0.1;
/** Every so manieth row is dirty: 3 %. */
const DIRTY_EVERY = 33;

process.send?.(await runAll(JSON.parse(process.argv[2] ?? "{}") as MembersOrder));

/** Runs of a product that takes so many members of a request as one write, and of a Graph that does so, too. */
async function runAll({
  shapes,
  membersPerWrite,
  dirts,
}: MembersOrder): Promise<readonly MembersRun[]> {
  const calls: number[] = [];
  const stage = await setStage({
    onInvocation: ({ phase, functionName }) => {
      if (phase === "started" && functionName === "runTenant") calls.push(performance.now());
    },
    cloud: {
      speed: SPEED,
      graph: {
        seed: {
          users: 2 * Math.max(...shapes.map(({ rows }) => rows)),
          synced: 0,
          guests: 0,
          disabled: 0,
        },
      },
    },
    settings: async () => ({
      ...wideGuards,
      GRAPH_MEMBERS_PER_WRITE: String(membersPerWrite),
      GRAPH_RETRY_FLOOR_SECONDS: String(1 / SPEED),
      GRAPH_TIMEOUT_SECONDS: String(60 / SPEED),
    }),
  });
  try {
    await stage.cloud.control.graph("conditions", { membersPerWrite, objectConflicts: CONFLICTS });
    const done: MembersRun[] = [];
    for (const shape of shapes) {
      for (const dirt of [undefined, ...dirts]) {
        done.push(await oneRun({ stage, calls }, shape, membersPerWrite, dirt));
      }
    }
    return done;
  } finally {
    await stage.close();
  }
}

/** A row, and what must become of it. */
interface Edge {
  readonly group: string;
  readonly member: string;
  readonly becomes: "done" | "unchanged" | "failed";
}

async function oneRun(
  { stage, calls }: { readonly stage: Stage; readonly calls: readonly number[] },
  shape: Shape,
  membersPerWrite: number,
  dirt: Dirt | undefined,
): Promise<MembersRun> {
  const { control } = stage.cloud;
  const batch = `${shape.groups}-by-${membersPerWrite}-${dirt?.replace(", ", "-") ?? "clean"}`;
  await control.graph("meters", { on: false });
  await control.graph("conditions", { missingMember: dirt === "since, 400" ? "400" : "404" });
  const edges = await edgesOf(stage, shape, dirt !== undefined);
  if (dirt === "before") await dirty(stage, edges);
  const file = `staged/${batch}.csv`;
  const rows = edges.map(({ group, member }) => csvLine([group, member]));
  await stage.upload(file, csvLine(["group", "member"]) + rows.join(""));
  const message = { version: 1, batch, mode: "plan", operation: "group.add-member", file };
  await stage.send("accept", JSON.stringify(message));
  const planned = await stage.settled(batch, { timeoutMs: 300_000 });
  if (dirt !== "before") await dirty(stage, edges);
  await control.graph("meters", { on: true });
  await control.graph("meterLevel", { level: 0 });
  await control.graph("resetCounters", {});
  const approvedMs = performance.now();
  await approve(stage, batch, planned.digest);
  await untilFinished(stage, batch, { timeoutMs: 600_000, everyMs: 20 });
  const endedMs = performance.now();
  const calledMs = calls.find((each) => each > approvedMs) ?? approvedMs;
  const counters = await control.graph("counters", {});
  const report = JSON.parse((await stage.read(`${batch}/report.json`)) ?? "{}") as {
    rows: readonly { readonly row: number; readonly verdict: string }[];
  };
  const verdicts = new Map(report.rows.map(({ row, verdict }) => [row, verdict]));
  const wrong = edges.filter(({ becomes }, at) => verdicts.get(at + 1) !== becomes);
  const culprits = edges.filter(({ becomes }) => becomes !== "done").length;
  const { firstWriteMs = 0, lastWriteMs = 0 } = counters;
  const run = {
    groups: shape.groups,
    rows: edges.length,
    membersPerWrite,
    dirt,
    seconds: (endedMs - calledMs) / 1000,
    writingSeconds: (lastWriteMs - firstWriteMs) / 1000,
    units: counters.acceptedWrites,
    culprits,
    throttled: counters.throttledOperations,
    wrong: wrong.length,
  };
  console.log(JSON.stringify(run));
  return run;
}

/** New groups, and members that no row of the run has twice. */
async function edgesOf(
  { cloud: { control } }: Stage,
  { groups, rows }: Shape,
  isDirty: boolean,
): Promise<readonly Edge[]> {
  const { users } = await control.graph("snapshot", { properties: ["accountEnabled"] });
  const ids: string[] = [];
  for (let at = 0; at < groups; at += 1) {
    const values = { displayName: `Team ${at}`, securityEnabled: true, mailEnabled: false };
    ids.push((await control.graph("create", { kind: "group", values })).id);
  }
  return Array.from({ length: rows }, (_, at) => {
    const every = isDirty && at % DIRTY_EVERY === DIRTY_EVERY - 1;
    const group = ids[groups === 1 ? 0 : Math.floor(at / OF_EACH) % groups]!;
    const becomes = !every ? "done" : Math.floor(at / DIRTY_EVERY) % 2 ? "unchanged" : "failed";
    return { group, member: users[at]!.id, becomes };
  });
}

/** What somebody else does. */
async function dirty(stage: Stage, edges: readonly Edge[]): Promise<void> {
  for (const { group, member, becomes } of edges) {
    if (becomes !== "unchanged") continue;
    await stage.cloud.control.graph("link", { relation: "members", from: group, to: member });
  }
  await deleteUsers(
    stage,
    edges.flatMap(({ member, becomes }) => (becomes === "failed" ? member : [])),
  );
}
