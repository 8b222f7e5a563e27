import { type GraphRead, odataString, segment } from "../../core/graph-request.ts";
import { selecting } from "./selecting.ts";

/** How objects of one kind are read. */
interface Kind {
  /** The path of the collection under the version root. */
  readonly path: `/${string}`;
  /** In "does not let this application read …". */
  readonly plural: string;
  /** The least that lets the application read them. */
  readonly permission: string;
  /** Whether what was read is kept while a plan is made: a file names few of them many times. */
  readonly isKept: boolean;
}

/** What the plan can read by a reference. A new kind is an entry here; `deleted-…` has only ids. */
export const lookupKinds = {
  user: { path: "/users", plural: "users", permission: "User.Read.All", isKept: false },
  group: { path: "/groups", plural: "groups", permission: "GroupMember.Read.All", isKept: true },
  device: { path: "/devices", plural: "devices", permission: "Device.Read.All", isKept: false },
  unit: {
    path: "/directory/administrativeUnits",
    plural: "administrative units",
    permission: "AdministrativeUnit.Read.All",
    isKept: true,
  },
  "subscribed-skus": {
    path: "/subscribedSkus",
    plural: "the tenant's products (subscribed SKUs)",
    permission: "LicenseAssignment.Read.All",
    isKept: true,
  },
  "deleted-user": {
    path: "/directory/deletedItems",
    plural: "deleted users",
    permission: "User.Read.All",
    isKept: false,
  },
  "deleted-group": {
    path: "/directory/deletedItems",
    plural: "deleted groups",
    permission: "Group.Read.All",
    isKept: false,
  },
} as const satisfies Readonly<Record<string, Kind>>;

/** A kind of object that the plan can read. */
export type LookupKind = keyof typeof lookupKinds;

/** Whether a lookup of this kind reads what was deleted, which a row can restore. */
export const isDeletedKind = (kind: string): boolean => kind.startsWith("deleted-");

/** Whether a lookup of this kind reads a whole list, which has no reference and which no row changes. */
export const isListKind = (kind: string): boolean => kind === "subscribed-skus";

/** The path of one object; `ref`: its id, or of a user the name. */
export const pathOf = (kind: LookupKind, ref: string): `/${string}` =>
  `${lookupKinds[kind].path}/${segment(ref)}`;

/** The read of the objects that have this value: they are listed with `id` and these properties. */
export const lookFor = (
  kind: LookupKind,
  property: string,
  value: unknown,
  select: readonly string[],
): GraphRead => ({
  method: "GET",
  url: `${lookupKinds[kind].path}${selecting(["id", ...select])}&$filter=${property}%20eq%20${odataString(String(value))}`,
});
