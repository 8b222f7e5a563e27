import { buildInto } from "../../scripts/build.ts";
import { verdictBars, step, strong, total } from "../demo/show.ts";
import { dist, setStage, type Stage } from "../stage/stage.ts";
import {
  passOverlap,
  renew,
  startRows,
  TOKEN_SECONDS,
  untilRemoved,
  untilSignedInAnew,
  untilWriting,
} from "./rotation-story.ts";

/**
 * `npm run drill:rotation`: two whole rotations of the certificate against the local cloud, while a
 * batch writes at the full quota, with a line for each step. Exits with 1 if a row failed, a sign-in failed
 * that a caller waited for, or the registered keys are wrong.
 */
const ROWS = 12_000;
const startedMs = performance.now();
const tell = (line: string): void => step(startedMs, line);

tell("building dist/, exactly what is deployed");
await buildInto(dist, "functions/index.ts");
const stage = await setStage({ cloud: { graph: { seed: { users: 2000 } } } });
try {
  process.exitCode = await drill(stage);
} finally {
  await stage.close();
}

async function drill({ cloud, ...rest }: Stage): Promise<number> {
  const { control, home } = cloud;
  const keys = () => control.listCertificates({ appId: home.clientId });
  await control.configure({ login: { tokenLifetimeSeconds: TOKEN_SECONDS } });
  const [first] = await keys();
  tell(
    `a token lives for ${TOKEN_SECONDS} s here; one key is registered, as the deploy script did it`,
  );
  const batch = await startRows(stage, "load", ROWS);
  await untilWriting(stage, batch);
  tell(`a batch of ${ROWS} rows is being written; it must not notice anything of what follows`);

  tell(strong("first rotation"));
  const second = await renew(stage, tell);
  await untilSignedInAnew(stage, tell);
  // A new key takes a moment to replicate in Entra; until then the previous one signs in.
  await control.configure({ login: { keyReplicationSeconds: 7 } });
  tell(
    strong("second rotation, with a new key that Entra knows only seconds after it was registered"),
  );
  const third = await renew(stage, tell);
  await control.configure({ login: { keyReplicationSeconds: 0 } });
  await untilSignedInAnew(stage, tell);

  tell(strong("two days later"));
  await passOverlap(stage, tell);
  await untilRemoved(stage, second, tell);
  tell("the first key stays until it expires: the app does not know its id and may not look it up");

  const status = await rest.settled(batch, { timeoutMs: 180_000 });
  const left = (await keys()).map(({ thumbprint }) => thumbprint);
  const failures = rest.events.filter(({ event }) => event === "token.failed");
  const unserved = failures.filter(({ heldTokenServed }) => heldTokenServed !== true);
  const signIns = rest.events.filter(({ event }) => event === "token.acquired");
  const { vault } = await control.counters();
  const { "secret.get": gets = 0, "secret.versions": lists = 0 } = vault.byOperation;
  const wrong = [
    ...(status.verdicts.done === ROWS ? [] : [`${ROWS - status.verdicts.done} rows were not done`]),
    ...(unserved.length === 0 ? [] : [`${unserved.length} sign-ins failed for a waiting caller`]),
    ...(left.join() === [first?.thumbprint, third.thumbprint].join()
      ? []
      : [`registered are ${left.join(", ")}`]),
  ];
  tell("the batch is finished");
  console.log(`
${verdictBars(total([status]))}
    ${signIns.length} sign-ins by ${new Set(signIns.map(({ thumbprint }) => thumbprint)).size} keys, ${unserved.length} that failed for a waiting caller, ${gets + lists} reads of the vault
    ${wrong.length === 0 ? "no row failed; the newest key and the first one are registered, as predicted" : strong(wrong.join("; "))}
`);
  return wrong.length === 0 ? 0 : 1;
}
