/** A command of the Azure CLI as a page or a script has it. */
export interface AzCommand {
  readonly place: string;
  /** The words after `az`, up to the first option: `functionapp stop`. */
  readonly words: readonly string[];
  /** `--resource-group`, `-c`. */
  readonly options: readonly string[];
}

/** Groups and commands that we use; prose such as "az is not on PATH" does not match. */
const first =
  "account|ad|bicep|consumption|deployment|functionapp|group|keyvault|lock|login|monitor|provider|resource|rest|role|storage|upgrade|version|webapp";

/** Every command in a Markdown page or a shell script, those inside messages included. */
export function azCommandsIn(path: string, text: string): AzCommand[] {
  const isPage = path.endsWith(".md");
  // A command continues after a backslash; in a page a code span may also continue on the next line.
  const joined = text
    .replaceAll(/\\\n\s*/g, " ")
    .replaceAll(/(`[^`\n]*)\n\s*(?=[^`\n]*`)/g, isPage ? "$1 " : "$&");
  const start = new RegExp(`\\baz ((?:${first})\\b(?: +[a-z][a-z0-9-]*(?![\\w=.]))*)`, "g");
  const commands = joined.split("\n").flatMap((line) =>
    [...line.matchAll(start)].map((match) => ({
      place: path,
      words: (match[1] ?? "").trim().split(/ +/),
      options: optionsIn(line.slice(match.index + match[0].length)),
    })),
  );
  // A group by its name alone, as in "every az storage line", is prose.
  const alone = new Set(["login", "rest", "upgrade", "version"]);
  return commands.filter(({ words }) => words.length > 1 || alone.has(words[0] ?? ""));
}

/** The options up to the end of the command: a pipe, a semicolon, a closing bracket or a code span's end. */
function optionsIn(rest: string): string[] {
  const plain = rest.replaceAll(/"(?:\\.|[^"])*"|'[^']*'/g, "''");
  const [own = ""] = plain.split(/[|;)`]|&&|\. [A-Z]| # |\baz /);
  return [...own.matchAll(/(?<=^|\s)(--[a-z][a-z-]*|-[a-z])(?=[\s=,"']|$)/g)].map(
    ([option]) => option,
  );
}

/** Options that every command takes. */
const everywhere = new Set(["--output", "-o", "--query", "--subscription", "--only-show-errors"]);

/** What is wrong with a command according to its own help; empty if nothing is. */
export function problemsOf({ place, words, options }: AzCommand, help: string): string[] {
  const command = `az ${words.join(" ")}`;
  if (!/^Command$/m.test(help)) return [`${place}: ${command} is no command`];
  const known = new Set([...help.matchAll(/(?<=\s)--?[a-zA-Z][a-zA-Z-]*/g)].map(([each]) => each));
  return options
    .filter((each) => !known.has(each) && !everywhere.has(each))
    .map((each) => `${place}: ${command} takes no ${each}`);
}
