import { markdownTable } from "markdown-table";

/** A download of the first `up`, on a machine with only Docker, Node and a clone of this repository. */
interface Download {
  readonly what: string;
  /** Estimated megabytes (10^6 bytes) on the network, compressed, for linux/amd64. */
  readonly megabytes: number;
  /** Publisher of the exact size. */
  readonly source: string;
}

/** Rounded, because releases differ by some megabytes. */
const downloads: readonly Download[] = [
  { what: "`npm ci`: packages, with Node", megabytes: 160, source: "npm's tarballs" },
  { what: "minikube 1.38", megabytes: 135, source: "GitHub release" },
  { what: "minikube's node image", megabytes: 510, source: "`minikube start` prints it" },
  { what: "Kubernetes' images, preloaded", megabytes: 355, source: "`minikube start` prints it" },
  { what: "Pulumi 3.259", megabytes: 110, source: "GitHub release" },
  { what: "Pulumi's providers for Kubernetes and Docker", megabytes: 110, source: "GitHub releases" },
  { what: "metrics-server", megabytes: 25, source: "registry.k8s.io" },
  { what: "image mongo:8.0", megabytes: 300, source: "Docker Hub" },
  {
    what: "base images of the service's image",
    megabytes: 135,
    source: "Docker Hub, gcr.io",
  },
  { what: "`npm ci` in the image's build", megabytes: 10, source: "npm's tarballs" },
];

/** Megabits per second. */
const speeds = [20, 50, 200];

/** Table of the first `up`'s downloads and their durations, as Markdown. */
export function downloadTable(): string {
  const total = downloads.reduce((sum, { megabytes }) => sum + megabytes, 0);
  const rows = downloads.map(({ what, megabytes, source }) => [what, ...times(megabytes), source]);
  const heads = ["", "MB", ...speeds.map((speed) => `${speed} Mbit/s`), "exact size"];
  return markdownTable([heads, ...rows, ["**all**", ...times(total), ""]]);
}

function times(megabytes: number): string[] {
  return [`${megabytes}`, ...speeds.map((speed) => duration((megabytes * 8) / speed))];
}

function duration(seconds: number): string {
  return seconds < 100 ? `${Math.ceil(seconds)} s` : `${(seconds / 60).toFixed(1)} min`;
}
