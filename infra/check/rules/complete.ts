import { posix } from "node:path";

import { type BicepFile, declared } from "../bicep-file.ts";
import { finding, modulesOf } from "../infra.ts";
import { at, objectOf } from "../value.ts";
import type { Rule } from "./rule.ts";

export const understood: Rule = {
  says: "every file can be read by the parser",
  findings: (infra) => infra.bicep.flatMap((each) => each.problems),
};

const sentence = /^[A-Z].*[.]$/s;

export const described: Rule = {
  says: "every parameter, variable, output, type and property of a type is described in a sentence",
  findings: (infra) =>
    infra.bicep
      .filter((file) => file.path.endsWith(".bicep"))
      .flatMap((file) => [
        ...file.declarations
          .filter((each) => !sentence.test(each.description ?? ""))
          .map((each) => finding(file, each.line, `${each.keyword} ${each.name} is not described`)),
        ...declared(file, "type").flatMap((type) =>
          (objectOf(type.value)?.properties ?? [])
            .filter((each) => !sentence.test(each.description ?? ""))
            .map((each) => finding(file, each.line, `${type.name}.${each.name} is not described`)),
        ),
      ]),
};

/** The file that a module or an import of `from` names. */
const target = (from: BicepFile, path: string): string =>
  posix.normalize(posix.join(posix.dirname(from.path), path));

export const used: Rule = {
  says: "every file is part of main.bicep",
  findings: (infra) => {
    const reached = new Set(["main.bicep", "main.bicepparam"]);
    for (const file of infra.bicep) {
      for (const each of file.modules) reached.add(target(file, each.path));
      for (const each of file.imports) reached.add(target(file, each));
    }
    return infra.bicep
      .filter((file) => !reached.has(file.path))
      .map((file) => finding(file, 1, "nothing uses this file"));
  },
};

export const wired: Rule = {
  says: "every module is given exactly the parameters it declares, and only outputs that exist are read",
  findings: (infra) =>
    modulesOf(infra).flatMap(({ file, it: module }) => {
      const called = infra.bicep.find((each) => each.path === target(file, module.path));
      if (called === undefined) return [finding(file, module.line, `no file ${module.path}`)];
      const parameters = declared(called, "param");
      const given = objectOf(at(module.body, "params"))?.properties ?? [];
      const outputs = new Set(declared(called, "output").map(({ name }) => name));
      const read = [
        ...file.text.matchAll(new RegExp(`\\b${module.symbol}[!]?\\.\\??outputs\\.(\\w+)`, "g")),
      ].map(([, name = ""]) => name);
      return [
        ...parameters
          .filter((each) => each.value === undefined)
          .filter((each) => !given.some(({ name }) => name === each.name))
          .map((each) => finding(file, module.line, `${module.path} needs ${each.name}`)),
        ...given
          .filter((each) => !parameters.some(({ name }) => name === each.name))
          .map((each) => finding(file, each.line, `${module.path} has no parameter ${each.name}`)),
        ...read
          .filter((name) => !outputs.has(name))
          .map((name) => finding(file, module.line, `${module.path} has no output ${name}`)),
      ];
    }),
};

/** Names that a file gives to things, and those that loops and lambdas give. */
function namesIn(file: BicepFile): Set<string> {
  const own = [...file.declarations.map((each) => each.name), ...imported(file)];
  const things = [...file.resources, ...file.modules].map((each) => each.symbol);
  return new Set([...own, ...things]);
}

const imported = (file: BicepFile): string[] =>
  [...file.text.matchAll(/^import \{([^}]*)\}/gm)].flatMap(([, names = ""]) =>
    names.split(",").map((name) => name.trim()),
  );

export const noLeftovers: Rule = {
  says: "every parameter, variable and import is used",
  findings: (infra) =>
    infra.bicep
      .filter((file) => file.path.endsWith(".bicep"))
      .flatMap((file) =>
        [...namesIn(file)]
          .filter((name) => !isOutputOrType(file, name))
          .filter((name) => occurrences(file.text, name) < 2)
          .filter((name) => !isMade(file, name))
          .map((name) => finding(file, 1, `${name} is not used`)),
      ),
};

/** Uses of a name and its declaration: not comments, descriptions or the names of properties. */
const occurrences = (text: string, name: string): number =>
  [
    ...text
      .replaceAll(/\/\/.*$|^ *@description\(.*$/gm, "")
      .matchAll(new RegExp(`\\bin ${name}:|\\b${name}\\b(?!:[^:])`, "g")),
  ].length;

const isOutputOrType = (file: BicepFile, name: string): boolean =>
  file.declarations.some(
    (each) => each.name === name && (each.keyword === "output" || each.keyword === "type"),
  );

/** A resource or module is used by being deployed; only an existing one has to be referenced. */
const isMade = (file: BicepFile, name: string): boolean =>
  file.modules.some((each) => each.symbol === name) ||
  file.resources.some((each) => each.symbol === name && !each.existing);
