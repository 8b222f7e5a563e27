import { spawn } from "node:child_process";

type Environment = Readonly<Record<string, string | undefined>>;

/** Opens a file or an address with the program that this machine has for it; `onError` if it has none. */
export function open(what: string, environment: Environment, onError: () => void): void {
  const [program, ...before] = openerOf(process.platform, environment);
  const opened = spawn(program, [...before, what], { stdio: "ignore", detached: true });
  opened.on("error", onError);
  opened.unref();
}

/** BROWSER, as xdg-open and git have it, or else the system's own opener. */
function openerOf(
  platform: NodeJS.Platform,
  environment: Environment,
): readonly [string, ...string[]] {
  const own = environment["BROWSER"];
  if (own) return [own];
  if (platform === "darwin") return ["open"];
  return platform === "win32" ? ["explorer.exe"] : ["xdg-open"];
}
