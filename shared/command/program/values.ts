import { type Command, InvalidArgumentError } from "commander";

import { type Verdict, verdicts } from "../../catalogue/row.ts";
import type { ChosenRows } from "../../records/decisions/decision.ts";
import { type BatchState, batchStates } from "../../records/status.ts";
import type { RowChoice } from "../verbs/show.ts";

/** A whole number from 1. @throws InvalidArgumentError */
export function countOf(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1) return count;
  throw new InvalidArgumentError("It must be a whole number from 1.");
}

/** Adds one more value to those that were typed before. */
export const collected = (text: string, before: readonly string[] | undefined): string[] => [
  ...(before ?? []),
  text,
];

/** States, separated by commas. @throws InvalidArgumentError */
export const statesOf = (text: string): BatchState[] =>
  text.split(",").map((word) => {
    const state = batchStates.find((each) => each === word.trim());
    if (state !== undefined) return state;
    throw new InvalidArgumentError(`States are ${batchStates.join(", ")}.`);
  });

const isVerdict = (word: string): word is Verdict => verdicts.some((each) => each === word);

/** Verdicts and row numbers, separated by commas. @throws InvalidArgumentError */
export function rowsOf(text: string): RowChoice {
  const words = text.split(",").map((word) => word.trim());
  const strange = words.find((word) => !isVerdict(word) && !/^[1-9]\d*$/.test(word));
  if (strange !== undefined) {
    throw new InvalidArgumentError(`Rows are numbers from 1, or ${verdicts.join(", ")}.`);
  }
  return {
    verdicts: words.filter(isVerdict),
    numbers: words.filter((word) => !isVerdict(word)).map(Number),
  };
}

/** `failed`, `held`, or row numbers. @throws InvalidArgumentError */
export function chosenRowsOf(text: string): ChosenRows {
  if (text === "failed" || text === "held") return text;
  const { verdicts: words, numbers } = rowsOf(text);
  if (words.length === 0) return numbers;
  throw new InvalidArgumentError("Rows are failed, held, or numbers such as 3,17.");
}

/** Row numbers. @throws InvalidArgumentError */
export function rowNumbersOf(text: string): readonly number[] {
  const { verdicts: words, numbers } = rowsOf(text);
  if (words.length === 0) return numbers;
  throw new InvalidArgumentError("Rows are numbers such as 3,17.");
}

/** The options that say how a file on this machine is read. */
export const readsFile = (verb: Command): Command =>
  verb
    .option("--sheet <name>", "the sheet of a workbook, if it has several")
    .option("--encoding <name>", "of CSV that is not Unicode, such as windows-1252")
    .option(
      "--set <cell>",
      "a cell that every row gets: --set group=Nurses; may be repeated",
      collected,
    );
