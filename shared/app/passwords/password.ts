import { randomInt } from "node:crypto";

const LOWER = "abcdefghijkmnopqrstuvwxyz";
const UPPER = "ABCDEFGHJKLMNPQRSTUVWXYZ";
const DIGITS = "23456789";
const SIGNS = "!#$%*+-=?@_";
const LENGTH = 32;

const one = (alphabet: string): string => alphabet.charAt(randomInt(alphabet.length));

/**
 * A random password of 32 characters with all four kinds, so that any tenant's policy takes it (Entra
 * asks for three of four and at most 256 characters). It goes into requests and, in the clear, nowhere else.
 */
export function makePassword(): string {
  const all = LOWER + UPPER + DIGITS + SIGNS;
  const characters = [LOWER, UPPER, DIGITS, SIGNS].map(one);
  while (characters.length < LENGTH) characters.push(one(all));
  for (let last = characters.length - 1; last > 0; last -= 1) {
    const other = randomInt(last + 1);
    [characters[last], characters[other]] = [characters[other] ?? "", characters[last] ?? ""];
  }
  return characters.join("");
}
