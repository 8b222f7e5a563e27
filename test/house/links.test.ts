import assert from "node:assert/strict";
import { existsSync, globSync } from "node:fs";
import { basename, dirname, join, normalize } from "node:path";
import { describe, it } from "node:test";

import { anchorsOf, pages, proseOf, read, root, spansOf } from "./pages.ts";

const isOutside = (target: string): boolean => /^(https?|mailto):/.test(target);

const linksOf = (page: string): readonly string[] =>
  [...proseOf(page).matchAll(/\[[^\]]+\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target);

/** The page that a link of another leads to. */
const pageOf = (page: string, target: string): string => {
  const path = target.split("#", 1)[0] ?? "";
  return path === "" ? page : normalize(join(dirname(page), path));
};

const names = new Set(
  globSync("{.github,docs,functions,infra,scripts,shared,test}/**/*.*", { cwd: root }).map((path) =>
    basename(path),
  ),
);

/** What the product and its scripts tell people to read. */
const advisers = globSync("{.github,functions,infra,scripts,shared}/**/*.{ts,sh,bicep,json,yml}", {
  cwd: root,
});

describe("a reader of the pages", () => {
  it("finds every page that an error, an alert or a comment names", () => {
    const lost = advisers.flatMap((file) =>
      [...read(file).matchAll(/\bdocs\/[\w-]+\.md\b/g)]
        .map(([page]) => page)
        .filter((page) => !existsSync(join(root, page)))
        .map((page) => `${file}: ${page}`),
    );
    assert.deepEqual(lost, []);
  });

  it("finds the target of every link", () => {
    const dead = pages.flatMap((page) =>
      linksOf(page)
        .filter((target) => !isOutside(target))
        .filter((target) => {
          const to = pageOf(page, target);
          const [, anchor] = target.split("#");
          if (!existsSync(join(root, to))) return true;
          return anchor !== undefined && !anchorsOf(to).includes(anchor);
        })
        .map((target) => `${page}: ${target}`),
    );
    assert.deepEqual(dead, []);
  });

  it("reaches every page of docs/ from README.md", () => {
    const seen = new Set<string>();
    const open = ["README.md"];
    for (let page = open.pop(); page !== undefined; page = open.pop()) {
      if (seen.has(page) || !page.endsWith(".md")) continue;
      seen.add(page);
      for (const target of linksOf(page)) if (!isOutside(target)) open.push(pageOf(page, target));
    }
    const lost = pages.filter((page) => page.startsWith("docs/") && !seen.has(page));
    assert.deepEqual(lost, []);
  });

  it("finds every path that a page names", () => {
    const path = /(?<![\w./-])(?:docs|functions|infra|scripts|shared|test)\/[\w./-]*\w/g;
    const lost = pages.flatMap((page) =>
      [...proseOf(page).matchAll(path)]
        .map(([found]) => found)
        .filter((found) => !existsSync(join(root, found)))
        .map((found) => `${page}: ${found}`),
    );
    assert.deepEqual(lost, []);
  });

  it("finds every source file and page that a page names without its folder", () => {
    const file = /^[\w./-]+\.(ts|cjs|mjs|sh|bicep|bicepparam|md)$/;
    const lost = pages.flatMap((page) =>
      spansOf(page)
        .filter((span) => file.test(span) && !span.startsWith("."))
        .filter((span) => !names.has(basename(span)) && !existsSync(join(root, span)))
        .map((span) => `${page}: ${span}`),
    );
    assert.deepEqual(lost, []);
  });
});
