/*
 * Preload for Azurite: ends it when the process that started it is gone. Without this it would keep
 * running after a kill -9.
 */
"use strict";

const process = require("node:process");

process.on("disconnect", () => process.exit(0));
