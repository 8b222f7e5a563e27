/** What was found out about a row that Graph refused with 403. */
export interface Examined {
  /** The permissions that the row needs and the token lacks. */
  readonly lacking: readonly string[];
  /** The object that it would have changed; absent if it creates one. */
  readonly object?: ExaminedObject | undefined;
}

/** What Graph says of an object that it does not let an application change. */
export interface ExaminedObject {
  /** After "the". */
  readonly noun: string;
  /** The directory roles that it holds, also through groups; `undefined` if a name may not be read. */
  readonly roles?: readonly (string | undefined)[];
  /** Whether it is a role-assignable group, or in one. */
  readonly isNearRoles?: boolean;
  readonly isRestricted?: boolean;
  readonly isDynamic?: boolean;
  readonly isSynchronized?: boolean;
  /** A distribution list or mail-enabled security group. */
  readonly isMailGroup?: boolean;
  /** What could not be read, and the permission that it takes. */
  readonly unread?: readonly { readonly what: string; readonly permission: string }[];
}

/** Why Graph refused the row, and what to do about it. */
interface Diagnosis {
  readonly name:
    | "permission"
    | "restricted-unit"
    | "role-holder"
    | "role-assignable"
    | "dynamic-group"
    | "synchronized"
    | "mail-group"
    | "untold"
    | "unknown";
  readonly why: string;
  readonly fix: string;
}

/** The cause of a 403, as far as it was found out: what is certain comes before what is likely. */
export function diagnose({ lacking, object }: Examined, requestId?: string): Diagnosis {
  if (lacking.length > 0) {
    return {
      name: "permission",
      why: `The application's token lacks ${lacking.join(", ")}, which the row needs`,
      fix: `Grant ${lacking.join(", ")} with admin consent, then send the failed rows again (rerun).`,
    };
  }
  return (object && ofObject(object)) ?? unknown(object, requestId);
}

function ofObject(object: ExaminedObject): Diagnosis | undefined {
  const { noun, roles = [] } = object;
  if (object.isRestricted) {
    return {
      name: "restricted-unit",
      why: `The ${noun} is in a restricted management administrative unit`,
      fix: "Only an administrator of that unit may change it: have one do it.",
    };
  }
  if (roles.length > 0) {
    const names = roles.filter((each) => each !== undefined);
    const which =
      names.length === roles.length
        ? `: ${names.join(", ")}`
        : ". Which one, RoleManagement.Read.Directory would let this application tell";
    return {
      name: "role-holder",
      why: `The ${noun} holds a directory role${which}`,
      fix: "An administrator with a higher role has to do it: Graph lets no application without such a role change administrators.",
    };
  }
  if (object.isNearRoles) {
    return {
      name: "role-assignable",
      why: `The ${noun} is ${noun === "group" ? "a" : "in a"} group that can hold directory roles`,
      fix: "It takes RoleManagement.ReadWrite.Directory, which this application never has: a privileged role administrator has to do it.",
    };
  }
  return ofGroup(object);
}

function ofGroup(object: ExaminedObject): Diagnosis | undefined {
  if (object.isDynamic) {
    return {
      name: "dynamic-group",
      why: "A rule decides who is in the group",
      fix: "Change the rule, or the properties that it looks at.",
    };
  }
  if (object.isSynchronized) {
    return {
      name: "synchronized",
      why: `The ${object.noun} is synchronized from on-premises Active Directory`,
      fix: "Make the change in Active Directory.",
    };
  }
  if (object.isMailGroup) {
    return {
      name: "mail-group",
      why: "The group is a distribution list or mail-enabled security group, which Graph does not manage",
      fix: "Change its members in Exchange.",
    };
  }
  return undefined;
}

function unknown(object: ExaminedObject | undefined, requestId: string | undefined): Diagnosis {
  const support = `Microsoft support finds the request by its id${requestId === undefined ? "" : `, ${requestId}`}.`;
  const [first] = object?.unread ?? [];
  if (object && first) {
    const permissions = [...new Set(object.unread?.map(({ permission }) => permission))];
    return {
      name: "untold",
      why: `Graph does not let this application make the change, and not tell why: it may not read whether the ${object.noun} ${object.unread?.map(({ what }) => what).join(", or ")}`,
      fix: `Grant ${permissions.join(", ")}, so that the next report tells the cause; or look at the ${object.noun} in the admin center. ${support}`,
    };
  }
  return {
    name: "unknown",
    why: `Graph does not let this application make the change, for a cause that is unknown: its token has every permission${object ? `, and the ${object.noun} is not protected as far as can be seen` : ""}`,
    fix: `A permission granted a moment ago takes minutes to work: send the failed rows again (rerun) later. ${support}`,
  };
}
