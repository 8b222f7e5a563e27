import { type Cloud, type CloudName, clouds } from "../core/clouds.ts";
import { OperatorError } from "../core/errors.ts";
import { isGuid } from "../core/object-id.ts";
import { guardRules } from "./guard-rules.ts";
import { rowRules } from "./row-rules.ts";
import {
  capMistakes,
  cloudMistakes,
  credentialMistakes,
  decisionMistakes,
} from "./setting-mistakes.ts";
import {
  groupIds,
  guid,
  https,
  number,
  objectIds,
  oneOf,
  type Rule,
  rule,
  schedule,
  whole,
} from "./setting-rule.ts";

const none: readonly string[] = [];

const rules = {
  /** The cloud: login, Graph, vault and storage names move with it. */
  CLOUD: oneOf<CloudName>(["global", "usgov-l4", "usgov-l5", "china"], "global"),
  /** The home tenant: the application's own. */
  TENANT_ID: {
    ...guid(),
    must: "be a GUID (never common, organizations or consumers: a daemon signs in to a tenant)",
  },
  /**
   * Further tenants that batches may name, for a multi-tenant application. The home tenant is always
   * allowed.
   */
  ALLOWED_TENANTS: rule<readonly string[]>({
    read: (each) => {
      const ids = each.split(",").map((id) => id.trim().toLowerCase());
      return ids.every(isGuid) ? ids : undefined;
    },
    must: "be GUIDs with commas between (never common, organizations or consumers: a daemon signs in to a tenant)",
    fallback: none,
  }),
  /** The application (client) id of the Graph application. */
  CLIENT_ID: guid(),
  /**
   * How the application proves who it is, exactly one: the certificate; a signature made in the
   * vault with a key that never leaves it; the user-assigned managed identity as a federated
   * credential; a secret, for development.
   */
  CREDENTIAL: oneOf(
    ["certificate", "vault-signature", "managed-identity", "client-secret"],
    "certificate",
  ),
  /** The vault that holds the certificate; needed by CREDENTIAL certificate and vault-signature, and only by those. */
  KEY_VAULT_URI: { ...https(), fallback: "" },
  /** The certificate's name in the vault; needed if KEY_VAULT_URI is. */
  CERTIFICATE_NAME: rule({
    read: (each) => (/^[0-9A-Za-z-]{1,127}$/.test(each) ? each : undefined),
    must: "be a Key Vault name: letters, digits and hyphens",
    fallback: "",
  }),
  /**
   * The key that signs the seal of a batch that has ended, `https://<vault>/keys/<name>`; without it seals are
   * not signed.
   */
  SEAL_KEY: rule({
    read: (each) =>
      /^https:\/\/[^/?#@\s]+\/keys\/[0-9A-Za-z-]{1,127}$/.test(each) ? each : undefined,
    must: "be the address of a key in Key Vault without a version, https://<vault>/keys/<name>",
    fallback: "",
  }),
  /**
   * How the sign-in assertion is signed and the certificate named: PS256 with its SHA-256
   * thumbprint, or RS256 with its SHA-1 thumbprint, for AD FS and if Entra answers AADSTS700027
   * to the first.
   */
  ASSERTION_ALGORITHM: oneOf(["PS256", "RS256"], "PS256"),
  /** The application's object id (not its client id). With it the application rolls its own key; without it a person does. */
  APPLICATION_OBJECT_ID: guid(""),
  /**
   * Further APIs the token module may request tokens for (a company's own, Azure SQL). Graph always is
   * one.
   */
  ALLOWED_RESOURCES: rule<readonly string[]>({
    read: (each) => {
      const uris = each.split(",").map((uri) => uri.trim());
      return uris.every((uri) => isGuid(uri) || /^[a-z][a-z0-9+.-]*:[^\s?#"\\]+$/i.test(uri))
        ? uris
        : undefined;
    },
    must: "be App ID URIs with commas between",
    fallback: none,
  }),
  /** The user-assigned managed identity, needed by CREDENTIAL managed-identity; without it the system-assigned one. */
  MANAGED_IDENTITY_CLIENT_ID: guid(""),
  /** The storage account's blob endpoint; also the triggers' connection. */
  BatchStorage__blobServiceUri: https(),
  /** The storage account's queue endpoint; also the triggers' connection. */
  BatchStorage__queueServiceUri: https(),
  /** Directory writes that Graph allows this application in one tenant and window. */
  GRAPH_WRITE_QUOTA: whole(3000, 20, 1_000_000),
  /** That window, seconds. */
  GRAPH_WRITE_WINDOW_SECONDS: number(150, 0.1, 3600),
  /**
   * How many members that are added to one group in one request Graph counts as one write. Published is
   * one write for a request with up to 20 (set 20); seen was one write for about three (3). With 1 every
   * member has a request of its own.
   */
  GRAPH_MEMBERS_PER_WRITE: whole(3, 1, 20),
  /** Resource units that Graph allows in one window: 3,500, 5,000 or 8,000 by tenant size. */
  GRAPH_RESOURCE_UNIT_QUOTA: whole(8000, 100, 10_000_000),
  /** That window, seconds. */
  GRAPH_RESOURCE_UNIT_WINDOW_SECONDS: number(10, 0.1, 3600),
  /** Percent of the resource units that the reads of all instances together leave to people, other tools and writes. */
  GRAPH_READ_RESERVE_PERCENT: number(15, 0, 20),
  /** The shortest wait after a throttled answer, seconds. */
  GRAPH_RETRY_FLOOR_SECONDS: number(1, 0.01, 60),
  /** How long one request to Graph may take, seconds. A change whose answer was lost and which the directory does not show is made again only then: until then it may take effect. Less than Graph's own limit risks that it is made twice. */
  GRAPH_TIMEOUT_SECONDS: number(60, 5, 120),
  /** How long a tenant waits for the next runner after its runner died, seconds: the lease of its lock. */
  RUNNER_LEASE_SECONDS: whole(30, 15, 60),
  ...guardRules,
  /** An input with a larger share of invalid rows is refused as a whole. */
  MAX_INVALID_ROWS_PERCENT: number(10, 0, 100),
  /**
   * A batch is paused if one cause that the rows themselves do not explain has failed more than this percent
   * of its last 200 rows; 100 never pauses it.
   */
  BREAKER_PERCENT: number(5, 0.5, 100),
  /** So many rows of a batch, over all its operations, go first and are read back before the rest goes; 0 for none. */
  CANARY_ROWS: whole(0, 0, 1000),
  ...rowRules,
  /** Whether a batch that needs Graph permissions which the token lacks is held, or only warned about. Set warn for an application that works by a directory role, which no token lists. */
  PREFLIGHT: oneOf(["hold", "warn"], "hold"),
  /** What happens to a file dropped into inbox: apply, or plan, which waits for an approval. Files in inbox/plan/ are planned whatever this says. */
  INBOX_MODE: oneOf(["apply", "plan"], "apply"),
  /** A row whose object was last read longer ago than this, minutes, is looked at again just before its write: if its values are others than when it was planned, it is held. */
  PLAN_FRESH_MINUTES: number(10, 0, 1440),
  /** Objects that no batch changes before a person has approved it: users and groups by object id. */
  PROTECTED_OBJECTS: objectIds(),
  /**
   * Groups whose members no batch changes before a person has approved it, such as the group of the
   * emergency accounts; groups in them count. A group of another tenant as `<tenant id>/<group id>`.
   */
  PROTECTED_GROUPS: groupIds(),
  /** An OData filter of the users that no batch changes before a person has approved it, such as startswith(userPrincipalName,'svc-'). */
  PROTECTED_FILTER: rule<string>({
    read: (each) => (each.length <= 1_000 ? each : undefined),
    must: "be an OData filter of users, at most 1,000 characters",
    fallback: "",
  }),
  /** hold: a batch that would change a holder of a directory role, somebody eligible for one, or a role-assignable group is held, also if Graph does not let the application read who that is. off: nobody looks. */
  PROTECT_ROLE_HOLDERS: oneOf(["hold", "off"], "hold"),
  /**
   * What proves who decides about a batch: queue, the right to send to the queue decisions; signed, an ID
   * token that the person signed in for, with this one decision as its nonce.
   */
  DECISION_PROOF: oneOf(["queue", "signed"], "queue"),
  /** The client id of the registration with which people sign decisions; needed by DECISION_PROOF signed. */
  DECISION_CLIENT_ID: guid(""),
  /** on: nobody approves a batch that they submitted, and one whose submitter is unknown needs two. Needs DECISION_PROOF signed. */
  FOUR_EYES: oneOf(["off", "on"], "off"),
  /** A batch that is held, or was only planned, is cancelled after so many days without a decision. */
  HELD_EXPIRES_DAYS: whole(14, 1, 365),
  /** hold: a batch that differs too much from earlier ones of its source is held (docs/guards.md). off: its plan only shows the comparison. */
  TRIPWIRES: oneOf(["hold", "off"], "hold"),
  /** Inputs with fewer rows are not compared with earlier ones of their source. */
  TRIPWIRE_ROWS: whole(100, 1, 1_000_000),
  /** A column that has lost so many of its values since the source's last input holds the batch, percent. */
  TRIPWIRE_BLANK_PERCENT: number(60, 1, 100),
  /** How many more deletes or disables than any earlier batch of its source a batch may have, percent. */
  TRIPWIRE_GROWTH_PERCENT: number(20, 0, 1000),
  /** Sources whose every file is whole, with commas between, by the path of one of their files in inbox: only of these are rows missed. */
  FULL_SOURCES: rule<readonly string[]>({
    read: (each) => {
      const paths = each.split(",").map((path) => path.trim());
      return paths.every((path) => /^[^\\?]+\.[a-z]+$/i.test(path)) ? paths : undefined;
    },
    must: "be paths in inbox with commas between, such as hr/joiners-2026-11-21.csv",
    fallback: none,
  }),
  /** How many fewer rows than its last file a file of a full source may have, percent. */
  FULL_SOURCE_MISSING_PERCENT: number(20, 0, 100),
  /** When the sweep runs: the safety net behind events and rings. */
  SWEEP_SCHEDULE: schedule(),
  /** When certificate and consent are checked, and keys past their overlap removed; daily. */
  CERTIFICATE_CHECK_SCHEDULE: schedule(),
  /** When the stale-account policy runs. */
  STALE_ACCOUNTS_SCHEDULE: schedule(),
  /** off; report: a batch in mode plan; apply: a batch that disables. */
  STALE_ACCOUNTS_MODE: oneOf(["off", "report", "apply"], "off"),
  /** Days without a successful sign-in after which an account is stale. */
  STALE_ACCOUNTS_DAYS: whole(90, 30, 3650),
  /** An account created less than this many days ago is never stale. */
  STALE_ACCOUNTS_MINIMUM_AGE_DAYS: whole(30, 1, 3650),
  /** Members of this group are never stale; required unless the policy is off. */
  STALE_ACCOUNTS_EXCLUDED_GROUP: guid(""),
} as const;

type Values = {
  [Name in keyof typeof rules]: (typeof rules)[Name] extends Rule<infer T> ? T : never;
};

/** The environment variables that the product reads, each with a rule; the Bicep sets exactly these. */
export const settingNames = Object.keys(rules);

/** The settings as docs/settings.md lists them, beside the sentence above each rule. */
export const settingFacts = () =>
  Object.entries(rules).map(([name, each]) => ({
    name,
    must: each.must,
    fallback: "fallback" in each ? shown(each.fallback) : undefined,
  }));

/** Every list is empty by default. */
const shown = (fallback: unknown): string =>
  typeof fallback === "string" || typeof fallback === "number" ? String(fallback) : "";

/** Typed settings: the values, and what follows from them. */
export interface Settings extends Readonly<Values> {
  readonly cloud: Cloud;
  /** CLIENT_SECRET: for development; no template sets it, and no list of settings has it. */
  readonly clientSecret: string;
  /** In development, or with ALLOW_CLIENT_SECRET=true. */
  readonly isSecretAllowed: boolean;
  /** The home tenant first. */
  readonly tenants: readonly string[];
}

/**
 * Reads the settings, and reports every mistake at once.
 *
 * @throws OperatorError SETTINGS_INVALID, disposition `stop`: no attempt can succeed before an
 * administrator has corrected the application settings.
 */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const mistakes: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, each] of Object.entries<Rule<unknown>>(rules)) {
    const raw = environment[name]?.trim() ?? "";
    if (raw === "" && each.fallback === undefined)
      mistakes.push(`${name} is missing (it must ${each.must})`);
    const value = raw === "" ? each.fallback : each.read(raw);
    if (raw !== "" && value === undefined) mistakes.push(`${name} must ${each.must}`);
    values[name] = value;
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each value was read by its own rule
  const read = values as Values;
  if (read.STALE_ACCOUNTS_MODE !== "off" && read.STALE_ACCOUNTS_EXCLUDED_GROUP === "") {
    mistakes.push(
      "STALE_ACCOUNTS_EXCLUDED_GROUP is missing: name a group with your emergency accounts before the policy is switched on",
    );
  }
  mistakes.push(...decisionMistakes(read));
  if (mistakes.length === 0) {
    mistakes.push(...capMistakes(read, [read.TENANT_ID, ...read.ALLOWED_TENANTS]));
  }
  mistakes.push(...credentialMistakes(read, environment), ...cloudMistakes(read));
  if (mistakes.length > 0) {
    throw new OperatorError(
      "SETTINGS_INVALID",
      `${mistakes.length === 1 ? "A setting is" : `${mistakes.length} settings are`} wrong: ${mistakes.join("; ")}.`,
      {
        fix: "Correct the application settings (az functionapp config appsettings set, or the Bicep parameters); docs/settings.md has them all.",
        disposition: "stop",
      },
    );
  }
  return {
    ...read,
    clientSecret: environment["CLIENT_SECRET"] ?? "",
    isSecretAllowed:
      environment["AZURE_FUNCTIONS_ENVIRONMENT"] === "Development" ||
      environment["ALLOW_CLIENT_SECRET"] === "true",
    cloud: clouds[read.CLOUD],
    tenants: [...new Set([read.TENANT_ID, ...read.ALLOWED_TENANTS])],
  };
}

/** The settings that sending to a queue needs; `undefined` if even those are wrong. */
export function readQueueSettings(
  environment: Readonly<Record<string, string | undefined>>,
): { readonly url: string; readonly clientId: string | undefined } | undefined {
  const url = rules.BatchStorage__queueServiceUri.read(
    environment["BatchStorage__queueServiceUri"]?.trim() ?? "",
  );
  const identity = environment["MANAGED_IDENTITY_CLIENT_ID"]?.trim() || undefined;
  const clientId = identity && rules.MANAGED_IDENTITY_CLIENT_ID.read(identity);
  return url === undefined || clientId !== identity?.toLowerCase() ? undefined : { url, clientId };
}
