import { finding, type Infra } from "../infra.ts";
import type { Rule } from "./rule.ts";

interface Statement {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

/** The statements of a script: continued lines are joined, comments are left out. */
function statementsOf(file: string, text: string): Statement[] {
  const statements: Statement[] = [];
  let open: Statement | undefined;
  for (const [i, line] of text.split("\n").entries()) {
    if (/^\s*#/.test(line)) continue;
    const joined = open === undefined ? line.trim() : `${open.text} ${line.trim()}`;
    const statement = { file, line: open?.line ?? i + 1, text: joined.replace(/\\$/, "") };
    if (/\\$|(\|\||&&)\s*$/.test(line)) open = statement;
    else {
      statements.push(statement);
      open = undefined;
    }
  }
  return statements;
}

const scripts = (infra: Infra): Statement[] =>
  Object.entries(infra.files)
    .filter(([path]) => path.endsWith(".sh"))
    .flatMap(([path, text]) => statementsOf(path, text));

/** Functions of shell/ that ask Azure and answer on standard output. */
const asking =
  "az|retry_on|outputs|deployed|function_app|key_vault|unique_name|application|group_exists|registered_thumbprints|missing_grants|read_settings|list_deleted|project_node|mktemp";

/** `x=$(az …) || …`, or `if x=$(az …)`: bash itself continues after a failure in most other places. */
const checked = (text: string): boolean =>
  /^(?:if|elif) (?:! )?\w+=\$\(/.test(text) ||
  (/^\w+=\$\(/.test(text) && /\) *\|\| *\S/.test(text));

export const answersAreChecked: Rule = {
  says: "scripts check every answer of az for failure, and put none into a pipe",
  findings: (infra) =>
    scripts(infra).flatMap(({ file, line, text }) => {
      const takes = new RegExp(`\\$\\((?:${asking})\\b`).test(text);
      const plain = text.replaceAll(/"(?:\\.|[^"])*"|'[^']*'/g, "''");
      const piped = new RegExp(`(?:^|[ (])(?:${asking})\\b[^|]*\\|[^|]`).test(plain);
      return [
        ...(takes && !checked(text) ? [finding(file, line, `not checked: ${text}`)] : []),
        ...(piped ? [finding(file, line, `a failure is lost in the pipe: ${text}`)] : []),
      ];
    }),
};

/** The words of `NAME='…'` in a script. */
const wordsOf = (text: string, name: string): string[] =>
  (new RegExp(`^${name}='([^']*)'`, "m").exec(text)?.[1] ?? "").split(" ");

export const providersAreKnown: Rule = {
  says: "the deploy script registers the resource providers of the types in the Bicep, and no others",
  findings: (infra) => {
    const file = "shell/preflight.sh";
    const text = infra.files[file] ?? "";
    const listed = new Set([...wordsOf(text, "providers"), ...wordsOf(text, "network_providers")]);
    const used = new Set(
      infra.bicep
        .flatMap(({ resources }) => resources)
        .map(({ type }) => type.split("/")[0] ?? "")
        .filter((each) => each !== "Microsoft.Graph"),
    );
    // A delegation names it, and no resource does.
    used.add("Microsoft.App");
    return [
      ...[...used].filter((each) => !listed.has(each)).map((each) => `${each} is not asked for`),
      ...[...listed].filter((each) => !used.has(each)).map((each) => `nothing is of ${each}`),
    ].map((message) => finding(file, 1, message));
  },
};
