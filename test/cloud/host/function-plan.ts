import { type AppSettings, NotEmulated } from "./app-settings.ts";
import type { Schedule } from "./ncrontab.ts";
import type { BindingInfo, FunctionMetadata } from "./protocol.ts";
import { parseTimerSchedule } from "./timer-schedule.ts";

/** One queue of one storage account. */
interface QueueAddress {
  readonly serviceUri: string;
  readonly queue: string;
}

/** A function as the host runs it, with every setting resolved. */
export interface FunctionPlan {
  readonly functionId: string;
  readonly name: string;
  readonly trigger: { readonly bindingName: string } & (
    | ({ readonly kind: "queue" } & QueueAddress)
    | {
        readonly kind: "timer";
        readonly schedule: Schedule;
        readonly useMonitor: boolean;
        readonly runOnStartup: boolean;
      }
  );
  /** As registered: properties of the returned value are matched with their names. */
  readonly bindings: readonly BindingInfo[];
  readonly outputs: ReadonlyMap<string, QueueAddress>;
}

/** Utility.cs FunctionNameValidationRegex. */
const NAME = /^(?!host$)[a-z][a-z0-9_-]{0,127}$/i;
/** Utility.cs BindingNameValidationRegex. */
const BINDING_NAME = /^(?:[a-z][a-z0-9]{0,127}|\$return)$/i;
const QUEUE_NAME = /^[a-z0-9](?:-?[a-z0-9]){2,62}$/;

/**
 * Converts a function that the worker reported into the plan that the host runs.
 *
 * @throws NotEmulated for other triggers, retry policies and inputs; TypeError for a function that cannot run,
 * without which Azure's host starts.
 */
export function planFunction(metadata: FunctionMetadata, settings: AppSettings): FunctionPlan {
  const { name, bindings, functionId } = metadata;
  try {
    if (!NAME.test(name)) throw new TypeError("its name is not valid");
    for (const binding of bindings)
      if (!BINDING_NAME.test(binding.name))
        throw new TypeError(`the name of its binding, ${binding.name}, is not valid`);
    if (metadata.retryOptions) throw new NotEmulated("this host does not emulate retry policies");
    const [trigger, ...more] = bindings.filter(({ type }) => /trigger$/i.test(type));
    if (!trigger || more.length > 0) throw new TypeError("it must have one trigger");
    const outputs = bindings.filter(({ direction }) => direction !== "in");
    if (outputs.length + 1 < bindings.length)
      throw new NotEmulated("this host does not emulate inputs other than the trigger");
    return {
      functionId,
      name,
      trigger: planTrigger(trigger, settings),
      bindings,
      outputs: new Map(outputs.map((output) => [output.name, planOutput(output, settings)])),
    };
  } catch (error) {
    const Kind = error instanceof NotEmulated ? NotEmulated : TypeError;
    const { message } = error as Error;
    throw new Kind(`The function ${name} cannot run: ${message}`, { cause: error });
  }
}

function planTrigger(trigger: BindingInfo, settings: AppSettings): FunctionPlan["trigger"] {
  const bindingName = trigger.name;
  switch (trigger.type) {
    case "queueTrigger":
      return { kind: "queue", bindingName, ...queueAddress(trigger, settings) };
    case "timerTrigger":
      return {
        kind: "timer",
        bindingName,
        schedule: parseTimerSchedule(settings.resolve(option(trigger, "schedule"))),
        useMonitor: trigger["useMonitor"] !== false,
        runOnStartup: trigger["runOnStartup"] === true,
      };
    default:
      throw new NotEmulated(`this host does not emulate ${trigger.type}`);
  }
}

function planOutput(output: BindingInfo, settings: AppSettings): QueueAddress {
  if (output.type !== "queue")
    throw new NotEmulated(`this host does not emulate ${output.type} outputs`);
  return queueAddress(output, settings);
}

function queueAddress(binding: BindingInfo, settings: AppSettings): QueueAddress {
  const queue = settings.resolve(option(binding, "queueName")).toLowerCase();
  if (!QUEUE_NAME.test(queue)) throw new TypeError(`"${queue}" is not a valid queue name`);
  const connection = binding["connection"];
  const prefix = typeof connection === "string" && connection ? connection : "AzureWebJobsStorage";
  return { serviceUri: settings.serviceUri(prefix, "queue"), queue };
}

function option(binding: BindingInfo, name: string): string {
  const value = binding[name];
  if (typeof value === "string" && value) return value;
  throw new TypeError(`its ${binding.type} has no ${name}`);
}
