import type { Operation } from "../../catalogue/operation.ts";
import type { GraphAnswer } from "../../core/graph-request.ts";
import type { RowHistory } from "../../records/history/row-history.ts";

/** How far Graph's clock may be behind ours. Two runners send a row further apart, but for rare hand-overs. */
const CLOCK_SKEW_MS = 5_000;

interface Given {
  readonly sealedPassword?: string;
}

/** The sealed password of a row whose last send was answered: Graph took that one. */
export const passwordSentLast = ({ passwords = [] }: RowHistory): Given => given(passwords.at(-1));

/**
 * The sealed password of a row whose change a look shows in place: the last that was about to be sent when
 * Graph made the change. A runner sends a row again with the same password; another runner, which knows
 * only the seal, makes a new one.
 */
export function passwordInPlace(
  { password }: Operation,
  { passwords = [] }: RowHistory,
  answer: GraphAnswer,
): Given {
  const madeMs = Date.parse(password?.givenAt?.(answer) ?? "");
  const before = passwords.filter(({ at }) => Date.parse(at) <= madeMs + CLOCK_SKEW_MS);
  return given(before.at(-1) ?? passwords[0]);
}

/**
 * The sealed passwords of a failed row, each once: those of its sends that were not answered, because any of them
 * may be the one that counts.
 */
export function passwordsInDoubt({ passwords = [] }: RowHistory): Given {
  const sealed = new Set(passwords.flatMap((each) => each.sealed || []));
  return sealed.size === 0 ? {} : { sealedPassword: [...sealed].join(" ") };
}

/** The history of a row whose last send Graph refused: its password is nobody's. */
export const lastRefused = (history: RowHistory): RowHistory => ({
  ...history,
  passwords: history.passwords?.slice(0, -1),
});

const given = (sent: { readonly sealed: string } | undefined): Given =>
  sent?.sealed ? { sealedPassword: sent.sealed } : {};
