import { chunk } from "../core/chunk.ts";
import type { GraphAnswer, GraphRead } from "../core/graph-request.ts";
import type { Operation } from "./operation.ts";
import { type PlannedWrite, type ReadyWrite, isPending } from "./row.ts";

/** A write to look at, with its operation. */
export interface Look {
  readonly operation: Operation;
  readonly write: PlannedWrite;
}

/** One read, and the places in the list of looks that it is for. */
interface JointRead {
  readonly read: GraphRead;
  readonly places: readonly number[];
}

/** Reads in the order given; whatever is no answer is handed on as it is. */
type ReadAll<E> = (reads: readonly GraphRead[]) => Promise<readonly (GraphAnswer | E)[]>;

/**
 * Looks at many writes with as few reads as possible: those of one group and operation share one, 20 at
 * a time. If Graph refuses such a read, its writes are looked at one by one. The answers are in the order
 * of the looks, as each operation's own `look` is answered; `undefined` if no read can be made of a write.
 */
export async function lookTogether<E>(
  looks: readonly (Look | undefined)[],
  readAll: ReadAll<E>,
): Promise<(GraphAnswer | E | undefined)[]> {
  const seen: (GraphAnswer | E | undefined)[] = looks.map(() => undefined);
  const refused = await read(joined(looks), looks, readAll, seen);
  await read(
    refused.flatMap((place) => single(place, looks[place])),
    looks,
    readAll,
    seen,
  );
  await readFurther(looks, readAll, seen);
  return seen;
}

/** Makes the second reads of operations that need one, and puts their answers in place of the first. */
async function readFurther<E>(
  looks: readonly (Look | undefined)[],
  readAll: ReadAll<E>,
  seen: (GraphAnswer | E | undefined)[],
): Promise<void> {
  const reads = looks.flatMap((look, place): JointRead[] => {
    const answer = seen[place];
    const write = look && readyOf(look);
    const further = write && isAnswer(answer) && look.operation.lookFurther?.(write, answer);
    return further ? [{ read: further, places: [place] }] : [];
  });
  await read(reads, looks, readAll, seen);
}

/** Fills `seen`; returns the places of the writes whose joint read was refused. */
async function read<E>(
  reads: readonly JointRead[],
  looks: readonly (Look | undefined)[],
  readAll: ReadAll<E>,
  seen: (GraphAnswer | E | undefined)[],
): Promise<number[]> {
  if (reads.length === 0) return [];
  const answers = await readAll(reads.map((each) => each.read));
  const refused: number[] = [];
  for (const [at, { places }] of reads.entries()) {
    const answer = answers[at];
    if (places.length > 1 && isAnswer(answer) && answer.status === 400) refused.push(...places);
    else for (const place of places) seen[place] = partOf(answer, looks[place], places.length);
  }
  return refused;
}

function partOf<E>(answer: E | GraphAnswer | undefined, look: Look | undefined, count: number) {
  const ready = look && readyOf(look);
  if (count === 1 || !ready || !isAnswer(answer)) return answer;
  return look.operation.together?.lookOf(answer, ready) ?? answer;
}

function joined(looks: readonly (Look | undefined)[]): JointRead[] {
  const groups = new Map<Operation, Map<string, number[]>>();
  const reads: JointRead[] = [];
  for (const [place, look] of looks.entries()) {
    const group = look?.write.group;
    if (!look?.operation.together || group === undefined) {
      reads.push(...single(place, look));
      continue;
    }
    const ofOperation = groups.get(look.operation) ?? new Map<string, number[]>();
    groups.set(look.operation, ofOperation);
    ofOperation.set(group, [...(ofOperation.get(group) ?? []), place]);
  }
  for (const [operation, ofOperation] of groups) {
    for (const places of [...ofOperation.values()].flatMap((each) => chunk(each))) {
      reads.push(...joint(operation, places, looks));
    }
  }
  return reads;
}

function joint(
  operation: Operation,
  places: readonly number[],
  looks: readonly (Look | undefined)[],
): JointRead[] {
  const writes = places.flatMap((place) => {
    const look = looks[place];
    return (look && readyOf(look)) ?? [];
  });
  if (places.length === 1 || writes.length < places.length) {
    return places.flatMap((place) => single(place, looks[place]));
  }
  try {
    return [{ read: operation.together!.look(writes), places }];
  } catch {
    return places.flatMap((place) => single(place, looks[place]));
  }
}

function single(place: number, look: Look | undefined): JointRead[] {
  const write = look && readyOf(look);
  if (!write) return [];
  try {
    return [{ read: look.operation.look(write), places: [place] }];
  } catch {
    return [];
  }
}

const readyOf = ({ write }: Look): ReadyWrite | undefined => (isPending(write) ? undefined : write);

const isAnswer = (each: unknown): each is GraphAnswer =>
  typeof each === "object" && each !== null && "status" in each && "requestId" in each;
