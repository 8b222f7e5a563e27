import { fileURLToPath } from "node:url";

import { Language, type Node, Parser } from "web-tree-sitter";

import type { BicepFile, Declaration, Finding, Module, Resource } from "./bicep-file.ts";
import { descriptionIn, lineOf, literal, partsOf, valueOf } from "./expression.ts";
import { objectOf } from "./value.ts";

/** Parses a .bicep or .bicepparam file; what the parser cannot read is in `problems`. */
export type ParseBicep = (path: string, text: string) => BicepFile;

/**
 * Loads the grammar, which is the community's (tree-sitter-bicep 1.1.0) and not the compiler's: it has
 * no `extension` statement and no parameter files, so both are rewritten to what it has, in the same
 * columns.
 */
export async function createParser(): Promise<ParseBicep> {
  await Parser.init();
  const grammar = fileURLToPath(import.meta.resolve("tree-sitter-bicep/tree-sitter-bicep.wasm"));
  const parser = new Parser();
  parser.setLanguage(await Language.load(grammar));
  return (path, text) => {
    const extensions: string[] = [];
    const readable = text.replaceAll(/^extension +(\S+).*$/gm, (all, name: string) => {
      extensions.push(name);
      return " ".repeat(all.length);
    });
    const tree = parser.parse(
      path.endsWith(".bicepparam") ? readable.replaceAll(/^param /gm, "var   ") : readable,
    );
    if (tree === null) throw new TypeError(`${path} was not parsed.`);
    try {
      return fileOf(path, text, extensions, tree.rootNode);
    } finally {
      tree.delete();
    }
  };
}

function fileOf(path: string, text: string, extensions: string[], root: Node): BicepFile {
  const declarations: Declaration[] = [];
  const resources: Resource[] = [];
  const modules: Module[] = [];
  const imports: string[] = [];
  let targetScope: string | undefined;
  let decorators: Node | undefined;
  for (const node of partsOf(root)) {
    const parts = partsOf(node);
    const last = parts.at(-1);
    if (node.type === "resource_declaration") resources.push(...resourcesOf(node, undefined));
    if (node.type === "module_declaration") modules.push(...moduleOf(node));
    if (node.type === "import_functionality") imports.push((last && literal(last)) ?? "");
    if (node.type === "target_scope_assignment") targetScope = last && literal(last);
    declarations.push(...declarationOf(node, descriptionIn(decorators)));
    decorators = node.type === "decorators" ? node : undefined;
  }
  return {
    path,
    text,
    problems: problemsOf(path, root),
    targetScope,
    extensions,
    imports,
    declarations,
    resources,
    modules,
  };
}

const keywords: Readonly<Record<string, Declaration["keyword"]>> = {
  parameter_declaration: "param",
  output_declaration: "output",
  type_declaration: "type",
  variable_declaration: "var",
};

function declarationOf(node: Node, description: string | undefined): Declaration[] {
  const keyword = keywords[node.type];
  const [name, second, third] = partsOf(node);
  if (keyword === undefined || name === undefined || second === undefined) return [];
  const value = keyword === "type" || keyword === "var" ? second : third;
  return [
    {
      keyword,
      name: name.text,
      description,
      type: keyword === "var" ? "" : second.text,
      value: value && valueOf(value),
      line: lineOf(node),
    },
  ];
}

/** A resource and those nested in it; `parent` is the type and version that a nested one continues. */
function resourcesOf(
  node: Node,
  parent: { type: string; version: string } | undefined,
): Resource[] {
  const [symbol, typeText, body] = partsOf(node);
  if (symbol === undefined || typeText === undefined || body === undefined) return [];
  const [name = "", version] = (literal(typeText) ?? "").split("@");
  const type = parent === undefined ? name : `${parent.type}/${name}`;
  const own = { type, version: version ?? parent?.version ?? "" };
  const nested = objectNodeOf(body).flatMap((object) =>
    partsOf(object)
      .flatMap((property) => (property.type === "object_property" ? partsOf(property) : []))
      .filter((each) => each.type === "resource_declaration")
      .flatMap((each) => resourcesOf(each, own)),
  );
  const existing = node.children.some((each) => each?.type === "existing");
  const conditional = body.type === "if_statement";
  return [
    { symbol: symbol.text, ...own, existing, conditional, body: valueOf(body), line: lineOf(node) },
    ...nested,
  ];
}

/** The object in a resource's body, inside its condition or loop. */
function objectNodeOf(body: Node): Node[] {
  if (body.type === "object") return [body];
  const last = partsOf(body).at(-1);
  return last === undefined ? [] : objectNodeOf(last);
}

function moduleOf(node: Node): Module[] {
  const [symbol, path, body] = partsOf(node);
  const object = body && objectOf(valueOf(body));
  if (symbol === undefined || path === undefined || object === undefined) return [];
  const conditional = body?.type === "if_statement";
  const module = { symbol: symbol.text, path: literal(path) ?? "", conditional, body: object };
  return [{ ...module, line: lineOf(node) }];
}

function problemsOf(file: string, node: Node): Finding[] {
  if (!node.hasError) return [];
  if (node.isError || node.isMissing) {
    const [text = ""] = node.text.split("\n");
    const message = `not understood by the parser near “${text.slice(0, 40)}”`;
    return [{ file, line: lineOf(node), message }];
  }
  return node.children.flatMap((each) => (each === null ? [] : problemsOf(file, each)));
}
