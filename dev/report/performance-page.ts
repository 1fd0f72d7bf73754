import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** The page's sections, in their order: each has a command that makes it. */
const sections = {
  bench: { title: "Throughput, start and memory", command: "npm run bench -w dev -- --write" },
  up: { title: "up and destroy", command: "npm run bench:up -w dev -- --write" },
  load: { title: "Under load", command: "npm run load:write -w dev" },
  clients: {
    title: "With clients that wait for their answers",
    command: "npm run load:write --workspace dev -- --clients 64 --seconds 600",
  },
} as const;

/** Name of a section. */
export type Section = keyof typeof sections;

const head = "# Performance";

/**
 * Writes a section of `performance.md` anew, and leaves the others, and what somebody wrote below the last, as they are.
 * @param folder where the page is, or is to be
 */
export async function writeSection(folder: string, section: Section, body: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, "performance.md");
  const page = await readFile(file, "utf8").catch(() => "");
  const parts = Object.keys(sections).map((name) => {
    const key = name as Section;
    return key === section ? made(key, body) : (found(page, key) ?? "");
  });
  const written = [head, ...parts, below(page)].filter((part) => part !== "");
  await writeFile(file, `${written.join("\n\n")}\n`);
}

function made(section: Section, body: string): string {
  const { title } = sections[section];
  return [`## ${title}`, begin(section), body.trim(), end(section)].join("\n\n");
}

/** A section as it stands in the page. */
function found(page: string, section: Section): string | undefined {
  const [from, to] = [page.indexOf(`## ${sections[section].title}`), page.indexOf(end(section))];
  return from === -1 || to === -1 ? undefined : page.slice(from, to + end(section).length);
}

/** What stands behind the last section. */
function below(page: string): string {
  const ends = Object.keys(sections).map((name) => {
    const line = end(name as Section);
    const at = page.indexOf(line);
    return at === -1 ? 0 : at + line.length;
  });
  const last = Math.max(...ends);
  return last === 0 ? "" : page.slice(last).trim();
}

function begin(section: Section): string {
  return `<!-- Made by \`${sections[section].command}\`: run it instead of editing. -->`;
}

function end(section: Section): string {
  return `<!-- ${section}: end -->`;
}
