import type { Entity, Values } from "../store/entity.ts";
import { guidOf } from "../store/ids.ts";
import { COUNTRIES, DEPARTMENTS, FAMILY_NAMES, GIVEN_NAMES, JOB_TITLES, OFFICES } from "./names.ts";
import type { Seeding, SeedSettings } from "./seeding.ts";

/** The kinds of account, each with its default share of the users. */
const SHARES = {
  stale: 0.06,
  neverSignedIn: 0.01,
  recent: 0.01,
  guests: 0.02,
  before2024: 0.005,
  disabled: 0.01,
  synced: 0,
} as const;

type AccountKind = keyof typeof SHARES | "active";

/** How many users are of each kind; the rest are active. */
function plan(settings: SeedSettings, users: number): AccountKind[] {
  const kinds: AccountKind[] = [];
  for (const [kind, share] of Object.entries(SHARES) as [keyof typeof SHARES, number][]) {
    const count = Math.min(settings[kind] ?? Math.floor(users * share), users - kinds.length);
    for (let index = 0; index < count; index += 1) kinds.push(kind);
  }
  while (kinds.length < users) kinds.push("active");
  return kinds;
}

const CREATED_DAYS: Readonly<Record<AccountKind, readonly [number, number]>> = {
  active: [60, 2000],
  stale: [950, 2500],
  neverSignedIn: [120, 1500],
  recent: [1, 20],
  guests: [100, 1200],
  before2024: [1400, 2500],
  disabled: [200, 2000],
  synced: [100, 2000],
};

/** Days since the last sign-in; `undefined` if there was none. */
const SIGN_IN_DAYS: Readonly<Record<AccountKind, readonly [number, number] | undefined>> = {
  active: [0, 45],
  stale: [120, 900],
  neverSignedIn: undefined,
  recent: undefined,
  guests: [30, 600],
  before2024: undefined,
  disabled: [100, 900],
  synced: [0, 45],
};

/** 2023-12-01: lastSuccessfulSignInDateTime is recorded since then and was not backfilled. */
const SUCCESS_KEPT_FROM_MS = Date.UTC(2023, 11, 1);

/** Creates the users and answers them. The kinds are spread over the list, not in blocks. */
export function seedUsers(seeding: Seeding, settings: SeedSettings): readonly Entity[] {
  const { tenant, random } = seeding;
  const count = settings.users ?? 0;
  const kinds = plan(settings, count);
  for (let index = kinds.length - 1; index > 0; index -= 1) {
    const other = random.below(index + 1);
    const held = kinds[index] ?? "active";
    kinds[index] = kinds[other] ?? "active";
    kinds[other] = held;
  }
  const namesakes = new Map<string, number>();
  return kinds.map((kind, index) =>
    createUser(seeding, kind, index, namesakes, tenant.defaultDomain),
  );
}

function between(seeding: Seeding, [least, most]: readonly [number, number]): number {
  return least + seeding.random.next() * (most - least);
}

function createUser(
  seeding: Seeding,
  kind: AccountKind,
  index: number,
  namesakes: Map<string, number>,
  domain: string,
): Entity {
  const { tenant, random, daysAgo } = seeding;
  const given = random.pick(GIVEN_NAMES);
  const family = random.pick(FAMILY_NAMES);
  const plain = `${given}.${family}`.toLowerCase();
  const before = namesakes.get(plain) ?? 0;
  namesakes.set(plain, before + 1);
  const nickname = before === 0 ? plain : `${plain}${before + 1}`;
  const guest = kind === "guests";
  const mail = guest ? `${nickname}@fabrikam.com` : `${nickname}@${domain}`;
  const upn = guest ? `${nickname}_fabrikam.com#EXT#@${domain}` : mail;
  const place = random.below(OFFICES.length);
  const created = daysAgo(between(seeding, CREATED_DAYS[kind]));
  const activity = activityOf(seeding, kind);
  const values = {
    userPrincipalName: upn,
    displayName: `${given} ${family}`,
    givenName: given,
    surname: family,
    mailNickname: guest ? `${nickname}_fabrikam.com#EXT#` : nickname,
    mail,
    accountEnabled: kind !== "disabled",
    userType: guest ? "Guest" : "Member",
    jobTitle: guest ? null : random.pick(JOB_TITLES),
    department: guest ? null : random.pick(DEPARTMENTS),
    officeLocation: guest ? null : (OFFICES[place] ?? null),
    usageLocation: guest ? null : (COUNTRIES[place] ?? null),
    employeeId: guest ? null : String(100_000 + index),
    createdDateTime: created,
    signInActivity: activity,
  };
  return tenant.directory.create("user", {
    ...values,
    ...particulars(seeding, kind, nickname, index),
  });
}

/** Values that only some kinds of account have. */
function particulars(seeding: Seeding, kind: AccountKind, nickname: string, index: number): Values {
  if (kind === "guests") return { creationType: "Invitation", externalUserState: "Accepted" };
  if (kind !== "synced") return NONE;
  return {
    onPremisesSyncEnabled: true,
    onPremisesSamAccountName: nickname.slice(0, 20),
    onPremisesImmutableId: Buffer.from(String(index)).toString("base64"),
    onPremisesLastSyncDateTime: seeding.daysAgo(0),
  };
}

const NONE: Values = {};

function activityOf(seeding: Seeding, kind: AccountKind): Readonly<Record<string, unknown>> | null {
  if (kind === "before2024") {
    const old = new Date(Date.UTC(2022, 5, 1) + between(seeding, [0, 400]) * 86_400_000);
    const text = `${old.toISOString().slice(0, 19)}Z`;
    return {
      lastSignInDateTime: text,
      lastSignInRequestId: signInRequestId(seeding),
      lastNonInteractiveSignInDateTime: null,
      lastNonInteractiveSignInRequestId: "",
      lastSuccessfulSignInDateTime: null,
      lastSuccessfulSignInRequestId: null,
    };
  }
  const days = SIGN_IN_DAYS[kind];
  if (!days) return null;
  const ago = between(seeding, days);
  const success = seeding.nowMs - ago * 86_400_000;
  const known = success >= SUCCESS_KEPT_FROM_MS;
  const requestId = signInRequestId(seeding);
  return {
    // An attempt counts as well: it can be later than the last success.
    lastSignInDateTime: seeding.daysAgo(Math.max(0, ago - seeding.random.next())),
    lastSignInRequestId: requestId,
    lastNonInteractiveSignInDateTime: seeding.daysAgo(ago),
    lastNonInteractiveSignInRequestId: requestId,
    lastSuccessfulSignInDateTime: known ? seeding.daysAgo(ago) : null,
    lastSuccessfulSignInRequestId: known ? requestId : null,
  };
}

/** Request ids of past sign-ins: a few, shared by all users. */
const REQUEST_IDS = Array.from({ length: 256 }, (_, at) => guidOf(0x516e, at));

const signInRequestId = (seeding: Seeding): string => seeding.random.pick(REQUEST_IDS);
