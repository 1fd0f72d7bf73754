import escapeHtml from "escape-html";
import { bodyLimit } from "../http/request-body.ts";

/** Content of the page. */
export interface PageModel {
  readonly time: Date;
  /** Pod that answers. */
  readonly podName: string;
  /** Time since the service started in this pod. */
  readonly uptimeSeconds: number;
  /** Version of the service in this pod. */
  readonly version: string;
  /** Number of ready pods. `undefined` if the number is unknown. */
  readonly pods: number | undefined;
  /** `undefined` while MongoDB is unavailable. */
  readonly mongodb: { readonly version: string; readonly roundTripMs: number } | undefined;
  /** Newest first. */
  readonly documents: readonly Readonly<Record<string, unknown>>[];
  /** Text that the user typed and that could not be stored. The form keeps the text. */
  readonly draft?: string;
  /** Why the form failed. */
  readonly error?: string;
}

/** Allows nothing inline, and nothing from other origins. */
export const contentSecurityPolicy =
  "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; " +
  "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** Characters that the page shows of a document. With this limit, the page stays below 50 KB. */
const shownLength = 500;

const title = "Hello World, from Docker and Kubernetes!";

/** Renders the page as HTML, with every value escaped. The script updates the elements with `data-live`. */
export function renderPage(model: PageModel): string {
  const { draft = "", error = "" } = model;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="/assets/page.svg" type="image/svg+xml">
<link rel="stylesheet" href="/assets/page.css">
<script src="/assets/page.js" type="module"></script>
</head>
<body>
<a class="skip" href="#documents-title">Skip to the documents</a>
<header>
<h1>${title}</h1>
<p>A Koa service and its MongoDB. Reload the page, and another pod may answer.</p>
</header>
<main>
<dl class="cards" id="state" data-live>${renderState(model)}</dl>
<div class="heading">
<h2 id="documents-title" tabindex="-1">Newest documents</h2>
<div class="live" id="live" hidden><span class="soft" id="live-status" role="status">Live</span><button type="button" id="live-button">Pause</button></div>
</div>
<p class="alert bad" id="error" role="alert">${escapeHtml(error)}</p>
<form class="add" id="add" method="post" action="/">
<label for="message">Message</label>
<input id="message" name="message" required autocomplete="off" maxlength="${bodyLimit / 10}" value="${escapeHtml(draft)}">
<button>Add</button>
</form>
<div id="documents" data-live>${renderDocuments(model)}</div>
</main>
<footer>
<a href="/data">Documents as JSON</a>
<a href="/health">Health</a>
<a href="/openapi.json">OpenAPI</a>
</footer>
</body>
</html>
`;
}

function renderState({ time, podName, uptimeSeconds, version, pods, mongodb }: PageModel): string {
  const pod = [
    `<dd class="main pod">${escapeHtml(podName)}</dd>`,
    `<dd>up ${renderDuration(uptimeSeconds)}, version ${escapeHtml(version)}</dd>`,
    `<dd class="soft">answered at ${renderTime(time, timeText(time).slice(11))}</dd>`,
  ];
  const ready = [`<dd class="main">${pods}</dd>`, `<dd>${pods === 1 ? "pod is" : "pods are"} ready</dd>`];
  return [
    card("Pod that answered", pod),
    ...(pods === undefined ? [] : [card("Replicas", ready)]),
    card("MongoDB", renderMongodb(mongodb)),
  ].join("\n");
}

function card(name: string, lines: readonly string[]): string {
  return `<div class="card">\n<dt>${name}</dt>\n${lines.join("\n")}\n</div>`;
}

function renderMongodb(mongodb: PageModel["mongodb"]): string[] {
  if (mongodb === undefined) {
    return [
      '<dd class="main"><span class="badge bad">unavailable</span></dd>',
      "<dd>The service tries again with every request.</dd>",
    ];
  }
  return [
    '<dd class="main"><span class="badge good">connected</span></dd>',
    `<dd>version ${escapeHtml(mongodb.version)}</dd>`,
    `<dd class="soft">round trip ${mongodb.roundTripMs.toFixed(1)} ms</dd>`,
  ];
}

function renderDocuments({ documents, mongodb }: PageModel): string {
  if (mongodb === undefined)
    return '<p class="none">The page shows the documents when MongoDB is available again.</p>';
  if (documents.length === 0) return '<p class="none">There are no documents yet: add the first one.</p>';
  return `<ol class="documents">\n${documents.map(renderDocument).join("\n")}\n</ol>`;
}

function renderDocument({ _id, createdAt, ...value }: Readonly<Record<string, unknown>>): string {
  const id = escapeHtml(String(_id));
  const time = createdAt as Date;
  const label = `Delete the document of ${timeText(time)}`;
  return [
    `<li id="${id}">`,
    `<div>${renderValue(value)}<a href="/data/${id}">${renderTime(time)}</a></div>`,
    '<form method="post" action="/delete">',
    `<button id="delete-${id}" name="id" value="${id}" aria-label="${label}">Delete</button>`,
    "</form>",
    "</li>",
  ].join("\n");
}

/** Renders a document from the page's form as its message, and any other document as JSON. */
function renderValue(value: Readonly<Record<string, unknown>>): string {
  const { message, ...others } = value;
  const isMessage = typeof message === "string" && Object.keys(others).length === 0;
  return isMessage
    ? `<p class="value">${shorten(message)}</p>`
    : `<pre class="value">${shorten(JSON.stringify(value, undefined, 2))}</pre>`;
}

function shorten(text: string): string {
  // The cut may split a surrogate pair, and half a pair is not a character.
  return escapeHtml(text.length > shownLength ? `${text.slice(0, shownLength).toWellFormed()}…` : text);
}

function renderTime(time: Date, text = timeText(time)): string {
  return `<time datetime="${time.toISOString()}">${text}</time>`;
}

function timeText(time: Date): string {
  return `${time.toISOString().replace("T", " ").slice(0, 19)} UTC`;
}

const units = [
  ["d", 86_400],
  ["h", 3600],
  ["min", 60],
  ["s", 1],
] as const;

/** Renders seconds in the two largest units that are not 0. */
function renderDuration(seconds: number): string {
  let rest = Math.floor(seconds);
  const parts = units.flatMap(([unit, size]) => {
    const count = Math.floor(rest / size);
    rest %= size;
    return count === 0 ? [] : [`${count} ${unit}`];
  });
  return parts.slice(0, 2).join(" ") || "0 s";
}
