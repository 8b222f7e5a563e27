/*
 * Preload for Azurite: it ends when the process that started it is gone, however that went. Without
 * this it would stay for ever after a kill -9.
 */
"use strict";

const process = require("node:process");

process.on("disconnect", () => process.exit(0));
