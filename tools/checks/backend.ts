import { programOnPath } from "../../service/dev/path.ts";
import { findBackend } from "../backend.ts";
import type { Project } from "../project.ts";
import { Fault } from "../run.ts";
import type { Finding } from "./check.ts";

/** Where Pulumi would keep the stack. */
export async function backend(project: Project): Promise<Finding> {
  try {
    const { kind, text } = await findBackend(project);
    const found = kind === "login" ? text : `${text}: \`npm run up\` uses it where there is no login`;
    return { state: "ok", found };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const absent = programOnPath("pulumi") === undefined;
    const mend = absent ? "`npm run up` brings Pulumi, which knows." : error.message;
    return { state: "warn", found: "unknown", mend };
  }
}
