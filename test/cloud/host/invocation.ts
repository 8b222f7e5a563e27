import { hookContext } from "./core-hooks.ts";
import { type AppState, SystemError } from "./core-module.ts";
import type { InvocationRequest, InvocationResponse, LogLevel, RpcLog } from "./protocol.ts";

/**
 * Runs one invocation as nodejs-worker src/eventHandlers/InvocationHandler.ts does: arguments,
 * preInvocation hooks (may replace inputs and handler), the handler, postInvocation hooks (may
 * replace result and error; they run after a handler that threw, too), then the response. A hook
 * that throws fails the invocation.
 */
export async function invoke(
  app: AppState,
  request: InvocationRequest,
  log: (log: RpcLog, shared?: object) => void,
): Promise<InvocationResponse> {
  const found = app.functions.get(request.functionId);
  if (!found || !app.model)
    throw new SystemError(`Function code for '${request.functionId}' is not loaded.`);

  const { name } = found.metadata;
  const core = {
    invocationId: request.invocationId,
    request,
    metadata: { ...found.metadata, bindings: found.bindings },
    state: undefined as string | undefined,
    log: (level: LogLevel, logCategory: RpcLog["logCategory"], message: string) => {
      const { invocationId } = request;
      log({ level, logCategory, message, category: `${name}.Invocation`, invocationId }, shared);
    },
  };
  let shared: Record<string, unknown> | undefined;
  const model = await app.model.getInvocationModel(core);
  const { context, inputs } = await model.getArguments();
  const data = { hookData: {}, appHookData: app.hooks.appHookData, invocationContext: context };
  shared = data;

  const pre = hookContext(data, { functionCallback: found.callback, inputs });
  await during("preInvocationHooks", () => app.hooks.run("preInvocation", pre));

  const outcome: { inputs: unknown[]; result: unknown; error: unknown } = {
    inputs: pre.inputs,
    result: null,
    error: null,
  };
  const post = hookContext(data, outcome);
  try {
    post.result = await during("invocation", () =>
      model.invokeFunction(context, pre.inputs, pre.functionCallback),
    );
  } catch (thrown) {
    post.error = thrown;
  }
  await during("postInvocationHooks", () => app.hooks.run("postInvocation", post));

  // Rethrown unchanged: the host receives its message and stack.
  // oxlint-disable-next-line typescript/only-throw-error
  if (post.error !== null && post.error !== undefined) throw post.error;
  return (await model.getResponse(context, post.result)) as InvocationResponse;

  async function during<Result>(state: string, work: () => Promise<Result>): Promise<Result> {
    core.state = state;
    try {
      return await work();
    } finally {
      core.state = undefined;
    }
  }
}
