// Node runs this file before Pulumi's own code (Pulumi.yaml, nodeargs). Node's compile cache keeps the compiled
// code of the program and of the SDK. The cache saves a third of the start of a program without changes. An older
// Node, too, must be able to read this file.
import module from "node:module";
import { fileURLToPath, URL } from "node:url";

const folder = fileURLToPath(new URL("../../node_modules/.cache/koa-mongo-stack/compiled", import.meta.url));

module.enableCompileCache?.(folder);
