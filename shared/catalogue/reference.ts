import { isGuid } from "../core/object-id.ts";

/** A property by which a row may name an object. */
interface Key {
  readonly is: (value: string) => boolean;
  /** Values that differ in case belong to different objects, although Graph's `eq` ignores case. */
  readonly isExact?: true;
  /** The permission without which Graph lists no object that has the value, and refuses nothing. */
  readonly permission?: string;
}

/** How objects of one kind are named. */
interface Named {
  /** The property that a text without a key and without the form of an id stands for. */
  readonly bare: string;
  /** Whether a text can be one, and what it must be, in words. */
  readonly is: (text: string) => boolean;
  readonly rule: string;
  /** The property that shows people which object it is. */
  readonly shown: string;
  /** Properties that `key:value` may name. Graph filters each by `eq` without advanced queries. */
  readonly keys: Readonly<Record<string, Key>>;
}

/** The characters of a user principal name, without accents: Graph reference, user-post-users, 2025-11-18. */
const UPN = /^[A-Za-z0-9'.\-_!#^~]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$/;

/** Whether the text can be a user principal name. */
export const isUpn = (raw: string): boolean =>
  raw.length <= 113 && UPN.test(raw) && !raw.startsWith(".") && !raw.includes(".@");

const upTo =
  (longest: number) =>
  (value: string): boolean =>
    value !== "" && value.length <= longest;

const mail: Key = { is: (value) => value.length <= 254 && /^[^@\s]+@[^@\s]+$/.test(value) };
const displayName: Key = { is: upTo(256) };
const byDisplayName = {
  bare: "displayName",
  is: displayName.is,
  rule: "a display name of at most 256 characters",
  shown: "displayName",
};

/**
 * The one place that says by what a row may name users, groups, devices and administrative units: an object
 * id, a bare name, or `key:value`.
 */
export const namedBy = {
  user: {
    bare: "userPrincipalName",
    is: isUpn,
    rule: "a user principal name",
    shown: "userPrincipalName",
    keys: {
      mail,
      employeeId: { is: upTo(16), permission: "User.Read.All" },
      onPremisesImmutableId: { is: upTo(256), isExact: true, permission: "User.Read.All" },
    },
  },
  group: {
    ...byDisplayName,
    keys: {
      mailNickname: { is: upTo(64) },
      uniqueName: { is: upTo(128) },
      mail,
      displayName,
    },
  },
  device: { ...byDisplayName, keys: { deviceId: { is: isGuid }, displayName } },
  unit: { ...byDisplayName, keys: { displayName } },
} as const satisfies Readonly<Record<string, Named>>;

/** A kind of object that rows name. */
export type NamedKind = keyof typeof namedBy;

/** Whether rows may name objects of this kind by more than their ids. */
export const isNamedKind = (kind: string): kind is NamedKind => Object.hasOwn(namedBy, kind);

/** What a row says of an object: the property, `id` if it is its object id, and the value. */
export interface Reference {
  readonly property: string;
  readonly value: string;
}

/** Reads the text of a cell; `undefined` if it names nothing of this kind: `ruleOf` says what it must be. */
export function parseReference(kind: NamedKind, text: string): Reference | undefined {
  const { bare, is, keys }: Named = namedBy[kind];
  const ref = text.trim();
  if (isGuid(ref)) return { property: "id", value: ref.toLowerCase() };
  const at = ref.indexOf(":");
  const property = ref.slice(0, Math.max(at, 0));
  if (!Object.hasOwn(keys, property)) return is(ref) ? { property: bare, value: ref } : undefined;
  const value = ref.slice(at + 1).trim();
  return keys[property]?.is(value) ? { property, value } : undefined;
}

/** The shortest text that `parseReference` reads as this reference. */
export function textOf(kind: NamedKind, { property, value }: Reference): string {
  const meant = parseReference(kind, value);
  const isBare = meant?.property === property && meant.value === value;
  return isBare ? value : `${property}:${value}`;
}

/** What a cell that names such an object must be, in words. */
export function ruleOf(kind: NamedKind): string {
  const { rule, keys }: Named = namedBy[kind];
  const others = Object.keys(keys).map((key) => `${key}:…`);
  return `must be an object id (a GUID), ${rule}, or one of ${others.join(", ")}`;
}

/** The permission without which nothing is found by the property, and no error says so. */
export const permissionToFind = (kind: NamedKind, property: string): string | undefined => {
  const { keys }: Named = namedBy[kind];
  return keys[property]?.permission;
};

/** Whether values of the property are told apart by their case. */
export const isExact = (kind: NamedKind, property: string): boolean => {
  const { keys }: Named = namedBy[kind];
  return keys[property]?.isExact === true;
};

/**
 * The value in a form in which values that Graph may take for equal are equal: without case, accents and width.
 * Different values may have one form, so that it is only used to tell which value an object was listed for.
 */
export const folded = (value: string): string =>
  value.normalize("NFKD").replaceAll(/\p{M}/gu, "").toLowerCase().replaceAll("ß", "ss").trim();

/** The key of what a row names by another property than its id or a user's name, before it exists. */
export const aliasKey = (kind: string, property: string, value: string): string =>
  `named:${kind}/${property}:${folded(value)}`;
