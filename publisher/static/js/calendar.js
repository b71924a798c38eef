// Moving cards of the calendar by mouse and by keys, and hearing that others have moved some.
// Each card has its own "Pindahkan" form, which works without this file.

const calendar = () => document.querySelector("[data-calendar]");
const CHECK_MS = 30000;
let moved = null;

function send(card, to) {
  if (!to || to === card.dataset.at) return;
  moved = card.dataset.post;
  htmx.ajax("POST", `/kalender/${moved}/pindahkan`, {
    source: calendar(), target: "#kalender", select: "#kalender", swap: "outerHTML",
    values: { version: card.dataset.version, ke: to, kembali: location.pathname + location.search },
  });
}

document.addEventListener("htmx:afterSettle", () => {
  if (!moved) return;
  const link = document.querySelector(`[data-post="${moved}"] .slot__title`);
  moved = null;
  (link || document.querySelector("#moved"))?.focus();
});

/* Mouse ------------------------------------------------------------------------ */

let dragged = null;

function mark(day) {
  for (const other of document.querySelectorAll(".plan-day--over")) other.classList.remove("plan-day--over");
  day?.classList.add("plan-day--over");
}

// The hour beside which the card was let go; where no hours are shown, it keeps its own.
function hourAt(y) {
  const above = [...document.querySelectorAll("[data-hour]")].filter((hour) => {
    const box = hour.getBoundingClientRect();
    return box.height > 0 && box.top <= y;
  });
  return above.at(-1)?.dataset.hour.padStart(2, "0");
}

document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.("[data-post][draggable=true]");
  if (!dragged) return;
  event.dataTransfer.setData("text/plain", dragged.dataset.post);
  event.dataTransfer.effectAllowed = "move";
  dragged.classList.add("slot--dragged");
});

document.addEventListener("dragover", (event) => {
  const day = event.target.closest?.("[data-day]");
  if (dragged && day) event.preventDefault();
  if (dragged) mark(day);
});

document.addEventListener("dragend", () => {
  dragged?.classList.remove("slot--dragged");
  mark(null);
  dragged = null;
});

document.addEventListener("drop", (event) => {
  const day = event.target.closest?.("[data-day]");
  if (!dragged || !day) return;
  event.preventDefault();
  const [, time = "09:00"] = dragged.dataset.at.split("T");
  const [hour, minute] = time.split(":");
  send(dragged, `${day.dataset.day}T${hourAt(event.clientY) || hour}:${minute}`);
});

/* Keys -------------------------------------------------------------------------- */

const HOURS = { ArrowLeft: -24, ArrowRight: 24, ArrowUp: -1, ArrowDown: 1 };

document.addEventListener("keydown", (event) => {
  const card = event.target.closest?.("[data-post][draggable=true]");
  if (!card?.dataset.at || !event.shiftKey || !(event.key in HOURS)) return;
  event.preventDefault();
  const at = new Date(`${card.dataset.at}:00Z`); // the region's clock, reckoned as if it were UTC
  at.setUTCHours(at.getUTCHours() + HOURS[event.key]);
  send(card, at.toISOString().slice(0, 16));
});

/* Others -------------------------------------------------------------------------- */

async function check() {
  const watch = document.querySelector("[data-watch]");
  if (!watch || document.hidden) return;
  const answer = await fetch(watch.dataset.watch, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (answer?.status !== 200 || !watch.isConnected) return;
  watch.outerHTML = await answer.text();
  window.siar.announce(document.querySelector(".calendar__stale")?.dataset.announce);
}

setInterval(check, CHECK_MS);
document.addEventListener("visibilitychange", check);
