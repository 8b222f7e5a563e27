import { asName } from "./transliterate.ts";

/** A part of a template: text as it is, or the first `most` characters of a value. */
export type TemplatePart =
  | { readonly text: string }
  | { readonly name: string; readonly most: number };

const PIECES = /\{\{|\}\}|\{[^{}]*\}|[{}]|[^{}]+/g;
const REFERENCE = /^\{\s*(.*?)\s*(?::(\d{1,3}))?\}$/s;

/** The parts of a template that `templateFault` found good. `{{` and `}}` are single braces. */
export const partsOf = (template: string): readonly TemplatePart[] =>
  (template.match(PIECES) ?? []).map((piece) => {
    if (piece === "{{" || piece === "}}") return { text: piece.slice(1) };
    const [, name, most] = REFERENCE.exec(piece) ?? [];
    return name === undefined
      ? { text: piece }
      : { name, most: most === undefined ? Infinity : Number(most) };
  });

/** What is wrong with a template. */
export function templateFault(template: string): string | undefined {
  const parts = partsOf(template);
  const isLone = parts.some((part) => "text" in part && /^[{}]$/.test(part.text));
  const braces = template.replaceAll(/\{\{|\}\}/g, "").replaceAll(/\{[^{}]*\}/g, "");
  if (isLone && /[{}]/.test(braces)) return "a brace is opened or closed alone";
  if (parts.some((part) => "name" in part && (part.name === "" || part.most === 0))) {
    return "a pair of braces names nothing";
  }
  return parts.some((part) => "name" in part) ? undefined : "it names no value";
}

/** The first characters of a text; one that UTF-16 writes in two is whole. */
const firstOf = (text: string, most: number): string =>
  most >= text.length ? text : Array.from(text).slice(0, most).join("");

/** How the values are written in a template: as they are, or as parts of a name to sign in with. */
export interface TemplateForm {
  readonly isName: boolean;
  readonly letters: Readonly<Record<string, string>>;
}

/** A filled template, or the name of a value that is missing and must not be. */
export type Filled = { readonly text: string } | { readonly missing: string };

/**
 * Puts values into a template. A name needs each of its values; a text is empty if all of them are.
 */
export function fillTemplate(
  parts: readonly TemplatePart[],
  valueOf: (name: string) => string,
  { isName, letters }: TemplateForm,
): Filled {
  let text = "";
  let hasValue = false;
  for (const part of parts) {
    if ("text" in part) {
      text += part.text;
      continue;
    }
    const raw = valueOf(part.name).trim();
    const value = firstOf(isName ? asName(raw, letters) : raw, part.most);
    if (isName && value === "") return { missing: part.name };
    hasValue ||= value !== "";
    text += value;
  }
  return { text: hasValue ? text.trim() : "" };
}
