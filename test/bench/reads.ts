import { buildInto } from "../../scripts/build.ts";
import { dist, setStage } from "../stage/stage.ts";
import { measuredRun, polling } from "./measured-run.ts";
import { percent, quotaShare } from "./quota-report.ts";
import { readFigures } from "./reads-figures.ts";
import { LEAVERS, READERS, readersStory, type Story } from "./reads-story.ts";
import { conclude, judge, readOptions, table } from "./show.ts";

/**
 * `npm run bench:reads`: how eight processes share a tenant's resource units while a runner writes at the
 * full quota. The whole product writes; the readers look up as planners do; another tool with the same
 * application reads without any pacing, so that it and the writes take more than the reserve and the readers have to
 * make room. Local cloud at ten times Graph's rates,
 * latency on. A window of the resource units is one second there.
 */
const options = readOptions();
const SPEED = 10;
/** Writes a second of an application in a tenant, at speed 1. */
const WRITES = 20;
/** Resource units in 10 s of a tenant with 50 to 500 users. */
const QUOTA = 5000;
const USERS = 450;
const WINDOW_MS = 10_000 / SPEED;
const UNITS_PER_MS = QUOTA / WINDOW_MS;
/** GRAPH_READ_RESERVE_PERCENT is 15 by default. */
const RESERVE = 0.15;
/**
 * Writes use 4 % of the units, the other tool the rest of the reserve and so much more. Without that 85 % would be
 * exactly what is left to readers who do everything right, and the bar a matter of luck.
 */
const BEYOND_RESERVE = 0.02;
const TOOL_UNITS = (RESERVE + BEYOND_RESERVE) * UNITS_PER_MS * 1000 - WRITES * SPEED;
const ACTS = options.short
  ? { seven: 1500, eight: 4000, four: 1500 }
  : { seven: 8000, eight: 10_000, four: 6000 };
const ROWS_ALONE = options.short ? 500 : 3000;
const STORY_MS = ACTS.seven + ACTS.eight + ACTS.four;
const ROWS_BESIDE = Math.round((1.1 * STORY_MS * WRITES * SPEED) / 1000);

await buildInto(dist, "functions/index.ts");
const stage = await setStage({
  cloud: {
    speed: SPEED,
    graph: {
      seed: { users: USERS, groups: 100, membersPerGroup: 5, synced: 0, guests: 0, disabled: 0 },
    },
  },
  settings: async () => ({ GRAPH_RESOURCE_UNIT_QUOTA: String(QUOTA), ...polling() }),
});
const { play, close } = await readersStory(stage, {
  acts: ACTS,
  quota: QUOTA,
  toolUnits: TOOL_UNITS,
});
try {
  await measure();
} finally {
  close();
  await stage.close();
}

async function measure(): Promise<void> {
  const { users } = await stage.cloud.control.graph("snapshot", {
    properties: ["userPrincipalName"],
  });
  const names = users.map(({ values }) => String(values["userPrincipalName"]));
  const alone = await measuredRun(stage, {
    name: "alone",
    rows: ROWS_ALONE,
    users: names,
    speed: SPEED,
  });
  let story: Promise<Story> | undefined;
  const beside = await measuredRun(stage, {
    name: "beside",
    rows: ROWS_BESIDE,
    users: names,
    speed: SPEED,
    beside: async () => void (story = playOnceItWrites()),
  });
  const played = await story!;
  const { writesWithoutUnits } = await stage.cloud.control.graph("counters", {});
  show({ alone, beside, played, writesWithoutUnits });
}

/** The buckets were emptied for the run: by then that of the reads is full again. */
async function playOnceItWrites(): Promise<Story> {
  while ((await stage.cloud.control.graph("counters", {})).firstWriteMs === undefined)
    await new Promise((resolve) => setTimeout(resolve, 20));
  await new Promise((resolve) => setTimeout(resolve, WINDOW_MS));
  return await play();
}

type Run = Awaited<ReturnType<typeof measuredRun>>;

function show(measured: {
  alone: Run;
  beside: Run;
  played: Story;
  writesWithoutUnits: number;
}): void {
  const { alone, beside, played, writesWithoutUnits } = measured;
  const figures = readFigures(played, {
    quota: QUOTA,
    unitsPerMs: UNITS_PER_MS,
    overMs: WINDOW_MS / 2,
  });
  const left = 1 - RESERVE;
  const shares = figures.each.map((share, at) => [`reader ${at + 1}`, share] as const);
  console.log(
    table([
      ["while eight read", "of the quota", "of what the reserve leaves"],
      ...[...shares, ["together", figures.together] as const].map(([who, share]) => [
        who,
        percent(share),
        percent(share / left),
      ]),
    ]),
  );
  const writes = {
    alone: quotaShare(alone, WRITES * SPEED),
    beside: quotaShare(beside, WRITES * SPEED),
  };
  const windows = (ms: number | undefined): string =>
    ms === undefined ? "never" : `${(ms / WINDOW_MS).toFixed(1)} windows`;
  const toolShare = played.tool.units / (UNITS_PER_MS * played.tool.lastedMs);
  const throttledShare = figures.throttled / figures.reads;
  console.log(
    `\n${table([
      ["", "measured"],
      ["reads, throttled", `${figures.reads.toLocaleString("en")}, ${figures.throttled}`],
      ["answers to readers took, windows: the middle, 99 %", answers(figures)],
      ["writes throttled because of reads", String(writesWithoutUnits)],
      [
        "the other tool's share of the units, its reads throttled",
        `${percent(toolShare)}, ${played.tool.throttled}`,
      ],
      [
        "used by Graph's meter while eight read: mean, most",
        `${percent(figures.meter.mean)}, ${percent(figures.meter.most)}`,
      ],
      [
        "runner's share of the write quota alone, beside readers",
        `${percent(writes.alone)}, ${percent(writes.beside)}`,
      ],
      ["how fair the split is (Jain's index), least and most ÷ mean", spread(figures)],
      ["until a newcomer has four fifths of the others' share", windows(figures.newcomerMs)],
      [`until the others use what ${LEAVERS} of ${READERS} left`, windows(figures.takenOverMs)],
    ])}`,
  );
  judge([
    {
      name: "writes throttled because of reads",
      value: writesWithoutUnits,
      unit: "",
      bar: 0,
      atMost: true,
    },
    { name: "reads throttled", value: 100 * throttledShare, unit: " %", bar: 0.1, atMost: true },
    {
      name: "the other tool's reads throttled",
      value: played.tool.throttled,
      unit: "",
      bar: 0,
      atMost: true,
    },
    {
      name: "units used by Graph's meter, mean",
      value: 100 * figures.meter.mean,
      unit: " %",
      bar: 100 * left,
      atMost: true,
    },
    {
      name: "units of all readers",
      value: 100 * figures.together,
      unit: " %",
      bar: 100 * left,
      atMost: true,
    },
    {
      name: "writes beside readers ÷ alone",
      value: writes.beside / writes.alone,
      unit: "",
      bar: 0.97,
      atMost: false,
    },
  ]);
  const { moments, used, tool } = played;
  conclude(options, { figures, writes, writesWithoutUnits, moments, used, tool, alone, beside });
}

function answers({ answerMs }: ReturnType<typeof readFigures>): string {
  return [answerMs.middle, answerMs.slow].map((ms) => (ms / WINDOW_MS).toFixed(3)).join(", ");
}

function spread({ each, fairness, together }: ReturnType<typeof readFigures>): string {
  const mean = together / each.length;
  const [least, most] = [Math.min(...each) / mean, Math.max(...each) / mean];
  return `${fairness.toFixed(3)}, ${least.toFixed(2)}, ${most.toFixed(2)}`;
}
