import type { Verdict } from "../../shared/catalogue/row.ts";
import type { Snapshot } from "../cloud/graph/graph.ts";
import type { Model, Oracle } from "./oracle.ts";

/** A row of report.json, as far as the oracle goes. */
export interface ReportedRow {
  readonly row: number;
  readonly verdict: string;
  readonly reason?: string;
}

/** One line for each difference between the result and the oracle; none if they agree. */
export function disagreements(
  oracle: Oracle,
  reported: readonly ReportedRow[],
  after: Snapshot,
): readonly string[] {
  const verdicts = reported.flatMap(({ row, verdict, reason }) => {
    const predicted: Verdict | undefined = oracle.verdicts[row - 1];
    return verdict === predicted
      ? []
      : [`row ${row}: ${verdict} (${reason ?? "no reason"}), predicted ${predicted ?? "nothing"}`];
  });
  const missing = oracle.verdicts.length - reported.length;
  return [
    ...verdicts,
    ...(missing === 0 ? [] : [`${missing} rows are missing from the report`]),
    ...directoryDisagreements(oracle.directory, after),
  ];
}

/** Ids that Graph gave are unknown beforehand: people are compared by name. */
function directoryDisagreements(model: Model, after: Snapshot): readonly string[] {
  const found: string[] = [];
  const names = new Map<string, string>();
  for (const { id, values } of after.users) {
    const name = String(values["userPrincipalName"]).toLowerCase();
    names.set(id, name);
    const wanted = model.byName.get(name)?.values;
    if (!wanted) found.push(`a user is there who should not be: ${name}`);
    for (const [property, value] of Object.entries(wanted ?? {})) {
      if (JSON.stringify(values[property] ?? null) !== JSON.stringify(value ?? null)) {
        found.push(`${name}: ${property} is not as predicted`);
      }
    }
  }
  const present = new Set(names.values());
  for (const name of model.byName.keys()) {
    if (!present.has(name)) found.push(`a user is missing: ${name}`);
  }
  const nameOf = (id: string): string | undefined =>
    model.byId.get(id)?.values["userPrincipalName"] as string | undefined;
  for (const { id, members = [] } of after.groups) {
    const are = members.flatMap((member) => names.get(member) ?? []).toSorted();
    const should = [...(model.groups.get(id)?.members ?? [])]
      .flatMap((member) => nameOf(member)?.toLowerCase() ?? [])
      .toSorted();
    if (are.join() !== should.join()) {
      found.push(`group ${id}: ${are.length} members, predicted ${should.length}`);
    }
  }
  return found;
}
