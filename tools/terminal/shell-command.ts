import { programOnPath } from "../../service/dev/program-path.ts";
import { ownFolder, type Project } from "../pulumi/project-settings.ts";

/** A sentence whose commands a person can type, with programs that are not on PATH. */
export function withShellCommands(sentence: string, project: Project): string {
  return sentence.replace(
    /(?<=[:,] |`)(minikube|pulumi)(?= [a-z])/g,
    (_match, program: "minikube" | "pulumi") => shellCommand(program, project),
  );
}

/** How a person calls a program in a shell of their own, where what was installed is not on PATH. */
export function shellCommand(program: "kubectl" | "minikube" | "pulumi", project: Project): string {
  const path = programOnPath(program);
  if (path !== undefined && !path.startsWith(ownFolder(project))) return program;
  // Nothing here needs kubectl, and minikube has one.
  if (program === "kubectl")
    return `${shellCommand("minikube", project)} kubectl -p ${project.minikubeProfile} --`;
  return `npm run ${program} --`;
}
