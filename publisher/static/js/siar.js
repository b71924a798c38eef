// What HTML alone cannot do. Every page works without this file; it only makes them quicker
// and clearer. Elements ask for a behaviour by a data- attribute; nothing is bound by id.

const one = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const words = () => document.body.dataset;

/* Live region ------------------------------------------------------------ */

// Clears first: the same sentence twice must be read twice.
function announce(text) {
  const region = one("#announcer");
  if (!region || !text) return;
  region.textContent = "";
  setTimeout(() => { region.textContent = text; }, 60);
}

// Screen readers skip a live region that was filled before they arrived.
function announceMessages() {
  const texts = all("#messages .notice").map((notice) => notice.textContent.trim());
  announce(texts.join(" ").replace(/\s+/g, " "));
}

/* Theme ------------------------------------------------------------------ */

function setTheme(choice) {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.bsTheme = choice === "auto" ? (dark ? "dark" : "light") : choice;
  root.dataset.themeChoice = choice;
  try { localStorage.setItem("siar-theme", choice); } catch { /* kept for this page only */ }
  showTheme();
}

function showTheme() {
  const choice = document.documentElement.dataset.themeChoice;
  for (const button of all("[data-theme]")) {
    button.setAttribute("aria-pressed", String(button.dataset.theme === choice));
  }
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  if (document.documentElement.dataset.themeChoice === "auto") setTheme("auto");
});

// Paper is white: print from the light theme, whatever the screen shows.
function printLight(printing) {
  const root = document.documentElement;
  if (printing) root.dataset.bsTheme = "light";
  else setTheme(root.dataset.themeChoice);
}

addEventListener("beforeprint", () => printLight(true));
addEventListener("afterprint", () => printLight(false));
matchMedia("print").addEventListener("change", (event) => printLight(event.matches));

/* Errors ----------------------------------------------------------------- */

function focusErrors(root = document) {
  const summary = root.matches?.("[data-error-summary]") ? root : one("[data-error-summary]", root);
  summary?.focus();
  return Boolean(summary);
}

/* Dialogs ---------------------------------------------------------------- */

// Without script the link leads to the dialog by its address (dialog:target in the style).
function openDialog(link) {
  const dialog = one(link.getAttribute("href"));
  if (!dialog?.showModal) return false;
  dialog.showModal();
  dialog.addEventListener("close", () => link.focus(), { once: true });
  return true;
}

/* Copying ---------------------------------------------------------------- */

async function copy(button) {
  const source = one(button.dataset.copy);
  const text = "value" in source ? source.value : source.innerText;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // No permission, or plain http: select it, so that a long press copies it.
    getSelection().selectAllChildren(source);
    source.select?.();
    announce(words().copyFailed);
    return;
  }
  const label = one("[data-label]", button) || button;
  const before = label.textContent;
  label.textContent = words().copied;
  announce(words().copied);
  setTimeout(() => { label.textContent = before; }, 2500);
}

/* Menus made of details --------------------------------------------------- */

function closeMenus(except) {
  for (const menu of all("details.menu[open]")) {
    if (!menu.contains(except)) menu.open = false;
  }
}

/* Character counters ------------------------------------------------------ */

// Counts characters as people see them. Where a platform counts otherwise (X), the page
// asks the server and this shows nothing.
function count(input) {
  const counter = document.getElementById(input.dataset.counter);
  if (!counter) return;
  const limit = Number(counter.dataset.limit);
  const used = [...new Intl.Segmenter("id").segment(input.value)].length;
  one("[data-used]", counter).textContent = used.toLocaleString(document.documentElement.lang);
  counter.classList.toggle("counter--near", used > limit * 0.9 && used <= limit);
  counter.classList.toggle("counter--over", used > limit);
}

/* Unsaved changes ---------------------------------------------------------- */

const dirty = new Set();

addEventListener("beforeunload", (event) => {
  for (const form of dirty) if (!form.isConnected) dirty.delete(form);
  if (dirty.size) event.preventDefault();
});

/* Chosen files and select-all ------------------------------------------------ */

function selectAll(box) {
  const boxes = all(`input[type=checkbox][name="${CSS.escape(box.dataset.selectAll)}"]`);
  for (const other of boxes) if (!other.disabled) other.checked = box.checked;
}

/* Events -------------------------------------------------------------------- */

document.addEventListener("click", (event) => {
  closeMenus(event.target);
  const target = event.target.closest("[data-theme],[data-dialog],[data-close],[data-copy],[data-print]");
  if (!target) return;
  if ("theme" in target.dataset) setTheme(target.dataset.theme);
  if ("dialog" in target.dataset && openDialog(target)) event.preventDefault();
  if ("copy" in target.dataset) copy(target);
  if ("print" in target.dataset) print();
  if ("close" in target.dataset && target.closest("dialog[open]")) {
    target.closest("dialog").close();
    event.preventDefault();
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key === " " && event.target.matches?.("a[data-dialog]")) {
    event.preventDefault();
    event.target.click();
  }
  if (event.key !== "Escape") return;
  const menu = event.target.closest?.("details.menu[open]");
  closeMenus(null);
  if (menu) one("summary", menu).focus();
});

document.addEventListener("input", (event) => {
  if (event.target.dataset.counter) count(event.target);
  const form = event.target.form;
  if (form && "unsaved" in form.dataset) dirty.add(form);
});

document.addEventListener("change", (event) => {
  if ("selectAll" in event.target.dataset) selectAll(event.target);
  if ("autosubmit" in event.target.dataset) event.target.form.requestSubmit();
});

// Locks the button against a second click. The server refuses the second request too.
document.addEventListener("submit", (event) => {
  if (event.submitter?.formMethod === "dialog") return; // nothing is sent
  dirty.delete(event.target);
  if (event.target.method !== "post" || event.target.closest("[hx-post]")) return;
  const button = event.submitter;
  setTimeout(() => button?.setAttribute("aria-disabled", "true"));
  setTimeout(() => button?.removeAttribute("aria-disabled"), 8000);
});

document.addEventListener("click", (event) => {
  if (event.target.closest("button[aria-disabled=true]")) event.preventDefault();
}, true);

/* htmx ------------------------------------------------------------------------ */

document.addEventListener("htmx:configRequest", (event) => {
  const token = one("meta[name=csrf-token]")?.content;
  if (token && event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = token;
});

document.addEventListener("htmx:afterSettle", (event) => {
  const root = event.detail.elt;
  prepare(root);
  if (!focusErrors(root)) announce(one("[data-announce]", root)?.dataset.announce);
});

// The server refuses in one escaped sentence (web/failures.py); a whole page is not meant for here.
function refusal(answer) {
  if (!answer || answer.status < 400 || answer.status >= 500 || answer.responseText.length > 600) return "";
  return new DOMParser().parseFromString(answer.responseText, "text/html").body.textContent.trim();
}

for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, (event) => {
    const notice = one("#request-failed");
    if (!notice) return;
    const sentence = refusal(event.detail.xhr) || notice.dataset.sentence;
    one("p", notice).textContent = sentence;
    notice.hidden = false;
    announce(sentence);
  });
}

document.addEventListener("htmx:beforeRequest", () => {
  const notice = one("#request-failed");
  if (notice) notice.hidden = true;
});

/* Start ------------------------------------------------------------------------- */

function prepare(root) {
  all("[data-counter]", root).forEach(count);
  // A link that opens a dialog is a button as soon as it behaves like one.
  for (const link of all("a[data-dialog]", root)) link.setAttribute("role", "button");
  // On a phone the present tab may lie beyond the edge.
  for (const tab of all(".tabs [aria-current]", root)) {
    tab.closest(".tabs").scrollLeft = tab.offsetLeft - 24;
  }
}

prepare(document);
showTheme();
if (!focusErrors()) announceMessages();
window.siar = { announce };
