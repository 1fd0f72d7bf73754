import { programOnPath } from "../../service/dev/program-path.ts";
import { ownFolder, type Project } from "../pulumi/project-settings.ts";

/** A sentence whose commands a person can type, with programs that are not on PATH. */
export function asTyped(sentence: string, project: Project): string {
  return sentence.replace(
    /(?<=[:,] |`)(minikube|pulumi)(?= [a-z])/g,
    (_match, program: "minikube" | "pulumi") => byHand(program, project),
  );
}

/** How a person calls a program in a shell of their own, where what was brought is not on PATH. */
export function byHand(program: "kubectl" | "minikube" | "pulumi", project: Project): string {
  const path = programOnPath(program);
  if (path !== undefined && !path.startsWith(ownFolder(project))) return program;
  // Nothing here needs kubectl, and minikube has one.
  if (program === "kubectl") return `${byHand("minikube", project)} kubectl -p ${project.minikubeProfile} --`;
  return `npm run ${program} --`;
}
