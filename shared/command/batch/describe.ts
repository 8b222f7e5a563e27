import type { Control, RecordedDecision } from "../../records/decisions/control.ts";
import type { BatchManifest } from "../../records/manifest.ts";
import type { Plan, PlannedSeats } from "../../records/plan.ts";
import { whoInWords } from "../../records/who.ts";
import { countsText, duration, figure, some } from "../terminal/figures.ts";
import { type Cells, factsText, tableText } from "../terminal/table.ts";
import type { Detail } from "./detail.ts";

/** Everything about one batch, as a person reads it, and what can be done next. */
export function describeBatch(detail: Detail, self: string): string {
  const { plan, control } = detail;
  return [
    factsText(mainFacts(detail)),
    ...(plan === undefined ? [] : [factsText(planFacts(plan)), guardsText(plan)]),
    decisionsText(control),
    nextSteps(detail, self),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

function mainFacts({ batch, manifest, status, refused, problem }: Detail): Cells {
  const { state, verdicts, writesPerSecond = 0, etaSeconds } = status ?? {};
  return {
    batch,
    state: state ?? "accepted",
    why: refused?.what ?? status?.reason ?? problem?.what,
    "what to do": refused?.fix ?? status?.fix ?? problem?.fix,
    where: refused === undefined ? undefined : placeOf(refused),
    rows: figure(manifest?.rows ?? status?.rows ?? 0),
    verdicts: verdicts && countsText(verdicts),
    speed: state === "running" ? `${writesPerSecond.toFixed(1)} writes/s` : undefined,
    left: state === "running" && typeof etaSeconds === "number" ? duration(etaSeconds) : undefined,
    throttled: status?.throttled ? figure(status.throttled) : undefined,
    mode: manifest?.mode,
    priority: manifest?.priority,
    operation: manifest?.operation,
    recipes: recipesInWords(manifest?.recipes),
    from: manifest && sourceOf(manifest),
    by: manifest?.submitter && whoInWords(manifest.submitter),
    tenant: manifest?.tenant,
    "not before": manifest?.notBefore,
    "not after": manifest?.notAfter,
    made: manifest?.origin && `${manifest.origin.kind} of ${manifest.origin.of}`,
    accepted: manifest?.acceptedAt,
    updated: status?.updatedAt,
  };
}

const placeOf = ({ file, row, column }: NonNullable<Detail["refused"]>): string =>
  [file, row === undefined ? "" : `row ${row}`, column === undefined ? "" : `column ${column}`]
    .filter(Boolean)
    .join(", ");

function sourceOf({ source }: BatchManifest): string {
  const { file } = source;
  return file === undefined ? "rows in a message" : `inbox/${file.path}`;
}

/** What a plan says that does not concern a guard. */
export function planFacts(plan: Plan): Cells {
  const { operations, permissions, lacking = [] } = plan;
  return {
    plan: plan.digest,
    planned: plan.plannedAt,
    "would write": some(plan.writes, "change"),
    takes: `${duration(plan.estimatedSeconds)} at the full quota, alone`,
    operations: Object.entries(operations)
      .map(([name, { rows }]) => `${name} ${figure(rows)}`)
      .join(", "),
    recipes: recipesInWords(plan.recipes),
    seats: (plan.seats ?? []).map(seatsInWords).join("; "),
    permissions: Object.keys(permissions).join(", "),
    lacking: lacking
      .map(({ permission, rows }) => `${permission} (${some(rows, "row")})`)
      .join(", "),
  };
}

/** Recipes of the deployment's own, as an approval fixes them. */
const recipesInWords = (recipes: Plan["recipes"] = []): string =>
  recipes
    .map(({ name, path, sha256 }) => `${name} as in inbox/${path} (sha256 ${sha256.slice(0, 12)}…)`)
    .join(", ");

const seatsInWords = ({ license, needed, freed, short, left }: PlannedSeats): string =>
  `${license}: ${needed} needed, ${freed} freed, ${short > 0 ? `${short} SHORT` : `${left} left`}`;

/** Every guard with what it counted; empty if the plan has none. */
export function guardsText(plan: Plan): string {
  if (plan.guards.length === 0) return "";
  return tableText(
    plan.guards.map((finding) => ({
      guard: finding.guard,
      scope: finding.scope,
      held: finding.held ? "HELD" : "ok",
      count: figure(finding.count),
      limit: figure(finding.limit),
      left: figure(finding.left),
      setting: finding.setting,
    })),
  );
}

/** What people decided, the latest last. */
function decisionsText({ decisions }: Control): string {
  if (decisions.length === 0) return "";
  return tableText(decisions.slice(-10).map(decisionCells));
}

const decisionCells = (made: RecordedDecision): Cells => ({
  decision: made.decision,
  outcome: made.outcome,
  at: made.at.slice(0, 19),
  by: whoInWords(made.by),
  why: [made.reason, made.why].filter(Boolean).join("; "),
  as: made.as,
});

/** The commands that can follow. */
function nextSteps({ batch, status, digest, refused }: Detail, self: string): string {
  const steps: string[] = [];
  const state = status?.state;
  if (refused !== undefined) return "";
  if ((state === "held" || state === "planned") && digest !== undefined) {
    steps.push(
      `see its rows: ${self} report ${batch}`,
      `${state === "held" ? "release it" : "run it"}: ${self} approve ${batch} --plan ${digest}`,
      `end it: ${self} reject ${batch}`,
    );
  }
  if (state === "running") {
    steps.push(`follow it: ${self} watch ${batch}`, `stop it: ${self} cancel ${batch}`);
  }
  if (state === "paused") steps.push(`continue: ${self} resume ${batch}`);
  if (status !== undefined && status.verdicts.failed > 0) {
    steps.push(`see why: ${self} show ${batch} --rows failed`);
    if (state === "finished") steps.push(`try them again: ${self} rerun ${batch}`);
  }
  return steps.length === 0 ? "" : `Next\n${steps.map((step) => `  ${step}`).join("\n")}`;
}
