import { until } from "../core/until.ts";
import { columnOf } from "../house/pages.ts";
import { setStage, type Stage } from "../stage/stage.ts";
import { createOperator, type Operator, type Said } from "./operator.ts";

/** One task of the runbook, as it was typed and what came back. */
export interface DoneTask {
  readonly task: string;
  readonly typed: string;
  readonly said: Said;
}

/** What stands for the capital words of a command in the runbook. */
type Names = Readonly<Record<string, string>>;

/** A person of the seeded tenant. */
interface Person {
  readonly id: string;
  readonly upn: string;
}

/** The command of each task, as docs/runbook.md has it. */
const runbook = (): Map<string, string> => {
  const commands = columnOf("docs/runbook.md", "to", 1);
  return new Map(
    columnOf("docs/runbook.md", "to").map((task, at) => [
      task,
      (commands[at] ?? "").replaceAll("`", "").replace("npm run batch -- ", ""),
    ]),
  );
};

/**
 * Does every task of the runbook's table, with the command that the table has, on the built bundle in a
 * local cloud whose quota is small, so that a batch runs long enough to be stopped.
 */
export async function doTasks(onTask: (done: DoneTask) => void): Promise<readonly DoneTask[]> {
  await using stage = await setStage({
    cloud: { latency: false, graph: { seed: { users: 1000, groups: 2, disabled: 0, guests: 0 } } },
    settings: async () => ({
      MAX_DELETES_PER_BATCH: "2",
      GRAPH_WRITE_QUOTA: "120",
      GRAPH_WRITE_WINDOW_SECONDS: "10",
    }),
  });
  using operator = createOperator(stage);
  const { users } = await stage.cloud.control.graph("snapshot", {
    properties: ["userPrincipalName"],
  });
  const people = users.map(({ id, values }) => ({ id, upn: String(values["userPrincipalName"]) }));
  const commands = runbook();
  const done: DoneTask[] = [];
  const doTask = async (task: string, names: Names, ...more: readonly string[]): Promise<Said> => {
    const command = commands.get(task);
    if (command === undefined) throw new Error(`docs/runbook.md has no task "${task}"`);
    const words = [...command.split(" ").map((word) => names[word] ?? word), ...more];
    // Some ask before they do it; a person answers.
    const said = await operator.typeAtTerminal("y", ...words);
    const one = { task, typed: `npm run batch -- ${words.join(" ")}`, said };
    done.push(one);
    onTask(one);
    commands.delete(task);
    return said;
  };
  await tell({ stage, operator, people, doTask });
  if (commands.size > 0) throw new Error(`not done: ${[...commands.keys()].join(", ")}`);
  return done;
}

interface Story {
  readonly stage: Stage;
  readonly operator: Operator;
  readonly people: readonly Person[];
  readonly doTask: (task: string, names: Names, ...more: readonly string[]) => Promise<Said>;
}

const csv = (people: readonly Person[], ...more: readonly string[]): string =>
  `${["user", ...people.map(({ upn }) => upn), ...more].join("\n")}\n`;

/** The tasks in an order in which each has something to do. */
async function tell({ stage, operator, people, doTask }: Story): Promise<void> {
  const send = (name: string, file: string, operation: string): Promise<Said> =>
    operator.type("submit", file, "--operation", operation, "--name", name);
  const running = (batch: string) =>
    until(async () => {
      const now = await stage.status(batch);
      return now?.state === "running" && now.verdicts.done > 0 ? now : undefined;
    });

  operator.file("leavers.csv", csv(people.slice(0, 3), "nobody@nowhere.example"));
  await doTask(
    "send a file",
    { FILE: "leavers.csv", OPERATION: "user.disable" },
    "--name",
    "leavers-1",
  );
  await doTask("follow a batch", { BATCH: "leavers-1" });
  await doTask("see why a row failed", { BATCH: "leavers-1", ROW: "4" });
  operator.file("wrong.csv", "usr\nann@contoso.com\n");
  await send("wrong-1", "wrong.csv", "user.disable");
  await stage.settled("wrong-1");
  await doTask("see why a batch was refused", { BATCH: "wrong-1" });

  for (const [name, from] of [
    ["purge-1", 10],
    ["purge-2", 20],
  ] as const) {
    operator.file(`${name}.csv`, csv(people.slice(from, from + 4)));
    await send(name, `${name}.csv`, "user.delete");
    await stage.settled(name);
  }
  await doTask("release a held batch", { BATCH: "purge-1" }, "--wait");
  await doTask("reject a held or planned batch", { BATCH: "purge-2" });

  await doTask("prove that nothing of a batch was altered", { BATCH: "purge-1" });
  await doTask("undo a batch", { BATCH: "purge-1" }, "--wait");
  await doTask("try failed rows again", { BATCH: "leavers-1" });
  await doTask("find a person", { PERSON: people[10]!.upn });

  await stage.upload("staged/movers.csv", csv(people.slice(5, 7)));
  await doTask(
    "dry-run a file that was dropped into the inbox",
    { PATH: "staged/movers.csv" },
    "--operation",
    "user.disable",
  );

  const movers = people.slice(30).map(({ upn }) => `${upn},Nurse`);
  operator.file("many.csv", `${["user,jobTitle", ...movers].join("\n")}\n`);
  await send("many-1", "many.csv", "user.update");
  await running("many-1");
  await doTask("pause one batch", { BATCH: "many-1" });
  await until(async () => (await stage.status("many-1"))?.state === "paused");
  await operator.type("resume", "many-1");
  await running("many-1");
  await doTask("cancel a batch", { BATCH: "many-1" }, "--wait");
  await doTask("stop a tenant", {});
  await operator.type("resume", "--whole-tenant");
}
