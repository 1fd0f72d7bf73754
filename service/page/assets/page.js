// Keeps the page up to date. The script fetches the whole page and replaces the parts that may have changed. In this
// way, only the server turns values into HTML. Without the script, the user reloads the page.

/** Milliseconds between two requests. Without an answer, the interval doubles up to `maxIntervalMs`. */
const intervalMs = 2000;
const maxIntervalMs = 30_000;
/** Milliseconds after which a request fails. */
const timeoutMs = 5000;

const byId = (id) => document.getElementById(id);
const live = byId("live");
const status = byId("live-status");
const button = byId("live-button");
let running = true;
let lastRequest = 0;
let delayMs = intervalMs;
let timer;

/**
 * Sends a request, and shows the returned page, unless a newer request was sent meanwhile.
 * @returns the error message on the page, or ""
 * @throws {Error} with the detail of a problem, or if there is no answer in time
 */
async function requestPage(path, init) {
  const request = ++lastRequest;
  const response = await fetch(path, { ...init, signal: AbortSignal.timeout(timeoutMs) });
  if (!response.headers.get("Content-Type")?.startsWith("text/html")) {
    const problem = await response.json();
    throw new Error(problem.detail);
  }
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  if (request === lastRequest) show(fresh);
  return fresh.getElementById("error").textContent;
}

function show(fresh) {
  const focused = document.activeElement?.id;
  for (const part of document.querySelectorAll("[data-live]")) {
    const other = fresh.getElementById(part.id);
    if (other.innerHTML === part.innerHTML) continue;
    markFresh(part, other);
    part.replaceChildren(...other.childNodes);
  }
  // Restores the focus if the focused button was replaced.
  if (focused && document.activeElement === document.body) byId(focused)?.focus({ preventScroll: true });
}

/** Marks new documents, unless the list was empty. */
function markFresh(part, other) {
  if (part.querySelector("li") === null) return;
  for (const item of other.querySelectorAll("li")) item.classList.toggle("fresh", byId(item.id) === null);
}

async function refresh() {
  clearTimeout(timer);
  if (!running || document.hidden) return;
  try {
    await requestPage("/");
    showStatus(document.querySelector(".badge.bad") === null ? "Live" : "Live, but MongoDB is unavailable");
    delayMs = intervalMs;
  } catch {
    delayMs = Math.min(delayMs * 2, maxIntervalMs);
    showStatus(`No answer: trying again in ${delayMs / 1000} s`);
  }
  timer = setTimeout(refresh, delayMs);
}

/** Changes the status only if the text differs, because screen readers announce each change. */
function showStatus(text) {
  if (status.textContent !== text) status.textContent = text;
}

/** Sends a form without leaving the page. */
async function send(event) {
  event.preventDefault();
  const { target: form, submitter } = event;
  const read = () => new URLSearchParams(new FormData(form, submitter));
  const body = read();
  const error = await requestPage(form.getAttribute("action"), { method: "POST", body }).catch(errorText);
  byId("error").textContent = error;
  if (error !== "") return;
  if (form.id !== "add") byId("documents-title").focus();
  // Keeps text that the user typed meanwhile.
  else if (String(read()) === String(body)) form.reset();
}

function errorText({ name, message }) {
  return name === "Error" ? message : "The service does not answer: try again.";
}

document.addEventListener("submit", send);
document.addEventListener("visibilitychange", refresh);
button.addEventListener("click", () => {
  running = !running;
  button.textContent = running ? "Pause" : "Resume";
  showStatus(running ? "Live" : "Paused");
  void refresh();
});
live.hidden = false;
timer = setTimeout(refresh, intervalMs);
