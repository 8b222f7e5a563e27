import { GraphError } from "../http/graph-error.ts";
import { Bucket } from "./bucket.ts";
import type { Meter, Quota, WriteMeter } from "./meter.ts";
import { SlidingWindow } from "./sliding-window.ts";

/** Service-specific limits that apply beside the general ones. */
export type Service = "invitations" | "reports" | "key-credentials";

/** What one request costs: resource units, and write units if it changes something. */
export interface Cost {
  readonly resourceUnits: number;
  readonly writes: number;
  readonly service?: Service | undefined;
}

/** The published limits (facts/graph.md §2.1, §2.3); the read quota depends on the tenant's size. */
export interface Quotas {
  readonly appTenantReads: Quota | "by-size";
  readonly appTenantWrites: Quota;
  readonly appReads: Quota;
  readonly appWrites: Quota;
  readonly tenantWrites: Quota;
  readonly services: Readonly<Record<Service, Quota>>;
}

export const PUBLISHED: Quotas = {
  appTenantReads: "by-size",
  appTenantWrites: { amount: 3000, windowSeconds: 150 },
  appReads: { amount: 150_000, windowSeconds: 20 },
  appWrites: { amount: 35_000, windowSeconds: 300 },
  tenantWrites: { amount: 18_000, windowSeconds: 300 },
  services: {
    invitations: { amount: 150, windowSeconds: 5 },
    reports: { amount: 5, windowSeconds: 10 },
    "key-credentials": { amount: 150, windowSeconds: 60 },
  },
};

/** Small, medium, large: fewer than 50, 50 to 500, more than 500 users. */
const readQuotaFor = (users: number): Quota => ({
  amount: users < 50 ? 3500 : users <= 500 ? 5000 : 8000,
  windowSeconds: 10,
});

interface Metered {
  readonly bucket: Meter;
  readonly amount: number;
  readonly scope: "Tenant_Application" | "Tenant" | "Application";
  readonly kind: "Read" | "Write";
}

/** What of a tenant its quotas depend on. */
export interface MeteredTenant {
  readonly id: string;
  readonly users: number;
  readonly writeMeter: WriteMeter;
}

/** The meters of one Graph; buckets are created at first use. */
export class Meters {
  readonly #quotas: Quotas;
  readonly #speed: number;
  readonly #now: () => number;
  readonly #buckets = new Map<string, Meter>();
  #startLevel: number;
  /** When buckets that do not exist yet had that level. */
  #since: number;
  on: boolean;

  constructor(
    options: { on: boolean; quotas: Quotas; startLevel: number; speed: number },
    now: () => number,
  ) {
    this.on = options.on;
    this.#quotas = options.quotas;
    this.#startLevel = options.startLevel;
    this.#speed = options.speed;
    this.#now = now;
    this.#since = now();
  }

  #bucket(name: string, quota: Quota, kind: WriteMeter = "bucket"): Meter {
    let bucket = this.#buckets.get(name);
    if (!bucket) {
      const Kind = kind === "bucket" ? Bucket : SlidingWindow;
      bucket = new Kind(quota, this.#speed, this.#startLevel, this.#now, this.#since);
      this.#buckets.set(name, bucket);
    }
    return bucket;
  }

  /** The quota of an application's writes in a tenant, which is the tightest. */
  #appTenantWrites(app: string, tenant: string, kind: WriteMeter): Meter {
    const name = `writes/${app}/${tenant}${kind === "bucket" ? "" : `/${kind}`}`;
    return this.#bucket(name, this.#quotas.appTenantWrites, kind);
  }

  #metered(cost: Cost, app: string, { id: tenant, users, writeMeter }: MeteredTenant): Metered[] {
    const reads =
      this.#quotas.appTenantReads === "by-size" ? readQuotaFor(users) : this.#quotas.appTenantReads;
    const list: Metered[] = [
      {
        bucket: this.#bucket(`reads/${reads.amount}/${app}/${tenant}`, reads),
        amount: cost.resourceUnits,
        scope: "Tenant_Application",
        kind: "Read",
      },
      {
        bucket: this.#bucket(`reads/${app}`, this.#quotas.appReads),
        amount: cost.resourceUnits,
        scope: "Application",
        kind: "Read",
      },
    ];
    if (cost.writes > 0) {
      list.push(
        {
          bucket: this.#appTenantWrites(app, tenant, writeMeter),
          amount: cost.writes,
          scope: "Tenant_Application",
          kind: "Write",
        },
        {
          bucket: this.#bucket(`writes/tenant/${tenant}`, this.#quotas.tenantWrites),
          amount: cost.writes,
          scope: "Tenant",
          kind: "Write",
        },
        {
          bucket: this.#bucket(`writes/app/${app}`, this.#quotas.appWrites),
          amount: cost.writes,
          scope: "Application",
          kind: "Write",
        },
      );
    }
    if (cost.service) {
      list.push({
        bucket: this.#bucket(`${cost.service}/${tenant}`, this.#quotas.services[cost.service]),
        amount: 1,
        scope: cost.service === "reports" ? "Tenant_Application" : "Tenant",
        kind: cost.service === "invitations" ? "Write" : "Read",
      });
    }
    return list;
  }

  /**
   * Counts a request against its quotas. Answers the headers that report the usage.
   * @throws GraphError 429 if a quota is used up, with scope, information and Retry-After.
   */
  charge(cost: Cost, app: string, tenant: MeteredTenant): Readonly<Record<string, string>> {
    if (!this.on) return { "x-ms-resource-unit": String(cost.resourceUnits) };
    const metered = this.#metered(cost, app, tenant);
    const short = metered.find((one) => !one.bucket.holds(one.amount));
    if (short) {
      for (const one of metered) if (one.kind === short.kind) one.bucket.accrue(one.amount);
      throw throttled({
        seconds: short.bucket.waitSeconds(short.amount) / this.#speed,
        scope: `${short.scope}/${short.kind}/${app}/${tenant.id}`,
        information: short.kind === "Write" ? "WriteLimitExceeded" : "ResourceUnitLimitExceeded",
        percentage: short.bucket.usage,
      });
    }
    let usage = 0;
    for (const one of metered) {
      one.bucket.take(one.amount);
      usage = Math.max(usage, one.bucket.usage);
    }
    return {
      "x-ms-resource-unit": String(cost.resourceUnits),
      ...(usage > 0.8 && { "x-ms-throttle-limit-percentage": percentageOf(usage) }),
    };
  }

  /** Sets the level of every bucket, also of those not yet used: 0 empty, 1 full. Answers when, on its clock. */
  setLevel(share: number): number {
    this.#startLevel = share;
    this.#since = this.#now();
    for (const bucket of this.#buckets.values()) bucket.set(share);
    return this.#since;
  }

  /** Simulates another client that writes in the tenant, with the same application or another. */
  neighbour(who: {
    app: string;
    tenant: string;
    writesPerSecond: number;
    sameApplication: boolean;
  }): void {
    this.#bucket(`writes/tenant/${who.tenant}`, this.#quotas.tenantWrites).drain(
      who.writesPerSecond,
      this.#speed,
    );
    if (who.sameApplication) {
      for (const kind of ["bucket", "sliding-window"] as const) {
        const writes = this.#appTenantWrites(who.app, who.tenant, kind);
        writes.drain(who.writesPerSecond, this.#speed);
      }
    }
  }

  /** Levels by bucket, for tests and for people. */
  levels(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#buckets].map(([name, bucket]) => [name, bucket.level]));
  }
}

const percentageOf = (usage: number): string => Math.min(1.8, Math.max(0.8, usage)).toFixed(2);

/** Whole seconds, as Graph sends them: rounded up, at least one (RFC 9110, delay-seconds). */
export const wholeSeconds = (seconds: number): string => String(Math.max(1, Math.ceil(seconds)));

/** 429 as MS throttling.md prints it. */
export function throttled(how: {
  seconds: number | undefined;
  scope: string;
  information: string;
  percentage: number;
}): GraphError {
  return new GraphError(429, "TooManyRequests", "Please retry again later.", {
    headers: {
      ...(how.seconds !== undefined && { "Retry-After": wholeSeconds(how.seconds) }),
      "x-ms-throttle-scope": how.scope,
      "x-ms-throttle-information": how.information,
      "x-ms-throttle-limit-percentage": percentageOf(how.percentage),
    },
    inner: { code: "429", message: "Please retry after", status: "429" },
  });
}
