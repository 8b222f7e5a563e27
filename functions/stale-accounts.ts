import { app } from "@azure/functions";

import { application } from "../shared/app/compose.ts";

/** Decides which accounts are stale, and makes a batch of them. */
app.timer("staleAccounts", {
  schedule: "%STALE_ACCOUNTS_SCHEDULE%",
  handler: (timer, context) => application(context).staleAccounts(timer),
});
