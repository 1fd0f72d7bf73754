// Node runs this before Pulumi's own code (Pulumi.yaml, nodeargs): what it makes of the program and of the SDK is kept,
// which is a third of the time that a program without changes takes to start. An older Node, too, must be able to read it.
import module from "node:module";
import { fileURLToPath, URL } from "node:url";

const folder = fileURLToPath(new URL("../../node_modules/.cache/koa-mongo-stack/compiled", import.meta.url));

module.enableCompileCache?.(folder);
