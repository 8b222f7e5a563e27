import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";

import { createBatches } from "../../../shared/app/batches.ts";
import { recipesOf } from "../../../shared/app/recipes.ts";
import type { Batches, BatchPorts, BatchSettings } from "../../../shared/batches/ports.ts";
import type { Verdict } from "../../../shared/catalogue/row.ts";
import { type Clock, systemClock } from "../../../shared/core/clock.ts";
import { clouds } from "../../../shared/core/clouds.ts";
import { toObjectId } from "../../../shared/core/object-id.ts";
import { createGraph, createWritePacer, type Graph } from "../../../shared/graph/graph.ts";
import { createIdentity } from "../../../shared/identity/identity.ts";
import { claimsOf } from "../../../shared/identity/token/roles.ts";
import { catalogue } from "../../../shared/operations/list.ts";
import type { Plan } from "../../../shared/records/plan.ts";
import { runnerDefaults, type RunnerPorts } from "../../../shared/runner/ports.ts";
import { runTenant } from "../../../shared/runner/slice/run.ts";
import { MemoryBlobs } from "../../batches/memory-blobs.ts";
import { settings } from "../../batches/workshop.ts";
import type { LocalCloud } from "../../cloud/local-cloud.ts";
import { capsWith } from "../../guards/caps.ts";

/** A row of a report. */
export interface ReportRow {
  readonly verdict: Verdict;
  readonly reason?: string;
  readonly fix?: string;
}

/** A batch as its folder shows it. */
export interface Seen {
  readonly state: string;
  readonly reason?: string;
  readonly fix?: string;
  readonly rows: readonly ReportRow[];
}

const RESOURCE = "https://graph.microsoft.com";

/** Posts end so soon that rows in doubt are not waited for, milliseconds. */
const TIMEOUT_MS = 1_000;

/** A clock whose sleepers wake early, because nothing here has to wait for other machines. */
const brisk: Clock = {
  ...systemClock,
  sleep: (ms, signal) => systemClock.sleep(ms / 20, signal),
};

/** The application that an office signs in as. */
interface Application {
  readonly cloud: LocalCloud;
  readonly appId: string;
  readonly secret: string;
  /** Whether a batch is held that needs a permission which the token lacks. */
  readonly preflight: BatchSettings["preflight"];
}

/**
 * The product in this process, without host and queues: it accepts, plans, runs, reports and undoes batches
 * with the product's own modules. Blobs are in memory; tokens come from Entra through MSAL, and requests
 * go to Graph over TLS. Each office has an application of its own, which has exactly its permissions.
 */
export class Office {
  readonly tenant: string;
  readonly #blobs: Record<"inbox" | "batches" | "runner", MemoryBlobs>;
  readonly #batches: Batches;
  readonly #runner: RunnerPorts;
  readonly #queued: string[] = [];
  /** How far the clock of its batches is ahead. */
  #aheadMs = 0;

  readonly #application: Application;

  private constructor(application: Application) {
    this.#application = application;
    const { cloud, appId, secret, preflight } = application;
    const { tenantId: tenant } = cloud.home;
    this.tenant = tenant;
    this.#blobs = {
      inbox: new MemoryBlobs(),
      batches: new MemoryBlobs(),
      runner: new MemoryBlobs(),
    };
    const around = { clock: brisk, random: Math.random, emit: () => undefined };
    const tokens = createIdentity({
      ...around,
      clock: systemClock,
      cloud: clouds.global,
      clientId: appId,
      credential: { kind: "client-secret", secret, allowed: true },
      allowedTenants: [tenant],
      allowedResources: [RESOURCE],
      fetch,
    });
    const graph = createGraph({
      ...around,
      cloud: clouds.global,
      tenant,
      getToken: (demand) => tokens.get(tenant, RESOURCE, demand),
      settings: {
        retryFloorMs: 1,
        resourceUnitQuota: 8_000_000,
        resourceUnitWindowMs: 10_000,
        timeoutMs: TIMEOUT_MS,
      },
    });
    const ports: BatchPorts = {
      ...around,
      clock: { ...brisk, now: () => systemClock.now() + this.#aheadMs },
      recipes: recipesOf(catalogue),
      blobs: this.#blobs,
      acceptQueue: { send: async (text) => void this.#queued.push(text) },
      ring: async () => undefined,
      graphFor: () => graph,
      rolesFor: async (_tenant, { fresh }) => {
        const token = fresh ? tokens.forceRefresh(tenant, RESOURCE) : tokens.get(tenant, RESOURCE);
        return (await token).roles;
      },
      principalIn: async () => {
        const { oid } = claimsOf((await tokens.get(tenant, RESOURCE)).token);
        return toObjectId(String(oid));
      },
      consentUrl: () => "https://login.microsoftonline.com/adminconsent",
      readProof: () => Promise.reject(new TypeError("no proof is expected")),
      catalogue,
      settings: {
        ...settings,
        homeTenant: tenant,
        tenants: [tenant],
        capsFor: () => capsWith(),
        maxInvalidRowsPercent: 100,
        preflight,
      },
    };
    this.#batches = createBatches(ports);
    this.#runner = runnerOf(ports, this.#batches, tenant, graph);
  }

  /** Registers an application with exactly these permissions, and opens an office that signs in as it. */
  static async open(
    cloud: LocalCloud,
    roles: readonly string[],
    preflight: BatchSettings["preflight"] = "hold",
  ): Promise<Office> {
    const { control, home } = cloud;
    const { appId } = await control.registerApplication({
      tenantId: home.tenantId,
      displayName: "Office",
    });
    await control.grantConsent({ tenantId: home.tenantId, appId, roles });
    const { secret } = await control.addSecret({ appId });
    return new Office({ cloud, appId, secret, preflight });
  }

  /** Grants its application more permissions. */
  async grant(roles: readonly string[]): Promise<void> {
    const { cloud, appId } = this.#application;
    await cloud.control.grantConsent({ tenantId: this.tenant, appId, roles });
  }

  /** Accepts and plans rows; nothing is written. */
  async plan(batch: string, rows: readonly object[]): Promise<Seen> {
    await this.#accept({ version: 1, batch, mode: "apply", rows });
    return this.seen(batch);
  }

  /** Plans rows of which the work has ended that they waited for: first Graph is given five seconds to show it. */
  async planAfterWaiting(batch: string, rows: readonly object[]): Promise<Seen> {
    await assert.rejects(this.plan(batch, rows), /again: Graph may not show/);
    this.#aheadMs = 5_000;
    return await this.plan(batch, rows).finally(() => (this.#aheadMs = 0));
  }

  /** Runs what is planned to its end. */
  async run(batch: string): Promise<Seen> {
    for (let slice = 0; slice < 20; slice++) {
      const ran = await runTenant(this.#runner);
      if (ran.state === "ran" && ran.idle) return this.seen(batch);
    }
    throw new Error(`${batch} did not end: ${JSON.stringify(this.seen(batch))}`);
  }

  /** Decides that a batch is undone, and runs what that makes. */
  async undo(batch: string): Promise<Seen> {
    const decided = await this.#batches.decide({
      version: 1,
      decisionId: randomUUID(),
      decision: "undo",
      tenant: this.tenant,
      batch,
      expects: "ended",
      expires: new Date(Date.now() + 600_000).toISOString(),
    });
    if (decided.outcome !== "applied") throw new Error(JSON.stringify(decided));
    for (const text of this.#queued.splice(0)) await this.#accept(JSON.parse(text));
    return this.run(`${batch}-undo-1`);
  }

  /** The plan of a batch. */
  planOf(batch: string): Plan {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the product wrote it
    return this.#json(`${batch}/plan.json`) as unknown as Plan;
  }

  /** A batch as its folder shows it; its rows as soon as it has a report. */
  seen(batch: string): Seen {
    const { blobs } = this.#blobs.batches;
    if (blobs.has(`${batch}/refused.json`)) {
      return { ...this.#json(`${batch}/refused.json`), state: "refused", rows: [] };
    }
    const report = blobs.has(`${batch}/report.json`) ? this.#json(`${batch}/report.json`) : {};
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the product wrote them
    return { rows: [], ...this.#json(`${batch}/status.json`), ...report } as unknown as Seen;
  }

  #json(path: string): Record<string, unknown> {
    return this.#blobs.batches.json(path);
  }

  async #accept(message: unknown): Promise<void> {
    for (;;) {
      const deadlineMs = Date.now() + 60_000;
      const accepted = await this.#batches.accept(message, { messageId: randomUUID(), deadlineMs });
      if (accepted.state === "done") return;
      if (accepted.delaySeconds > 0) throw new Error(`again: ${accepted.reason}`);
    }
  }
}

/** Everything that a tenant's runner needs, as `compose.ts` makes it, with waits that tests can bear. */
function runnerOf(ports: BatchPorts, batches: Batches, tenant: string, graph: Graph): RunnerPorts {
  const { clock } = ports;
  const pace = { quota: 3_000_000, windowMs: 150_000, retryFloorMs: 1 };
  return {
    clock,
    emit: ports.emit,
    random: Math.random,
    tenant,
    graph,
    blobs: ports.blobs,
    catalogue,
    createPacer: (memory) => createWritePacer({ ...pace, clock, memory }),
    makePassword: () => `Aa1!${randomUUID()}`,
    admit: (folder) => batches.admit(folder),
    finishBatch: (folder, receipts) => batches.finishBatch(folder, receipts),
    settings: {
      ...runnerDefaults,
      retryFloorMs: 1,
      quotaPerSecond: 20_000,
      breaker: { ...runnerDefaults.breaker, percent: 100 },
    },
  };
}
