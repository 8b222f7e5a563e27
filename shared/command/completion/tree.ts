import type { Command, Option } from "commander";

/** One word that may stand somewhere, with what it means. */
export interface Word {
  readonly word: string;
  readonly about: string;
  /** What may follow it as its value. */
  readonly values: readonly string[];
  /** Whether a value follows at all. */
  readonly takesValue: boolean;
}

/** A verb with what may follow it. */
export interface VerbWords {
  readonly verb: string;
  readonly about: string;
  /** The values of its first argument, if they are known. */
  readonly values: readonly string[];
  readonly options: readonly Word[];
}

/** Everything that can be completed, read off the parser itself. */
export function verbWords(program: Command): VerbWords[] {
  const common = program.options.map(wordOf);
  const help = { word: "--help", about: "show what it takes", values: [], takesValue: false };
  return program.commands.map((verb) => ({
    verb: verb.name(),
    about: firstSentence(verb.description()),
    values: verb.registeredArguments[0]?.argChoices ?? [],
    options: [...verb.options.map(wordOf), ...common, help],
  }));
}

const wordOf = (option: Option): Word => ({
  word: option.long ?? option.flags,
  about: option.description,
  values: option.argChoices ?? [],
  takesValue: option.required || option.optional,
});

const firstSentence = (text: string): string => text.split(/[.:;]( |$)/)[0] ?? text;
