import { decide } from "../../../shared/batches/decisions/decide.ts";
import type { BatchPorts, Decided } from "../../../shared/batches/ports.ts";
import type { TelemetryEvent } from "../../../shared/core/telemetry.ts";
import type { Control } from "../../../shared/records/decisions/control.ts";
import type { SignedDecision } from "../../../shared/records/decisions/decision.ts";
import { decision } from "../../records/decisions.ts";
import { home, openWorkshop, type Workshop } from "../workshop.ts";

/** A workshop with eleven people to delete, which is one more than the cap, and what is decided there. */
export interface Desk extends Workshop {
  readonly rows: readonly { readonly operation: string; readonly user: string }[];
  /** Submits batch `leavers`. */
  readonly submit: (mode?: "apply" | "plan", rows?: readonly object[]) => Promise<unknown>;
  readonly digest: () => string;
  readonly approve: (parts?: Partial<SignedDecision>) => SignedDecision;
  readonly say: (message: unknown) => Promise<Decided>;
  readonly status: () => Record<string, unknown>;
  readonly control: (batch?: string) => Control;
  readonly tenantControl: () => Control;
  /** Paths of work markers and summons. */
  readonly markers: () => string[];
  readonly summons: () => string[];
  /** Notes of batches that wait for a decision. */
  readonly notes: () => string[];
  readonly named: (event: string) => TelemetryEvent[];
}

/** A decision in the home tenant that expires in half an hour. */
export const sent = (parts: Partial<SignedDecision> = {}): SignedDecision =>
  decision({
    tenant: home,
    expires: new Date(Date.now() + 30 * 60_000).toISOString(),
    ...parts,
  });

/** The same of another kind than approve, as it is sent. */
export const other = (parts: Partial<SignedDecision>): SignedDecision =>
  JSON.parse(JSON.stringify(sent({ plan: undefined, ...parts }))) as SignedDecision;

export function openDesk(more: Partial<BatchPorts> = {}): Desk {
  const workshop = openWorkshop(more);
  const { batches, runner } = workshop.blobs;
  const users = Array.from({ length: 11 }, (_, at) => `user${at}@contoso.com`);
  for (const user of users) workshop.directory.addUser(user);
  const rows = users.map((user) => ({ operation: "user.delete", user }));
  const under = (prefix: string) =>
    [...runner.blobs.keys()].filter((path) => path.startsWith(prefix));
  const digest = () => String(batches.json("leavers/plan.json")["digest"]);
  return {
    ...workshop,
    rows,
    submit: (mode = "apply", some = rows) =>
      workshop.deliver({ version: 1, batch: "leavers", mode, rows: some }),
    digest,
    approve: (parts = {}) => sent({ plan: digest(), ...parts }),
    say: (message) => decide(workshop.ports, message),
    status: () => batches.json("leavers/status.json"),
    control: (batch = "leavers") => batches.json(`${batch}/control.json`) as unknown as Control,
    tenantControl: () => runner.json(`${home}/control.json`) as unknown as Control,
    markers: () => under(`${home}/queue/`),
    summons: () =>
      under(`${home}/queue/`).filter((path) => runner.text(path).includes("isSummons")),
    notes: () => under(`${home}/held/`),
    named: (event) => workshop.events.filter((each) => each.event === event),
  };
}
