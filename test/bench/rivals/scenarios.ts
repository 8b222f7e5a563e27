import type { Commands } from "../../cloud/graph/app/control.ts";

/** One race: what is to be done, from which state of the meters, and what goes wrong meanwhile. */
export interface Scenario {
  readonly name: string;
  readonly about: string;
  readonly tasks: "mixed" | "memberships";
  readonly count: number;
  /** How full the buckets are at the start; `off`: no meters. */
  readonly bucket: "empty" | "full" | "off";
  readonly seed: number;
  readonly faults: readonly Commands["addFault"]["argument"][];
  readonly conditions?: Commands["conditions"]["argument"];
  /** The share of memberships that are in place already, or whose member does not exist. */
  readonly dirty?: number;
  /** What another client writes a second (at speed 1) with our application. */
  readonly neighbor?: number;
  /** It runs once, however many rounds there are. */
  readonly once?: true;
}

/** One write in a hundred is refused for a limit that is not the write limit's. */
const stray429 = {
  at: "part",
  probability: 0.01,
  fault: {
    kind: "status",
    status: 429,
    retryAfterSeconds: 10,
    headers: { "x-ms-throttle-information": "ResourceUnitLimitExceeded" },
  },
} as const;
const stray503 = { at: "part", probability: 0.01, fault: { kind: "status", status: 503 } } as const;
/** The change is made and the answer is lost. */
const lostAnswer = {
  at: "request",
  path: "^/(\\$batch|users|groups)",
  probability: 0.01,
  fault: { kind: "reset", committed: true },
} as const;

const mixed = { tasks: "mixed", bucket: "empty", seed: 1, faults: [] } as const;

/** The races. A short one has a tenth of the tasks, and fewer races. */
export function scenarios(short: boolean): readonly Scenario[] {
  const count = short ? 400 : 4000;
  const all: readonly Scenario[] = [
    { ...mixed, name: "A empty", about: "mixed, empty bucket", count },
    { ...mixed, name: "A full", about: "mixed, full bucket", count, bucket: "full" },
    {
      ...mixed,
      name: "A sliding",
      once: true,
      about: "mixed, empty sliding window",
      count,
      conditions: { writeMeter: "sliding-window" },
    },
    {
      ...mixed,
      name: "A neighbor",
      once: true,
      about: "mixed, empty bucket, another client writes 5 a second in the same quota",
      count,
      neighbor: 5,
    },
    {
      ...mixed,
      name: "B members",
      about: "memberships in 40 groups, a PATCH books one write in three",
      tasks: "memberships",
      count: short ? 600 : 6000,
    },
    {
      ...mixed,
      name: "B published",
      about: "memberships in 40 groups, a PATCH books one write",
      tasks: "memberships",
      count: short ? 600 : 6000,
      conditions: { membersPerWrite: 20 },
    },
    {
      ...mixed,
      name: "B dirty",
      once: true,
      about: "memberships, 3 % in place already or of nobody",
      tasks: "memberships",
      count: short ? 600 : 6000,
      dirty: 0.03,
    },
    ...[1, 2].map((seed): Scenario => ({
      ...mixed,
      name: `C trouble ${seed}`,
      about: "mixed, 1 % of parts 429, 1 % 503, 1 % of posts lose their answer",
      count,
      seed,
      faults: [stray429, stray503, lostAnswer],
    })),
    {
      ...mixed,
      name: "C 429",
      once: true,
      about: "mixed, 1 % of parts 429",
      count,
      faults: [stray429],
    },
    {
      ...mixed,
      name: "C 503",
      once: true,
      about: "mixed, 1 % of parts 503",
      count,
      faults: [stray503],
    },
    {
      ...mixed,
      name: "C lost",
      once: true,
      about: "mixed, 1 % of answers lost",
      count,
      faults: [lostAnswer],
    },
    { ...mixed, name: "D no quota", once: true, about: "mixed, no meters", count, bucket: "off" },
  ];
  return short ? all.filter(({ name }) => /^(A full|C trouble 1)$/.test(name)) : all;
}
