import { app } from "@azure/functions";

import { endInvocations } from "../shared/app/compose.ts";

/** The host ends this process, to restart it or to scale in: what runs hands over. */
app.hook.appTerminate(() => endInvocations());
