import {
  type GraphAnswer,
  type GraphRead,
  odataString,
  segment,
} from "../../core/graph-request.ts";
import { recordOf } from "../../core/record.ts";
import type { Graph } from "../../graph/types.ts";
import type { ChosenName, WantedName } from "./mapper.ts";

/** A row that wants a free name. */
export interface NameWish extends WantedName {
  readonly row: number;
}

/** What earlier rows of the batch have: names in small letters, and who they are, with their rows. */
export interface Given {
  readonly names: Set<string>;
  readonly persons: Map<string, number>;
}

/** After so many numbers a row fails, because something else must be wrong. */
const MOST = 999;

/** Values that one filter may name (Graph reference, query parameters: `in`). */
const PERSONS_A_READ = 15;

/**
 * Chooses a name for each row: `anna.ek@contoso.com`, or with the next number before the @ that no user and
 * no earlier row has. A person who has an account, or an earlier row, is left out. Who is deleted has another
 * name meanwhile and does not count. What is chosen is added to `given`.
 *
 * @throws OperatorError READ_INCOMPLETE, disposition `retry`
 */
export async function chooseNames(
  graph: Graph,
  wishes: readonly NameWish[],
  given: Given,
): Promise<Map<number, ChosenName>> {
  const chosen = new Map<number, ChosenName>();
  const open = await withoutKnown(graph, wishes, { given, chosen });
  const waiting = new Map<string, NameWish[]>();
  for (const wish of open) {
    const key = wish.base.toLowerCase();
    waiting.set(key, [...(waiting.get(key) ?? []), wish]);
  }
  const next = new Map<string, number>();
  const free = new Map<string, string[]>();
  // `b` with a 3 is the name that `b3` wants, too: who asks first, may have it.
  const asked = new Set<string>();
  while (waiting.size > 0) {
    const tries: { readonly key: string; readonly name: string }[] = [];
    for (const [key, rows] of waiting) {
      for (const name of candidates(rows, key, {
        next,
        isOut: (one) => asked.has(one) || given.names.has(one),
        most: rows.length - (free.get(key)?.length ?? 0),
      })) {
        asked.add(name.toLowerCase());
        tries.push({ key, name });
      }
    }
    const answers = await graph.readAll(tries.map(({ name }) => readOf(name)));
    for (const [at, { key, name }] of tries.entries()) {
      const status = answers[at]?.status;
      if (status === 404) {
        free.set(key, [...(free.get(key) ?? []), name]);
        given.names.add(name.toLowerCase());
      } else if (status !== 200) refuse(waiting, key, chosen, answers[at]);
    }
    settle(waiting, { free, next, chosen });
  }
  return chosen;
}

/** Leaves out persons who have an account, or an earlier row. */
async function withoutKnown(
  graph: Graph,
  wishes: readonly NameWish[],
  { given, chosen }: { readonly given: Given; readonly chosen: Map<number, ChosenName> },
): Promise<readonly NameWish[]> {
  const open: NameWish[] = [];
  for (const wish of wishes) {
    const person = wish.person?.toLowerCase();
    const before = person === undefined ? undefined : given.persons.get(person);
    if (before !== undefined) {
      chosen.set(wish.row, { skip: `Row ${before} is about the same person (employeeId).` });
      continue;
    }
    if (person !== undefined) given.persons.set(person, wish.row);
    open.push(wish);
  }
  const persons = open.flatMap(({ person }) => person ?? []);
  const reads: GraphRead[] = [];
  for (let at = 0; at < persons.length; at += PERSONS_A_READ) {
    reads.push(readOfPersons(persons.slice(at, at + PERSONS_A_READ)));
  }
  const answers = await graph.readAll(reads);
  const refused = answers.find(({ status }) => status !== 200);
  const known = new Set(answers.flatMap(idsIn));
  return open.filter(({ row, person }) => {
    if (person === undefined) return true;
    if (refused) chosen.set(row, { broken: unread(refused) });
    else if (known.has(person.toLowerCase())) {
      chosen.set(row, { skip: "The person has an account: a user with this employeeId exists." });
    }
    return !chosen.has(row);
  });
}

const readOfPersons = (persons: readonly string[]): GraphRead => ({
  method: "GET",
  url: `/users?$filter=employeeId%20in%20(${persons.map(odataString).join(",")})&$select=id,employeeId&$top=999`,
});

function idsIn({ body }: GraphAnswer): readonly string[] {
  const { value } = recordOf(body);
  const users: readonly unknown[] = Array.isArray(value) ? value : [];
  return users.flatMap((user) => {
    const { employeeId } = recordOf(user);
    return typeof employeeId === "string" ? employeeId.toLowerCase() : [];
  });
}

const readOf = (name: string): GraphRead => ({
  method: "GET",
  url: `/users/${segment(name)}?$select=id`,
});

const unread = ({ status, error }: GraphAnswer): string =>
  `could not be chosen: Graph refused to read users (${error?.code ?? status})`;

/** The next names of a base that no row has, at most as many as rows wait. */
function* candidates(
  [first]: readonly NameWish[],
  key: string,
  {
    next,
    isOut,
    most,
  }: { next: Map<string, number>; isOut: (name: string) => boolean; most: number },
): Generator<string> {
  let found = 0;
  let number = next.get(key) ?? 1;
  for (; found < most && number <= MOST; number++) {
    const name = numbered(first?.base ?? "", number);
    if (isOut(name.toLowerCase())) continue;
    found += 1;
    yield name;
  }
  next.set(key, number);
}

/** `anna.ek2@contoso.com` */
function numbered(base: string, number: number): string {
  const at = base.indexOf("@");
  return number === 1 ? base : `${base.slice(0, at)}${number}${base.slice(at)}`;
}

/** Fails the rows of a base of which a name cannot be read. */
function refuse(
  waiting: Map<string, NameWish[]>,
  key: string,
  chosen: Map<number, ChosenName>,
  answer: GraphAnswer | undefined,
): void {
  const broken = answer ? unread(answer) : "could not be chosen: Graph did not answer";
  for (const { row } of waiting.get(key) ?? []) chosen.set(row, { broken });
  waiting.delete(key);
}

/** Gives the free names of a base to its rows, in their order, once there are enough. */
function settle(
  waiting: Map<string, NameWish[]>,
  about: {
    readonly free: ReadonlyMap<string, readonly string[]>;
    readonly next: ReadonlyMap<string, number>;
    readonly chosen: Map<number, ChosenName>;
  },
): void {
  for (const [key, rows] of waiting) {
    const free = about.free.get(key) ?? [];
    if (free.length < rows.length && (about.next.get(key) ?? 1) <= MOST) continue;
    for (const [at, { row }] of rows.entries()) {
      const name = free[at];
      about.chosen.set(
        row,
        name === undefined ? { broken: `is taken with every number up to ${MOST}` } : { name },
      );
    }
    waiting.delete(key);
  }
}
