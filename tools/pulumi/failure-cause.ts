/** An error or warning of the bundler, in the progress of the image's build. */
const codeProblem = /docker:index:Image .*? (service\/\S+:\d+:\d+: .+)$/;
/** The header of a resource's messages. */
const header = /^ {2}(\S+) \(.*\):$/;
/** The start of a message. */
const start = /^ {4}(error|warning|info|debug): ?(.*)$/;
/** Pulumi's error of the stack, which names no cause. */
const noCause = /^(update|destroy|refresh|preview) failed$/;
/** Parts of the box in which minikube asks for a report. */
const box = /^[\s*]*$|[╭│╰]/;
/** The last line of a failed Command. */
const commandStart = "The command was: ";

/** An error in the section "Diagnostics" of Pulumi's output. */
interface Diagnostic {
  readonly type: string;
  readonly lines: readonly string[];
}

/** The cause in the output of a failed `pulumi up` or `pulumi destroy`, as one line. Undefined if it has none. */
export function causeIn(output: readonly string[]): string | undefined {
  const first = diagnosticsIn(output).find(({ lines: [text = ""] }) => !noCause.test(text));
  if (first === undefined) return firstMatch(output, /^error: (.+)$/);
  const inCode = first.type === "docker:index:Image" ? firstMatch(output, codeProblem) : undefined;
  return inCode ?? causeOf(first.lines);
}

function diagnosticsIn(output: readonly string[]): Diagnostic[] {
  const found: { type: string; lines: string[] }[] = [];
  let type = "";
  let current: string[] | undefined;
  for (const line of output.slice(output.indexOf("Diagnostics:") + 1)) {
    const [, level, text = ""] = start.exec(line) ?? [];
    const named = header.exec(line)?.[1];
    if (named !== undefined) type = named;
    if (level === "error") found.push({ type, lines: (current = [text]) });
    else if (level !== undefined || !line.startsWith("    ")) current = undefined;
    else current?.push(line.trim());
  }
  return found;
}

/** The line that says most. */
function causeOf([first = "", ...rest]: readonly string[]): string | undefined {
  // A program's last line of output is usually its error.
  const command = rest.findIndex((line) => line.startsWith(commandStart));
  if (command !== -1) return [first, ...rest.slice(0, command)].findLast((line) => !box.test(line));
  if (!first.endsWith(":")) return first;
  const details = rest.map((line) => line.replace(/^\* /, ""));
  return details.find((line) => line.startsWith("[Pod ")) ?? details.find((line) => line !== "") ?? first;
}

function firstMatch(lines: readonly string[], pattern: RegExp): string | undefined {
  return lines.map((line) => pattern.exec(line)?.[1]).find((match) => match !== undefined);
}
