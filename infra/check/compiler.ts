import { spawnSync } from "node:child_process";
import { join } from "node:path";

/** A way to call the real compiler. */
export interface Compiler {
  readonly name: string;
  /** The commands that build and lint infra/, each with its arguments. */
  readonly commands: readonly (readonly [string, ...string[]])[];
}

const answers = (command: string, ...options: readonly string[]): boolean =>
  spawnSync(command, options, { stdio: "ignore" }).status === 0;

/** The compiler on PATH, alone or through az; undefined if there is neither. */
export function findCompiler(infra: string): Compiler | undefined {
  const [main, parameters] = [join(infra, "main.bicep"), join(infra, "main.bicepparam")];
  if (answers("bicep", "--version")) {
    return {
      name: "bicep",
      commands: [
        ["bicep", "build", main, "--stdout"],
        ["bicep", "lint", main],
        ["bicep", "build-params", parameters, "--stdout"],
      ],
    };
  }
  if (answers("az", "bicep", "version")) {
    return {
      name: "az bicep",
      commands: [
        ["az", "bicep", "build", "--file", main, "--stdout"],
        ["az", "bicep", "lint", "--file", main],
        ["az", "bicep", "build-params", "--file", parameters, "--stdout"],
      ],
    };
  }
  return undefined;
}

/** az prints this on standard error; it is no finding about these files. */
const newRelease = /A new Bicep release is available/;

/**
 * Builds and lints; each line that complains is a finding. A mismatch with a resource type is only
 * a warning in Bicep (BCP035 to BCP089), so warnings count as errors do.
 */
export function compilerFindings({ commands }: Compiler): string[] {
  return commands.flatMap(([command, ...options]) => {
    const { status, stderr, error } = spawnSync(command, options, {
      encoding: "utf8",
      maxBuffer: 64 * 1024 * 1024,
    });
    const complaints = (stderr ?? "")
      .split("\n")
      .filter((line) => /\b(warning|error)\b/i.test(line) && !newRelease.test(line));
    const failed =
      status === 0
        ? []
        : [`${command} ${options.join(" ")}: ${error?.message ?? `exit code ${status}`}`];
    return [...complaints, ...failed];
  });
}
