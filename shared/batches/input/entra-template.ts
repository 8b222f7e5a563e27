import { InputRefusal } from "../../core/input-refusal.ts";
import { didYouMean } from "../../core/nearest.ts";
import { createMapper, type Mapper } from "../mapping/mapper.ts";
import type { Mapping } from "../mapping/mapping.ts";
import { refuseColumn, type RowRules } from "./columns.ts";
import { keptColumns } from "./mapped-columns.ts";

/**
 * The properties of Entra's bulk templates that have another name in Graph; which is taken depends on the
 * operation. The label before the brackets and the word after them are translated, the name in them is not
 * (learn.microsoft.com/entra/identity/users/users-bulk-add and its neighbors, read 2026-11).
 */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  userPrincipalName: ["user"],
  objectId: ["user"],
  memberObjectIdOrUpn: ["member"],
  inviteeEmail: ["invitedUserEmailAddress"],
  inviteRedirectURL: ["inviteRedirectUrl"],
  sendEmail: ["sendInvitationMessage"],
  physicalDeliveryOfficeName: ["officeLocation"],
  telephoneNumber: ["businessPhones"],
  mobile: ["mobilePhone"],
};

/** The property that Entra's template calls "Block sign in (Yes/No)": there Yes means disabled. */
const BLOCKED = "accountEnabled";
const PASSWORD = "passwordProfile";

/** `Label [property] Required`. */
const HEADING = /^[^[\]]*\[\s*(\w+)\s*\][^[\]]*$/;

/** What messages call the mapping that such a header stands for. */
const PATH = "of Entra's bulk template";

/** What an input of such a template is read by. */
interface TemplateRules {
  readonly mapper: Mapper;
  readonly operation: string;
}

/** What is known of an input when its header has been read. */
interface HeaderRules extends Pick<RowRules, "operation" | "mapper"> {
  readonly catalogue: Readonly<Record<string, { readonly fields: Fields }>>;
  readonly file?: string | undefined;
  readonly group?: string | undefined;
}

type Fields = Readonly<Record<string, { readonly required: boolean }>>;

/**
 * How a header of Entra's bulk templates becomes the operation's columns; nothing for another header, or if
 * the folder has a mapping. A column without brackets is not used, as in Entra.
 *
 * @throws InputRefusal PASSWORD_COLUMN, COLUMN_UNKNOWN, COLUMN_MISSING
 */
export function templateOf(
  header: readonly string[],
  rules: HeaderRules,
): TemplateRules | undefined {
  const headings = header.map((text) => HEADING.exec(text)?.[1]);
  if (rules.mapper || headings.every((name) => name === undefined)) return undefined;
  const at = headings.indexOf(PASSWORD);
  if (at >= 0) refuseColumn(PASSWORD, new Set(), { file: rules.file }, at + 1);
  const operation = rules.operation ?? operationOf(headings, rules);
  const fields = rules.catalogue[operation]?.fields ?? {};
  const columns: Record<string, string> = {};
  for (const [position, name] of headings.entries()) {
    if (name === undefined) continue;
    const property = propertyOf(name, fields);
    const isNew = property !== undefined && !Object.values(columns).includes(property);
    if (!isNew) throw unknownHeading(name, operation, fields, rules);
    columns[header[position] ?? ""] = property;
  }
  const constants = groupOf(new Set(Object.values(columns)), operation, { fields, rules });
  const mapping = mappingOf(operation, columns, constants);
  return { operation, mapper: createMapper(mapping, PATH, keptColumns) };
}

/** Graph's name of a template's property, if the operation has it. */
const propertyOf = (name: string, fields: Fields): string | undefined =>
  [...(NAMES[name] ?? []), name].find((each) => Object.hasOwn(fields, each));

function mappingOf(
  operation: string,
  columns: Readonly<Record<string, string>>,
  constants: Readonly<Record<string, string>>,
): Mapping {
  const [first = ""] = Object.keys(columns);
  const isBlocking = Object.values(columns).includes(BLOCKED);
  return {
    version: 1,
    operation,
    columns,
    constants,
    templates: {},
    values: isBlocking ? { [BLOCKED]: { yes: "false", no: "true" } } : {},
    dates: {},
    letters: {},
    filters: [
      { column: first, notStartsWith: "Example:", reason: "It is the template's row of examples." },
    ],
  };
}

/** Two of the templates have columns that no other has; the others are told apart by their folder. */
function operationOf(
  headings: readonly (string | undefined)[],
  { catalogue, file }: HeaderRules,
): string {
  const has = (...names: string[]): boolean => names.every((name) => headings.includes(name));
  if (has("inviteeEmail") && "guest.invite" in catalogue) return "guest.invite";
  if (has("displayName", "userPrincipalName")) return "user.create";
  throw new InputRefusal(
    "COLUMN_MISSING",
    "The file is one of Entra's bulk templates, which do not say what is to be done, and neither does the message or a folder.",
    "Put it in a folder of inbox named as the operation, such as inbox/user.delete/, inbox/user.restore/ or inbox/group.add-member/<group>/, or name the operation in the message.",
    { file, column: "operation" },
  );
}

/** The group, which the portal knows from the page on which the file is uploaded, comes from the folder. */
function groupOf(
  given: ReadonlySet<string>,
  operation: string,
  { fields, rules }: { readonly fields: Fields; readonly rules: HeaderRules },
): Readonly<Record<string, string>> {
  if (fields["group"]?.required !== true || given.has("group")) return {};
  if (rules.group !== undefined) return { group: rules.group };
  throw new InputRefusal(
    "COLUMN_MISSING",
    "The file is Entra's template of group members, which does not say which group is meant.",
    `Put it in a folder named as the group: inbox/${operation}/<group>/members.csv, <group> being its object id or its display name. Or add a column [group].`,
    { file: rules.file, column: "group" },
  );
}

const unknownHeading = (
  name: string,
  operation: string,
  fields: Fields,
  { file }: HeaderRules,
): InputRefusal => {
  const known = Object.keys(fields);
  return new InputRefusal(
    "COLUMN_UNKNOWN",
    `The column [${name}] is not one that ${operation} takes.${didYouMean(name, known)}`,
    `Upload the template that belongs to the operation, or remove the column. ${operation} takes ${known.join(", ")}.`,
    { file, column: name },
  );
};
