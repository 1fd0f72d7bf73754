import { programOnPath } from "../../service/dev/program-path.ts";
import { ownFolder, type Project } from "../pulumi/project-settings.ts";

/** Rewrites the commands in a sentence so that they work for programs that are not on PATH. */
export function withShellCommands(sentence: string, project: Project): string {
  return sentence.replace(
    /(?<=[:,] |`)(minikube|pulumi)(?= [a-z])/g,
    (_match, program: "minikube" | "pulumi") => shellCommand(program, project),
  );
}

/** The command line of a program in the user's shell. Programs that `up` installed are not on that PATH. */
export function shellCommand(program: "kubectl" | "minikube" | "pulumi", project: Project): string {
  const path = programOnPath(program);
  if (path !== undefined && !path.startsWith(ownFolder(project))) return program;
  // kubectl is optional, and minikube includes one.
  if (program === "kubectl")
    return `${shellCommand("minikube", project)} kubectl -p ${project.minikubeProfile} --`;
  return `npm run ${program} --`;
}
