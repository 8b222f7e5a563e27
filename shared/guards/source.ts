import type { BatchManifest } from "../records/manifest.ts";

/**
 * Where a batch comes from, as tripwires tell sources apart: a policy; a file by its folder and its name;
 * a message by its batch's name. Digits are folded to `#`, and case does not count, so that
 * `hr/joiners-2026-11-21.csv` and tomorrow's file have one source, `hr/joiners-#-#-#.csv`.
 */
export function sourceOf({
  batch,
  source,
  submitter,
}: Pick<BatchManifest, "batch" | "source" | "submitter">): string {
  if (submitter?.kind === "policy") return `policy ${submitter.policy}`;
  if (source.kind === "claimed" || source.file === undefined) return `batch ${folded(batch)}`;
  return fileSource(source.file.path);
}

/** The source of a file: whether it is planned first does not count. */
export function fileSource(path: string): string {
  const parts = path.toLowerCase().split("/");
  if (parts[0] === "plan") parts.shift();
  return [...parts.slice(0, -1), folded(parts.at(-1) ?? "")].join("/");
}

const folded = (name: string): string => name.toLowerCase().replace(/\d+/g, "#");
