import type { Graph } from "../../graph/types.ts";
import type { Blobs } from "../../storage/types.ts";
import type { InputRow } from "../formats/input-row.ts";
import { chooseNames, type Given, type NameWish } from "../mapping/choose-names.ts";
import type { Mapper } from "../mapping/mapper.ts";
import { readNames, writeNames } from "../mapping/stored-names.ts";
import type { Named, RowRules } from "./columns.ts";
import { readRow } from "./compile-row.ts";
import { inputShards, type Stored } from "./input-shards.ts";
import { mapRow } from "./map-row.ts";

/** The input that is planned. */
interface Rows {
  readonly batches: Blobs;
  readonly folder: string;
  readonly stored: Stored;
  readonly rules: RowRules<Named>;
  readonly graph: Graph;
  /** Nothing of it was planned before. */
  readonly isNew: boolean;
}

/**
 * The rows of a batch, one shard at a time. If its mapping wants free names, they are chosen here, and kept
 * before the shard is planned: a plan that is made again after a crash has the same ones.
 *
 * @throws as `inputShards` and `chooseNames`; OperatorError LEASE_LOST
 */
export async function* rowsToPlan(job: Rows): AsyncGenerator<readonly InputRow[]> {
  const { batches, folder, rules, isNew } = job;
  const { mapper } = rules;
  const shards = inputShards(batches, folder, job.stored);
  if (mapper === undefined || !wantsNames(mapper)) return yield* shards;
  const given: Given = { names: new Set(), persons: new Map() };
  let shard = 0;
  for await (const rows of shards) {
    shard += 1;
    const wishes = rows.flatMap((row) => wishOf(row, rules, mapper));
    let chosen = isNew ? undefined : await readNames(batches, folder, shard);
    if (chosen === undefined) {
      chosen = await chooseNames(job.graph, wishes, given);
      await writeNames(batches, folder, shard, chosen);
    }
    for (const { row, person } of wishes) {
      const own = chosen.get(row);
      if (own && "name" in own) given.names.add(own.name.toLowerCase());
      const key = person?.toLowerCase();
      if (key !== undefined && !given.persons.has(key)) given.persons.set(key, row);
    }
    yield rows.map((row) => ({ ...row, chosen: chosen.get(row.row) }));
  }
}

const wantsNames = ({ mapping }: Mapper): boolean =>
  Object.values(mapping.templates).some((each) => typeof each === "object" && each.free === true);

/** What a row wants that would otherwise be planned; only what creates a user takes a free name. */
function wishOf(row: InputRow, rules: RowRules<Named>, mapper: Mapper): readonly NameWish[] {
  const compiled = readRow(row, rules);
  if ("invalid" in compiled || !takesFreeName(compiled)) return [];
  const { wanted } = mapRow(row, mapper);
  return wanted === undefined ? [] : [{ row: row.row, ...wanted }];
}

/** A recipe of a mapping that gives the name of a new user creates one. */
const takesFreeName = ({ name, operation }: { name: string; operation: Named }): boolean =>
  name === "user.create" || operation.expands === true;
