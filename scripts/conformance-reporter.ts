import type { TestEvent } from "node:test/reporters";

const titles: Readonly<Record<string, string>> = {
  entra: "Microsoft Entra: sign-in of applications and people",
  graph: "Microsoft Graph v1.0",
  "key-vault": "Azure Key Vault",
  "managed-identity": "Managed identities",
  management: "Azure Resource Manager",
};

/** A behavior's title ends in its source: `… [user-post-users]`. */
const source = /\[([^\]]+)\]$/;

/** Prints conformance tests as the list of what is emulated; a behavior without a source is a failure. */
export default async function* report(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const suites = new Map<string, string[]>();
  const lines = new Map<string, string[]>();
  const faults: string[] = [];
  let ours = 0;
  let documented = 0;
  for await (const event of events) {
    if (event.type === "test:start") {
      const { file = "", nesting, name } = event.data;
      const path = suites.get(file)?.slice(0, nesting) ?? [];
      suites.set(file, [...path, name]);
    }
    if (event.type !== "test:pass" && event.type !== "test:fail") continue;
    const { data } = event;
    if (data.details.type === "suite") continue;
    const { file = "", name } = data;
    if (event.type === "test:fail") {
      faults.push(`FAILED: ${name}\n  ${String(event.data.details.error)}`);
    }
    const found = source.exec(name)?.[1];
    if (found === undefined) faults.push(`No source: ${name}`);
    else if (found === "ours") ours += 1;
    else documented += 1;
    const path = (suites.get(file) ?? []).slice(0, data.nesting);
    const service = /test\/cloud\/([^/]+)\//.exec(file)?.[1] ?? "";
    const heading = `${titles[service] ?? service} › ${path.join(" › ")}`;
    const held = lines.get(heading);
    if (held) held.push(name);
    else lines.set(heading, [name]);
  }
  for (const [heading, names] of [...lines].toSorted(([a], [b]) => a.localeCompare(b))) {
    yield `\n${heading}\n${names.map((name) => `  ${name}\n`).join("")}`;
  }
  yield `
${documented} behaviors of Microsoft's services, each with its source, and ${ours} of the local cloud's own ([ours]).
In brackets: the page of learn.microsoft.com (Graph reference and concepts, Entra identity platform, Key Vault),
or where it was seen. What is not in this list answers 501 or is named in docs/local-cloud.md.
`;
  for (const fault of faults) yield `\n${fault}\n`;
  if (faults.length > 0) process.exitCode = 1;
}
