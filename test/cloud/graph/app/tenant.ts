import type { Clock } from "../../../../shared/core/clock.ts";
import type { SignInEvent } from "../../entra/people/person.ts";
import type { Registry } from "../../entra/registry.ts";
import type { Conditions } from "../faults/conditions.ts";
import { Faults } from "../faults/faults.ts";
import { InFlight } from "../faults/in-flight.ts";
import { usualSkus, type Sku } from "../licenses/skus.ts";
import { AuditLog } from "../logs/audit-log.ts";
import { SignInLog } from "../logs/sign-in-log.ts";
import { DirectoryRoles } from "../roles/directory-roles.ts";
import { createRandom, hashOf, type Random } from "../seed/random.ts";
import { Directory } from "../store/directory.ts";
import type { Values } from "../store/entity.ts";
import { noCounts, type Counters } from "./counters.ts";
import { Shelves } from "./shelves.ts";

/** A domain of the tenant, by name. */
export interface Domain {
  readonly name: string;
  readonly isDefault: boolean;
  readonly isInitial: boolean;
  readonly isVerified: boolean;
  readonly authenticationType: "Managed" | "Federated";
}

/** One tenant's Graph: its directory, its conditions and faults, its counters. */
export class Tenant {
  readonly id: string;
  readonly displayName: string;
  readonly domains: Domain[];
  /** Applications and service principals: the same registry that the token endpoint reads. */
  readonly registry: Registry;
  readonly directory: Directory;
  readonly conditions: Conditions;
  readonly faults: Faults;
  readonly inFlight: InFlight;
  readonly random: Random;
  readonly seed: number;
  /** App role assignments of users and groups, by id; those of service principals are in the registry. */
  readonly assignments = new Map<string, Values>();
  readonly roles: DirectoryRoles;
  /** Delegated permission grants, by id. */
  readonly grants = new Map<string, Values>();
  /** Settings by id, of each group by its id and of the tenant under "". */
  readonly groupSettings = new Map<string, Map<string, Values>>();
  /** What is kept beside directory objects: policies, extensions, photos. */
  readonly shelves = new Shelves();
  /** The products the tenant has bought. */
  readonly skus: Sku[] = usualSkus();
  /** Users who have a license from a group, by group id. */
  readonly licensedByGroup = new Map<string, Set<string>>();
  /** The passwords that were set, by user id; nothing but the tests' control reads them. */
  readonly passwords = new Map<string, string>();
  readonly audits: AuditLog;
  readonly signIns: SignInLog;
  counters: Counters = noCounts();
  /** Directory days ahead of the clock. */
  dayOffset = 0;
  readonly #clock: Clock;
  readonly #speed: number;

  constructor(
    settings: {
      readonly id: string;
      readonly displayName: string;
      readonly domains: readonly string[];
      readonly registry: Registry;
    },
    conditions: Conditions,
    seed: number,
    speed: number,
    clock: Clock,
  ) {
    this.id = settings.id;
    this.displayName = settings.displayName;
    this.registry = settings.registry;
    const { domains } = settings;
    this.domains = domains.map((name, index) => ({
      name: name.toLowerCase(),
      isDefault: index === 0,
      isInitial: name.endsWith(".onmicrosoft.com") || domains.length === 1,
      isVerified: true,
      authenticationType: "Managed",
    }));
    this.conditions = { ...conditions };
    this.seed = (seed ^ hashOf(settings.id)) >>> 0;
    this.random = createRandom(this.seed);
    this.faults = new Faults(createRandom(this.seed + 1));
    this.inFlight = new InFlight(this.conditions, createRandom(this.seed + 3));
    this.#clock = clock;
    this.#speed = speed;
    const lag = createRandom(this.seed + 2);
    this.directory = new Directory(this.seed, {
      nowMs: () => clock.monotonic(),
      stale: () => lag.next() < (this.conditions.lag?.staleShare ?? 0),
      lagMs: () => {
        const { lag: lagging } = this.conditions;
        if (!lagging) return 0;
        return (lagging.medianMs * Math.exp(lagging.sigma * lag.normal())) / speed;
      },
    });
    const customRoles = this.shelves.of("roleManagement/directory/roleDefinitions");
    this.roles = new DirectoryRoles(this.directory, this.seed, customRoles);
    this.audits = new AuditLog(() => this.nowMs());
    this.directory.onChange = (change) => this.audits.note(change);
    this.signIns = new SignInLog(this.directory, this.seed);
  }

  noteSignIn(event: SignInEvent): void {
    this.signIns.add(event, this.nowMs());
  }

  /** The directory's own time, milliseconds since the epoch: real time plus the day offset. */
  nowMs(): number {
    return this.#clock.now() + this.dayOffset * 86_400_000;
  }

  /** Real time, which tokens and certificates use. */
  clockMs(): number {
    return this.#clock.now();
  }

  /** `nowMs` as Graph prints it: whole seconds, UTC. */
  nowText(): string {
    return timeText(this.nowMs());
  }

  /** Runs a background task of the service after this many milliseconds of speed 1. */
  later(ms: number, what: () => void): void {
    void this.#clock.sleep(ms / this.#speed).then(what);
  }

  get defaultDomain(): string {
    return this.domains.find((domain) => domain.isDefault)?.name ?? "contoso.com";
  }

  isVerifiedDomain(name: string): boolean {
    const folded = name.toLowerCase();
    return this.domains.some((domain) => domain.name === folded && domain.isVerified);
  }
}

/** A date-time as Graph prints it: whole seconds, UTC. */
export const timeText = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
