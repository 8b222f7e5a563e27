import type { AppSettings } from "./app-settings.ts";
import { parseSchedule, type Schedule } from "./ncrontab.ts";
import type { BindingInfo, FunctionMetadata } from "./protocol.ts";

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
const QUEUE_NAME = /^[a-z0-9](?:-?[a-z0-9]){2,62}$/;

/**
 * Converts a function that the worker reported into the plan that the host runs.
 *
 * @throws TypeError for a function that Azure's host would silently not run, and for features that
 * this host does not emulate (other triggers, retry policies, binding expressions).
 */
export function planFunction(metadata: FunctionMetadata, settings: AppSettings): FunctionPlan {
  const { name, bindings, functionId } = metadata;
  try {
    if (!NAME.test(name)) throw new TypeError("its name is not valid");
    if (metadata.retryOptions) throw new TypeError("this host does not emulate retry policies");
    const [trigger, ...more] = bindings.filter(({ type }) => /trigger$/i.test(type));
    if (!trigger || more.length > 0) throw new TypeError("it must have one trigger");
    const outputs = bindings.filter(({ direction }) => direction !== "in");
    if (outputs.length + 1 < bindings.length)
      throw new TypeError("this host does not emulate inputs other than the trigger");
    return {
      functionId,
      name,
      trigger: planTrigger(trigger, settings),
      bindings,
      outputs: new Map(outputs.map((output) => [output.name, planOutput(output, settings)])),
    };
  } catch (error) {
    const { message } = error as Error;
    throw new TypeError(`The function ${name} cannot run: ${message}`, { cause: error });
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
        schedule: parseSchedule(settings.resolve(option(trigger, "schedule"))),
        useMonitor: trigger["useMonitor"] !== false,
        runOnStartup: trigger["runOnStartup"] === true,
      };
    default:
      throw new TypeError(`this host does not emulate ${trigger.type}`);
  }
}

function planOutput(output: BindingInfo, settings: AppSettings): QueueAddress {
  if (output.type !== "queue")
    throw new TypeError(`this host does not emulate ${output.type} outputs`);
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
