import { InputRefusal } from "../../core/input-refusal.ts";

/** The refusal of an input for its mapping. `key` is the part at fault, such as `templates.displayName`. */
export const mappingInvalid = (
  path: string,
  key: string | undefined,
  what: string,
  fix: string,
): InputRefusal =>
  new InputRefusal(
    "MAPPING_INVALID",
    key === undefined ? `The mapping ${path} ${what}.` : `The mapping ${path}, ${key}: ${what}.`,
    `${fix} Correct the mapping as docs/input.md shows, then upload the file again.`,
    { file: path, column: key },
  );
