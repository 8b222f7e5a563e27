/** What people and columns call an object. */
interface Called {
  /** The column of a row that names it. */
  readonly column: string;
  /** After "the". */
  readonly noun: string;
}

/** Types of object that a write can be about, besides users. A new one is an entry here. */
export const objectTypes = {
  group: { column: "group", noun: "group" },
  device: { column: "device", noun: "device" },
} as const satisfies Readonly<Record<string, Called>>;

/** An edge from the object that holds it, and is changed by it, to the one that it names. */
interface Edge {
  readonly holder: Called;
  readonly object: Called;
  /** The holder has one at most, so that setting it replaces another. */
  readonly isOnly: boolean;
  /** Whether it decides who may change the object, so that an edge to a protected object is protected, too. */
  readonly isPower: boolean;
}

/** Types of edge besides the membership of a group. A new one is an entry here. */
export const edgeTypes = {
  owner: {
    holder: { column: "group", noun: "group" },
    object: { column: "owner", noun: "owner" },
    isOnly: false,
    isPower: false,
  },
  manager: {
    holder: { column: "user", noun: "user" },
    object: { column: "manager", noun: "manager" },
    isOnly: true,
    isPower: false,
  },
  sponsor: {
    holder: { column: "user", noun: "guest" },
    object: { column: "sponsor", noun: "sponsor" },
    isOnly: false,
    isPower: false,
  },
  "unit-member": {
    holder: { column: "unit", noun: "administrative unit" },
    object: { column: "member", noun: "member" },
    isOnly: false,
    isPower: true,
  },
} as const satisfies Readonly<Record<string, Edge>>;

/** A type of object besides users. */
export type ObjectType = keyof typeof objectTypes;
/** A type of edge besides memberships. */
export type EdgeType = keyof typeof edgeTypes;

/** Whether there is a type of object of this name. */
export const isObjectType = (name: string): name is ObjectType => Object.hasOwn(objectTypes, name);

/** Whether there is a type of edge of this name. */
export const isEdgeType = (name: string): name is EdgeType => Object.hasOwn(edgeTypes, name);
