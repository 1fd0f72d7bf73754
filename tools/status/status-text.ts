import { styleText } from "node:util";
import {
  isHealthy,
  type EventStatus,
  type PodStatus,
  type Status,
  type UrlStatus,
  type WorkloadStatus,
} from "./stack-status.ts";

/** Limit of characters in a warning's message, and how many of them are its end. */
const messageLength = 120;
const messageEnd = 60;

/** Formats the status for people, on one screen. */
export function formatStatus(status: Status): string {
  const { namespace, profile, time, service, mongodb, events } = status;
  const at = new Date(time).toTimeString().slice(0, 8);
  const health = isHealthy(status) ? good("healthy") : bad("unhealthy");
  return [
    `${styleText("bold", namespace)} on ${profile}, ${at}: ${health}`,
    "",
    row("URL", urlWords(status)),
    row("pods", workloadWords(service)),
    ...service.pods.map((pod) => row("", podWords(pod))),
    row("image", service.images.join(" and ") || "none"),
    row("scaling", scalingWords(status)),
    row("MongoDB", mongodbWords(status)),
    ...(mongodb.ready < mongodb.wanted ? mongodb.pods.map((pod) => row("", podWords(pod))) : []),
    row("warnings", events.length === 0 ? "none" : ""),
    ...events.map((event) => row("", eventWords(event))),
  ].join("\n");
}

function row(name: string, text: string): string {
  return `${styleText("dim", name.padEnd(10))}${text}`.trimEnd();
}

function urlWords({ url }: Status): string {
  const { address, ok, ms, version, fault } = url;
  if (!ok) return `${address} ${bad(`is unavailable: ${fault ?? "no answer"}`)}`;
  return `${address} answers in ${ms ?? 0} ms, version ${version ?? "unknown"}`;
}

function workloadWords({ ready, wanted }: WorkloadStatus): string {
  const text = `${ready} of ${wanted} pods ready`;
  return ready >= wanted && wanted > 0 ? good(text) : bad(text);
}

function podWords({ name, ready, state, age, restarts, lastEnd, problem }: PodStatus): string {
  const again = restarts === 1 ? "restarted once" : `restarted ${restarts} times`;
  const why = lastEnd === undefined ? "" : ` (${lastEnd})`;
  return [
    `  ${name}: ${ready ? state : bad(state)}`,
    ready ? `up ${duration(age)}` : `created ${duration(age)} ago`,
    ...(restarts === 0 ? [] : [again + why]),
    ...(problem === undefined ? [] : [bad(problem)]),
  ].join(", ");
}

function scalingWords({ scaling }: Status): string {
  if (scaling === undefined) return bad("there is no autoscaler");
  const { current, wanted, least, most, cpu, cpuTarget } = scaling;
  const count = current === wanted ? `${current}` : `${current}, scaling to ${wanted}`;
  const used = cpu === undefined ? bad("CPU not measured yet") : `CPU ${cpu} % of ${cpuTarget ?? "?"} %`;
  return `${count} pods of ${least} to ${most}, ${used}`;
}

function mongodbWords({ mongodb, url }: Status): string {
  const { ready, wanted, images, roundTripMs, pods, isExternal } = mongodb;
  const roundTrip = roundTripMs === undefined ? [] : [`round trip ${roundTripMs} ms`];
  const indexes = indexWords(url);
  if (isExternal) return ["external", ...roundTrip, ...indexes].join(", ");
  if (wanted === 0) return bad("not found");
  const image = images.map((name) => name.replace(/@.*/, "")).join(" and ");
  return [
    wanted > 1 ? workloadWords(mongodb) : ready >= wanted ? good("ready") : bad("not ready"),
    image,
    ...roundTrip,
    ...pods.slice(0, 1).map(({ age }) => `up ${duration(age)}`),
    ...indexes,
  ].join(", ");
}

function indexWords({ failedIndexes = [] }: UrlStatus): string[] {
  if (failedIndexes.length === 0) return [];
  const text = `can't create all indexes of ${failedIndexes.join(", ")}`;
  return [bad(`${text}. To see why, run: npm run logs -- --no-follow --tail 1000`)];
}

function eventWords({ age, about, others, reason, message, count }: EventStatus): string {
  const times = count === 1 ? "" : ` (${count} times)`;
  const more = others === 0 ? "" : ` and ${others} more`;
  return `  ${duration(age)} ago${times}, ${about}${more}: ${reason}, ${shortened(message.replace(/\s+/g, " "))}`;
}

/** Kubernetes writes the cause at the end of a message. */
function shortened(message: string): string {
  if (message.length <= messageLength) return message;
  return `${message.slice(0, messageLength - messageEnd - 1)}…${message.slice(-messageEnd)}`;
}

const units = [
  ["d", 86_400],
  ["h", 3600],
  ["min", 60],
  ["s", 1],
] as const;

/** Formats seconds in the largest unit that fits. */
function duration(seconds: number): string {
  const [unit, size] = units.find(([, least]) => seconds >= least) ?? ["s", 1];
  return `${Math.floor(seconds / size)} ${unit}`;
}

function good(text: string): string {
  return styleText("green", text);
}

function bad(text: string): string {
  return styleText(["red", "bold"], text);
}
