import { createHash } from "node:crypto";
import escapeHtml from "escape-html";
import { bodyLimit } from "../http/body.ts";

/** What the page shows. */
export interface PageModel {
  readonly time: Date;
  readonly podName: string;
  /** MongoDB's version, or `undefined` while it is away. */
  readonly mongodb: string | undefined;
  /** Newest first. */
  readonly documents: readonly Readonly<Record<string, unknown>>[];
  /** What was typed and could not be stored, so that nothing is lost. */
  readonly draft?: string;
  /** Why it could not be stored. */
  readonly error?: string;
}

const style = `
  :root { color-scheme: light dark; --line: #8886; --accent: #0a7d4f; --bad: #c62828; }
  body { font: 1rem/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
  h1 { font-size: 1.6rem; line-height: 1.2; }
  dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; }
  dt { opacity: .7; } dd { margin: 0; overflow-wrap: anywhere; }
  .ok { color: var(--accent); } .bad { color: var(--bad); }
  @media (prefers-color-scheme: dark) { :root { --accent: #4fd39a; --bad: #ff8a80; } }
  form { display: flex; flex-wrap: wrap; gap: .5rem; align-items: end; }
  label { flex: 1 1 16rem; display: grid; gap: .25rem; }
  input, button { font: inherit; padding: .5rem .75rem; border: 1px solid var(--line); border-radius: .4rem; }
  button { background: var(--accent); color: Canvas; border-color: transparent; cursor: pointer; }
  ol { list-style: none; padding: 0; } li { border-top: 1px solid var(--line); padding: .5rem 0; }
  time { opacity: .7; font-size: .875rem; }
  pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; }
`;

/** The page runs no script and loads nothing; its one style is allowed by its hash. */
export const contentSecurityPolicy =
  `default-src 'none'; style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'; ` +
  "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** The page as HTML. Every value is escaped. */
export function renderPage(model: PageModel): string {
  const { time, podName, mongodb, draft = "", error } = model;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Hello World, from Docker and Kubernetes!</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>Hello World, from Docker and Kubernetes!</h1>
<dl>
<dt>Time</dt><dd>${renderTime(time)}</dd>
<dt>Pod</dt><dd>${escapeHtml(podName)}</dd>
<dt>MongoDB</dt><dd>${renderState(mongodb)}</dd>
</dl>
<h2>Newest documents</h2>
${error === undefined ? "" : `<p class="bad" role="alert">${escapeHtml(error)}</p>`}
<form method="post" action="/">
<label>Message <input name="message" required maxlength="${bodyLimit / 10}" value="${escapeHtml(draft)}"></label>
<button>Add</button>
</form>
${renderDocuments(model)}
</main>
</body>
</html>
`;
}

function renderState(mongodb: string | undefined): string {
  return mongodb === undefined
    ? '<span class="bad">away: it is asked again with every request</span>'
    : `<span class="ok">connected, version ${escapeHtml(mongodb)}</span>`;
}

function renderDocuments({ documents, mongodb }: PageModel): string {
  if (mongodb === undefined) return "<p>The documents are back as soon as MongoDB is.</p>";
  if (documents.length === 0) return "<p>There are none yet: add the first one.</p>";
  return `<ol>\n${documents.map(renderDocument).join("\n")}\n</ol>`;
}

function renderDocument({ _id, createdAt, ...value }: Readonly<Record<string, unknown>>): string {
  const json = escapeHtml(JSON.stringify(value, undefined, 2));
  return `<li id="${escapeHtml(String(_id))}">${renderTime(createdAt as Date)}<pre>${json}</pre></li>`;
}

function renderTime(time: Date): string {
  const iso = time.toISOString();
  return `<time datetime="${iso}">${iso.replace("T", " ").slice(0, 19)} UTC</time>`;
}
