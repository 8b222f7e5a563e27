import { app } from "@azure/functions";

import { application } from "../shared/app/compose.ts";

/** The second safety net: files that no event announced, tenants with work and no runner. */
app.timer("sweep", {
  schedule: "%SWEEP_SCHEDULE%",
  handler: (_timer, context) => application(context).sweep(),
});
