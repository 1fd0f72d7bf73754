// What makes the page live. It asks for the page itself and puts in the parts that may have changed, so that every
// value is turned into HTML in one place, on the server. Without it the page does the same by hand.

/** Milliseconds between two questions, and at most while nobody answers. */
const pause = 2000;
const longestPause = 30_000;
/** Milliseconds after which an answer is none. */
const patience = 5000;

const byId = (id) => document.getElementById(id);
const live = byId("live");
const status = byId("live-status");
const button = byId("live-button");
let running = true;
let turns = 0;
let wait = pause;
let timer;

/**
 * Asks, and shows what came of it, unless something newer was asked meanwhile. A question that is not answered in time
 * is a failed one.
 * @returns what the page says is wrong
 */
async function ask(path, init) {
  const turn = ++turns;
  const response = await fetch(path, { ...init, signal: AbortSignal.timeout(patience) });
  if (!response.headers.get("Content-Type")?.startsWith("text/html")) {
    const problem = await response.json();
    throw new Error(problem.detail);
  }
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  if (turn === turns) show(fresh);
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
  // Who stood on a button that was put in anew stands on it still.
  if (focused && document.activeElement === document.body) byId(focused)?.focus({ preventScroll: true });
}

/** New documents are seen to be new, but not where the list was empty. */
function markFresh(part, other) {
  if (part.querySelector("li") === null) return;
  for (const item of other.querySelectorAll("li")) item.classList.toggle("fresh", byId(item.id) === null);
}

async function refresh() {
  clearTimeout(timer);
  if (!running || document.hidden) return;
  try {
    await ask("/");
    say(document.querySelector(".badge.bad") === null ? "Live" : "Live, but MongoDB is away");
    wait = pause;
  } catch {
    wait = Math.min(wait * 2, longestPause);
    say(`No answer: asked again in ${wait / 1000} s`);
  }
  timer = setTimeout(refresh, wait);
}

/** Screen readers read what changes here. */
function say(text) {
  if (status.textContent !== text) status.textContent = text;
}

/** Sends a form without leaving the page. */
async function send(event) {
  event.preventDefault();
  const { target: form, submitter } = event;
  const read = () => new URLSearchParams(new FormData(form, submitter));
  const body = read();
  const fault = await ask(form.getAttribute("action"), { method: "POST", body }).catch(faultOf);
  byId("error").textContent = fault;
  if (fault !== "") return;
  if (form.id !== "add") byId("documents-title").focus();
  // Not what was typed meanwhile.
  else if (String(read()) === String(body)) form.reset();
}

function faultOf({ name, message }) {
  return name === "Error" ? message : "There is no answer: try again.";
}

document.addEventListener("submit", send);
document.addEventListener("visibilitychange", refresh);
button.addEventListener("click", () => {
  running = !running;
  button.textContent = running ? "Pause" : "Resume";
  say(running ? "Live" : "Paused");
  void refresh();
});
live.hidden = false;
timer = setTimeout(refresh, pause);
