import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";

import offboard from "../../recipes/offboard.json" with { type: "json" };
import { recipesOf } from "../../shared/app/recipes.ts";
import { keptColumns } from "../../shared/batches/input/mapped-columns.ts";
import { readRecipe } from "../../shared/catalogue/recipe/recipe.ts";
import { catalogue } from "../../shared/operations/list.ts";

const { columns } = offboard;
const [disable, , takeGroups] = offboard.steps;

describe("a recipe", () => {
  for (const [what, file, says] of [
    ["has no version", { ...offboard, version: undefined }, /wrong at version: is missing/],
    ["has a property that nobody knows", { ...offboard, note: "" }, /wrong at note: is not known/],
    ["is of another version", { ...offboard, version: 2 }, /wrong at version/],
    ["has no step", { ...offboard, steps: [] }, /wrong at steps/],
    [
      "names an operation that is not there",
      { ...offboard, steps: [{ ...disable, operation: "user.dismiss" }] },
      /steps\.0\.operation: there is no operation user\.dismiss/,
    ],
    [
      "fills a column that its operation does not have",
      { ...offboard, steps: [{ ...disable, cells: { user: "{user}", member: "{user}" } }] },
      /user\.disable has no column member/,
    ],
    [
      "lacks a column that its operation needs",
      { ...offboard, steps: [{ ...disable, cells: {} }] },
      /disable lacks column user/,
    ],
    [
      "uses a value that nothing gives",
      { ...offboard, steps: [{ ...disable, when: "boss" }] },
      /disable uses boss/,
    ],
    [
      "has a column like none",
      { ...offboard, columns: { user: { ...offboard.columns.user, like: "user.disable/who" } } },
      /columns\.user\.like: there is no user\.disable\/who/,
    ],
    [
      "uses an item where there is no list",
      { ...offboard, steps: [{ ...disable, cells: { user: "{each}" } }] },
      /disable uses each/,
    ],
    [
      "has a cell with a placeholder inside other text",
      { ...offboard, steps: [{ ...disable, cells: { user: "{user}@contoso.com" } }] },
      /steps\.0\.cells\.user: must be text/,
    ],
    [
      "has a name that every object inherits",
      { ...offboard, steps: [{ ...disable, cells: { user: "{user}", constructor: "x" } }] },
      /name constructor is not possible/,
    ],
    [
      "has a column of the name that every recipe has",
      { ...offboard, columns: { ...offboard.columns, leave: offboard.columns.user } },
      /columns\.leave: every input has leave/,
    ],
    [
      "is called as something that every object inherits",
      { ...offboard, name: "constructor" },
      /wrong at name: the name constructor/,
    ],
    [
      "reads whom a column names that is like no user",
      { ...offboard, columns: { ...columns, user: { ...columns.user, like: "user.create/city" } } },
      /wrong at reads: user is like user\.create\/city/,
    ],
    [
      "reads a group as if it were a user",
      {
        ...offboard,
        columns: { ...columns, user: { ...columns.user, like: "group.delete/group" } },
      },
      /wrong at reads: user is like group\.delete\/group/,
    ],
    [
      "has a column of the name of what is read",
      { ...offboard, columns: { ...columns, groups: columns.keepGroups } },
      /columns\.groups: groups is what is read/,
    ],
    [
      "takes a column of the name of what is read",
      { ...offboard, columnsOf: "user.set-manager" },
      /columns\.manager: manager is what is read/,
    ],
    [
      "leaves items out of a list of its own columns",
      {
        ...offboard,
        columns: { ...columns, teams: columns.keepGroups },
        steps: [{ ...takeGroups, each: "teams" }],
      },
      /steps\.0\.except: only groups, reports and manager/,
    ],
    [
      "leaves items out of a list, and reads nobody",
      {
        ...offboard,
        reads: undefined,
        columns: { ...columns, groups: columns.keepGroups },
        steps: [takeGroups],
      },
      /steps\.0\.except: only groups, reports and manager/,
    ],
    [
      "leaves out what is no column",
      { ...offboard, steps: [{ ...takeGroups, except: "reports" }] },
      /steps\.0\.except: reports is none of its columns/,
    ],
    ["has two steps of one name", { ...offboard, steps: [disable, disable] }, /two steps/],
  ] as const) {
    it(`is not taken if it ${what}`, () => {
      assert.throws(() => readRecipe(file, catalogue), says);
    });
  }

  for (const name of [...keptColumns, "each", "all", "password", "neuesKennwort", "pwd"]) {
    it(`has no column ${name}, which is none that a recipe may give a meaning`, () => {
      const file = { ...offboard, columns: { ...columns, [name]: columns.handOver } };
      assert.throws(() => readRecipe(file, catalogue), new RegExp(`wrong at columns\\.${name}: `));
    });
  }

  it("may have a column that an operation calls so, although its name speaks of passwords", () => {
    const passwordPolicies = { about: "Theirs.", like: "user.update/passwordPolicies" };
    const file = { ...offboard, columns: { ...columns, passwordPolicies } };
    assert.ok(readRecipe(file, catalogue).fields["passwordPolicies"]);
  });

  it("is on the page about recipes, with every step and column", () => {
    const page = readFileSync(new URL("../../docs/recipes.md", import.meta.url), "utf8");
    for (const [name, each] of Object.entries(recipesOf(catalogue))) {
      const section = page.split(`\n## ${name}\n`)[1]?.split("\n## ")[0] ?? "";
      const steps = each.kind === "recipe" ? each.steps.map((step) => step.name) : [];
      for (const word of [...steps, ...Object.keys(each.about)]) {
        assert.ok(section.includes(`\`${word}\``), `${name}: ${word}`);
      }
    }
  });

  it("has an example that keeps the rules of its columns", () => {
    for (const { fields, example } of Object.values(recipesOf(catalogue))) {
      for (const [column, cell] of Object.entries(example)) {
        assert.ok("value" in fields[column]!.read(cell), column);
      }
    }
  });
});
