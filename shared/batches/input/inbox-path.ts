import { InputRefusal } from "../../core/input-refusal.ts";
import { didYouMean, nearest } from "../../core/nearest.ts";
import type { InputFormat } from "../../records/manifest.ts";
import { isMappingFile } from "../mapping/find-mapping.ts";
import { isRecipeFile } from "../recipes/own-recipes.ts";

/** What a path in `inbox` says about its file. */
export interface InboxFile {
  readonly format: InputFormat;
  /** The operation that a folder names. */
  readonly operation?: string | undefined;
  /** The folder below that of the operation: with Entra's templates of members it names the group. */
  readonly group?: string | undefined;
}

/**
 * Files in this folder wait for a message that names them; events and the sweep ignore them. Capital
 * letters make no difference.
 */
export const isStaged = (path: string): boolean => /^staged\//i.test(path);

/** Files in this folder are planned and not applied; capital letters make no difference. */
export const isToPlan = (path: string): boolean => /^plan\//i.test(path);

const DEEPEST = 8;
const LONGEST = 512;
const FORMATS: readonly (readonly [RegExp, InputFormat])[] = [
  [/\.(csv|tsv)$/i, "csv"],
  [/\.(json|jsonl|ndjson)$/i, "jsonl"],
];

/**
 * Reads a path in `inbox`: `user.disable/leavers.csv` names operation and format.
 *
 * @throws InputRefusal FILE_NAME_INVALID for a path that could leave the container or hide what it is,
 * OPERATION_UNKNOWN for a folder whose name is nearly an operation.
 */
export function readInboxPath(path: string, operations: readonly string[]): InboxFile {
  const broken = ruleBroken(path);
  if (broken !== undefined) {
    throw new InputRefusal(
      "FILE_NAME_INVALID",
      `The file's path ${broken}.`,
      "Give the path inside the container inbox, for example user.disable/leavers.csv.",
    );
  }
  const format = FORMATS.find(([ending]) => ending.test(path))?.[1];
  if (format === undefined) {
    throw new InputRefusal(
      "FILE_NAME_INVALID",
      "The file's name does not say its format.",
      "End it in .csv, .tsv, .json (an array of objects) or .jsonl (one object a line). A workbook is converted first: npm run batch -- convert FILE --to NEW.csv",
      { file: path },
    );
  }
  if (isMappingFile(path)) {
    throw new InputRefusal(
      "FILE_NAME_INVALID",
      "The file is a mapping, which says how the columns of other files are read.",
      "Name a file with rows; the mapping in its folder counts by itself.",
      { file: path },
    );
  }
  if (isRecipeFile(path)) {
    throw new InputRefusal(
      "FILE_NAME_INVALID",
      "The file is a recipe, which rows can name, and not rows.",
      "Name a file with rows. The folder recipes/ of inbox is for recipes (docs/recipes.md).",
      { file: path },
    );
  }
  const folders = path.split("/").slice(0, -1);
  const named = [...new Set(folders.filter((folder) => operations.includes(folder)))];
  if (named.length > 1) {
    throw new InputRefusal(
      "FILE_NAME_INVALID",
      `The file's folders name more than one operation (${named.join(", ")}).`,
      "Keep one of them in the path.",
      { file: path },
    );
  }
  if (named.length === 0) refuseNearOperation(path, folders, operations);
  const [operation] = named;
  const below = operation === undefined ? undefined : folders[folders.indexOf(operation) + 1];
  return { format, operation, ...(below !== undefined && { group: below }) };
}

/** A folder such as `user.disabel` is a misspelled operation; any other is only a folder. */
function refuseNearOperation(
  path: string,
  folders: readonly string[],
  operations: readonly string[],
): void {
  const meant = folders.find(
    (folder) => folder.includes(".") && nearest(folder, operations) !== undefined,
  );
  if (meant === undefined) return;
  throw new InputRefusal(
    "OPERATION_UNKNOWN",
    `The file's folder names no operation.${didYouMean(meant, operations)}`,
    `Move the file to a folder named as one of: ${operations.join(", ")}.`,
    { file: path },
  );
}

function ruleBroken(path: string): string | undefined {
  if (path === "") return "is empty";
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(path))
    return "is a URL, and only its part after inbox/ is wanted";
  if (path.length > LONGEST) return `has more than ${LONGEST} characters`;
  // oxlint-disable-next-line no-control-regex -- control characters are what is refused
  if (/[\u0000-\u001f\u007f]/.test(path)) return "holds control characters";
  if (path.includes("\\")) return "holds a backslash";
  const parts = path.split("/");
  if (parts.length > DEEPEST) return `is deeper than ${DEEPEST} levels`;
  if (parts.some((part) => part === ".." || part === ".")) return "holds a . or .. step";
  if (parts.some((part) => part === ""))
    return "starts or ends with a slash, or holds two in a row";
  return parts.some((part) => part.endsWith(".")) ? "has a part that ends with a dot" : undefined;
}
