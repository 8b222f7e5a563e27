import { createInterface } from "node:readline/promises";

import { usageError } from "./command-error.ts";

/** Asks the person before something happens. */
export interface Asker {
  /**
   * Resolves if the answer is yes, or `--yes` was given.
   * @throws CommandError if it is no, or if nobody can be asked.
   */
  confirm(question: string): Promise<void>;
}

export function createAsker(options: {
  readonly yes: boolean;
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
}): Asker {
  return {
    confirm: async (question) => {
      if (options.yes) return;
      if (!options.input.isTTY) {
        throw usageError(
          "Nobody can be asked: this is not a terminal.",
          "Add --yes if you are sure.",
        );
      }
      const lines = createInterface({ input: options.input, output: options.output });
      // The terminal does not make a signal of Ctrl-C while it is read.
      lines.on("SIGINT", () => {
        options.output.write("\nNothing was done.\n");
        process.kill(process.pid, "SIGINT");
      });
      try {
        const answer = await lines.question(`${question} [y/N] `);
        if (/^y(es)?$/i.test(answer.trim())) return;
      } finally {
        lines.close();
      }
      throw usageError("Nothing was done.", "Answer y to do it.");
    },
  };
}
