import { groupKindFacts, groupKindOf } from "../../catalogue/kinds/group-kind.ts";
import type { ExaminedObject } from "../../catalogue/refusals/diagnose.ts";
import type { Properties } from "../../catalogue/row.ts";
import type { GraphAnswer, GraphRead } from "../../core/graph-request.ts";
import type { ObjectId } from "../../core/object-id.ts";
import { recordOf } from "../../core/record.ts";
import type { Graph } from "../../graph/types.ts";

/** An object that a row would have changed. */
export interface Subject {
  readonly kind: "user" | "group" | "device";
  readonly id: ObjectId;
}

/** One question about an object: one read, which costs one resource unit. */
interface Question {
  readonly read: (id: ObjectId) => GraphRead;
  /** What an answer says. */
  readonly says: (body: Properties) => Partial<ExaminedObject>;
  /** If it may not be read: after "whether the user", and the permission that it takes. */
  readonly what: string;
  readonly permission: string;
}

const get = (url: `/${string}`): GraphRead => ({ method: "GET", url });

const values = (body: Properties): readonly Properties[] =>
  Array.isArray(body["value"]) ? body["value"].map(recordOf) : [];

const RESTRICTED = "is in a restricted management unit";

const questions: Readonly<Record<Subject["kind"], readonly Question[]>> = {
  user: [
    {
      read: (id) => get(`/users/${id}?$select=id,isManagementRestricted`),
      says: (user) => ({ isRestricted: user["isManagementRestricted"] === true }),
      what: RESTRICTED,
      permission: "User.Read.All",
    },
    {
      read: (id) =>
        get(`/users/${id}/transitiveMemberOf/microsoft.graph.directoryRole?$select=id,displayName`),
      says: (body) => ({
        roles: values(body).map(({ displayName }) =>
          typeof displayName === "string" ? displayName : undefined,
        ),
      }),
      what: "holds a directory role",
      permission: "RoleManagement.Read.Directory",
    },
    {
      read: (id) =>
        get(`/users/${id}/transitiveMemberOf/microsoft.graph.group?$select=id,isAssignableToRole`),
      says: (body) => ({
        isNearRoles: values(body).some((group) => group["isAssignableToRole"] === true),
      }),
      what: "is in a role-assignable group",
      permission: "GroupMember.Read.All",
    },
  ],
  group: [
    {
      read: (id) =>
        get(`/groups/${id}?$select=id,isManagementRestricted,${groupKindFacts.join(",")}`),
      says: (group) => {
        const { isRoleAssignable: isNearRoles, ...kind } = groupKindOf(group);
        return { ...kind, isNearRoles, isRestricted: group["isManagementRestricted"] === true };
      },
      what: "is protected",
      permission: "GroupMember.Read.All",
    },
  ],
  device: [
    {
      read: (id) => get(`/devices/${id}?$select=id,isManagementRestricted`),
      says: (device) => ({ isRestricted: device["isManagementRestricted"] === true }),
      what: RESTRICTED,
      permission: "Device.Read.All",
    },
  ],
};

/**
 * Looks why objects may be protected, in bulk: each question about an object costs one resource unit. What
 * cannot be read is named with the permission that it takes.
 */
export async function examine(
  graph: Graph,
  subjects: readonly Subject[],
): Promise<ReadonlyMap<ObjectId, ExaminedObject>> {
  const asked = subjects.flatMap((subject) =>
    questions[subject.kind].map((question) => ({ subject, question })),
  );
  const reads = asked.map(({ subject, question }) => question.read(subject.id));
  const lost = new Set<number>();
  const answers = await graph.readAll(reads, { unanswered: (at) => void lost.add(at) });
  const found = new Map<ObjectId, ExaminedObject>();
  for (const [at, { subject, question }] of asked.entries()) {
    const before = found.get(subject.id) ?? { noun: subject.kind };
    found.set(subject.id, {
      ...before,
      ...seenIn(lost.has(at) ? undefined : answers[at], question, before),
    });
  }
  return found;
}

function seenIn(
  answer: GraphAnswer | undefined,
  { says, what, permission }: Question,
  { unread = [] }: ExaminedObject,
): Partial<ExaminedObject> {
  if (answer?.status === 200) return says(recordOf(answer.body));
  return answer?.status === 403 || answer?.status === 401
    ? { unread: [...unread, { what, permission }] }
    : {};
}
