import { isPassword } from "../../catalogue/payload.ts";
import { InputRefusal } from "../../core/input-refusal.ts";
import { didYouMean } from "../../core/nearest.ts";
import type { Mapper } from "../mapping/mapper.ts";
import { givenBy } from "../mapping/mapping.ts";
import { mappingInvalid } from "../mapping/refusal.ts";
import { partsOf } from "../mapping/template.ts";
import {
  knownColumns,
  type Named,
  OPERATION,
  refuseColumn,
  refuseDuplicate,
  type RowRules,
} from "./columns.ts";
import { originColumns } from "./origin-columns.ts";
import { senderColumns } from "./sender-columns.ts";

/** The columns that mean the same in every input, with a mapping too. */
export const keptColumns: readonly string[] = [OPERATION, ...senderColumns, ...originColumns];

/** Rules of an input that has a mapping. */
export type MappedRules = RowRules<Named> & { readonly mapper: Mapper };

/** Whether rows are mapped. */
export const isMapped = (rules: RowRules<Named>): rules is MappedRules =>
  rules.mapper !== undefined;

/**
 * Checks that the mapping gives properties of the operation only, and all that it needs.
 *
 * @throws InputRefusal MAPPING_INVALID, OPERATION_UNKNOWN
 */
export function refuseGiven(rules: MappedRules): void {
  const { mapper, catalogue, operation } = rules;
  const { mapping, path } = mapper;
  const known = knownColumns(rules);
  const given = new Set<string>();
  for (const [property, key] of givenBy(mapping)) {
    given.add(property);
    if (known.has(property)) continue;
    const whose = operation === undefined ? "no operation has" : `${operation} does not have`;
    throw mappingInvalid(
      path,
      key,
      `it gives ${property}, which ${whose}.${didYouMean(property, known)}`.replace(/\.$/, ""),
      `docs/rows.md lists what each operation takes.`,
    );
  }
  for (const [property, template] of Object.entries(mapping.templates)) {
    const isFree = typeof template === "object" && template.free === true;
    const isRecipe = operation !== undefined && catalogue[operation]?.expands === true;
    if (!isFree || isRecipe || operation === undefined || operation === "user.create") continue;
    throw mappingInvalid(
      path,
      `templates.${property}.free`,
      `${operation} takes no free name`,
      "Only user.create does, and recipes that create users, such as onboard.",
    );
  }
  const fields = operation === undefined ? {} : (catalogue[operation]?.fields ?? {});
  const missing = Object.keys(fields).find((name) => fields[name]?.required && !given.has(name));
  if (missing === undefined) return;
  throw mappingInvalid(
    path,
    undefined,
    `does not give ${missing}, which ${operation} needs`,
    "Add a column, a constant or a template for it.",
  );
}

/**
 * Checks the columns of an input against its mapping; those that the mapping does not name are not used.
 *
 * @throws InputRefusal PASSWORD_COLUMN, COLUMN_DUPLICATE, COLUMN_MISSING
 */
export function refuseMappedHeader(
  header: readonly string[],
  rules: MappedRules,
  file?: string,
): void {
  refuseMappedPasswords(header, rules, { file });
  refuseDuplicate(header, file);
  refuseUnseen(new Set(header), rules, file);
}

/** @throws InputRefusal PASSWORD_COLUMN */
export function refuseMappedPasswords(
  names: readonly string[],
  rules: MappedRules,
  where: { readonly file?: string | undefined; readonly row?: number },
): void {
  const known = knownColumns(rules);
  for (const [at, name] of names.entries()) {
    if (isPassword(name)) refuseColumn(name, known, where, at + 1);
  }
}

/** @throws InputRefusal COLUMN_MISSING for a column that the mapping names and the input does not have */
export function refuseUnseen(
  columns: ReadonlySet<string>,
  { mapper, operation }: MappedRules,
  file: string | undefined,
): void {
  const { mapping, path } = mapper;
  for (const [column, key] of usedBy(mapper)) {
    if (columns.has(column)) continue;
    throw new InputRefusal(
      "COLUMN_MISSING",
      `The mapping ${path}, ${key}, names the column ${column}, which the file does not have.${didYouMean(column, columns)}`,
      "Correct the mapping or the file's header; upper and lower case count. Then upload the file again.",
      { file, column },
    );
  }
  const isNamed = operation !== undefined || columns.has(OPERATION);
  if (isNamed || [...givenBy(mapping)].some(([property]) => property === OPERATION)) return;
  throw new InputRefusal(
    "COLUMN_MISSING",
    `Neither the mapping ${path} nor the message nor a folder names the operation.`,
    'Say it in the mapping ("operation": "user.create"), or put the file in a folder named as the operation.',
    { file, column: OPERATION },
  );
}

/** The columns that a mapping reads, with the key that names each. */
function* usedBy({ mapping }: Mapper): Generator<readonly [column: string, key: string]> {
  for (const column of Object.keys(mapping.columns)) yield [column, `columns.${column}`];
  for (const [at, { column }] of mapping.filters.entries()) yield [column, `filters.${at}.column`];
  const given = new Set([...givenBy(mapping)].map(([property]) => property));
  for (const [property, template] of Object.entries(mapping.templates)) {
    for (const part of partsOf(typeof template === "string" ? template : template.text)) {
      if ("name" in part && !given.has(part.name)) yield [part.name, `templates.${property}`];
    }
  }
}
