import { programOnPath } from "../../service/dev/program-path.ts";
import { findBackend } from "../pulumi/pulumi-backend.ts";
import type { Project } from "../pulumi/project-settings.ts";
import { UserError } from "../process/user-error.ts";
import type { Finding } from "./check.ts";

/** Reports where Pulumi would store the stack. */
export async function backend(project: Project): Promise<Finding> {
  try {
    const { kind, text } = await findBackend(project);
    const found = kind === "login" ? text : `${text} (no Pulumi login needed)`;
    return { state: "ok", found };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const absent = programOnPath("pulumi") === undefined;
    const fix = absent ? "Only Pulumi knows its backend: `npm run up` installs Pulumi." : error.message;
    return { state: "warn", found: "unknown", fix };
  }
}
