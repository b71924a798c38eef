// The studio while somebody types: the preview follows, and each of its questions saves the form.
// Without this file every button of the page still works.
//
// Questions go one after the other, each with the version the last one answered; what is typed
// meanwhile goes with the next one. So this page never conflicts with itself.

{
const form = document.querySelector("#studio");
const find = (selector, root = document) => root.querySelector(selector);
const findAll = (selector, root = document) => [...root.querySelectorAll(selector)];
const QUIET_MS = 350; // after the last keystroke
const BIGGEST_PHOTO = 15 * 1024 * 1024;

if (form) start();

function start() {
  const words = form.dataset;
  const shows = JSON.parse(words.shows);
  const control = (name) => form.elements.namedItem(name);
  const frame = find("#bingkai"), picture = find("#gambar"), mini = find("#mini");
  let stopped = "conflict" in words, timer = 0, failures = 0;
  let running = null, again = false;

  /* Asking for the preview, which saves ----------------------------------------- */

  function later(wait = QUIET_MS) {
    if (stopped) return;
    clearTimeout(timer);
    say(words.wUnsaved, "waiting");
    timer = setTimeout(() => ask(), wait);
  }

  function ask(extra = {}) {
    clearTimeout(timer);
    if (stopped) return null;
    if (running) { again = true; return running; }
    running = question(extra).finally(() => {
      running = null;
      if (again && !stopped) { again = false; ask(); }
    });
    return running;
  }

  function body(extra) {
    const data = new FormData(form);
    for (const input of findAll("[data-upload-photo]", form)) data.delete(input.name);
    for (const name of ["cari", "aksi", "lihat"]) data.delete(name);
    for (const [name, value] of Object.entries(extra)) data.set(name, value);
    return data;
  }

  async function question(extra) {
    frame.dataset.busy = "";
    say(words.wSaving, "waiting");
    let answer;
    try {
      answer = await fetch(words.live, { method: "POST", body: body(extra), headers: { Accept: "application/json" }, signal: AbortSignal.timeout(60000) });
    } catch { return offline(); } finally { delete frame.dataset.busy; }
    if (answer.redirected || answer.status === 401 || answer.status === 400) return halt(words.wSession, "[data-sign-in]");
    const told = await answer.json().catch(() => null);
    if (answer.status === 409) return halt(told?.message || "", "[data-compare]");
    if (!answer.ok || !told?.version) return told?.message && answer.status < 500 && answer.status !== 429 ? halt(told.message) : offline();
    show(told);
    return told;
  }

  function show(told) {
    failures = 0;
    forget();
    find("#gawat").hidden = true;
    control("version").value = told.version;
    if (told.values) fill(told.values);
    showPicture(told);
    showErrors(told);
    propose(told.proposed);
    find("[data-undo]").disabled = !told.undo;
    showUse(told.use);
    if (!again) say(told.state, "saved");
  }

  function showPicture({ image, problems }) {
    const list = find("#halangan ul");
    list.replaceChildren(...problems.map(line));
    find("#halangan").hidden = Boolean(image);
    picture.hidden = !image;
    find("[data-mini-link]").hidden = !image;
    if (!image) return;
    const tab = find('[data-size][aria-pressed="true"]');
    picture.width = tab.dataset.width;
    picture.height = tab.dataset.height;
    picture.src = image;
    mini.src = image;
  }

  function line({ href, label, text }) {
    const item = document.createElement("li");
    const link = Object.assign(document.createElement("a"), { href, textContent: label });
    item.append(link, `: ${text}`);
    return item;
  }

  // What is merely missing is said where the preview would be; the rest beside its field too.
  function showErrors({ problems, errors }) {
    const all = new Map(Object.entries(errors));
    for (const one of problems) if (!one.empty) all.set(one.field, one.text);
    for (const box of findAll("[data-field]", form)) {
      const field = find(".field", box) || find(".row-list", box);
      if (!field) continue;
      const text = all.get(box.dataset.field);
      let error = find(".field-error", field);
      field.classList.toggle("field--error", Boolean(text));
      if (!text) { error?.remove(); continue; }
      if (!error) {
        error = Object.assign(document.createElement("p"), { className: "field-error" });
        (find(".form-label", field) || field.firstElementChild).after(error);
      }
      if (error.textContent.trim() !== text) error.textContent = text;
    }
  }

  function showUse(use) {
    const badge = find("#pemakaian .badge-status");
    const look = { same: "success", changed: "warning", none: "neutral" }[use];
    badge.className = `badge-status badge-status--${look}`;
    badge.textContent = find("#pemakaian").dataset[use];
  }

  // The text proposed follows the fields until somebody writes one of their own.
  function propose(text) {
    const known = control("alt_usulan"), field = control("alt_text");
    if (field.value.trim() === known.value.trim()) field.value = text;
    known.value = text;
    picture.alt = field.value;
  }

  /* When it does not work --------------------------------------------------------- */

  function offline() {
    failures += 1;
    warn(words.wOffline);
    say(words.wUnsaved, "problem");
    clearTimeout(timer);
    timer = setTimeout(() => ask(), Math.min(60000, 2000 * 2 ** (failures - 1)));
    return null;
  }

  function halt(text, choice = "") {
    stopped = true;
    warn(text, choice);
    say(words.wUnsaved, "problem");
    return null;
  }

  // What could not be saved is kept in this browser until it can.
  function keep() {
    const typed = [...body({})].filter(([name, value]) => typeof value === "string" && !["csrf_token", "version", "halaman", "alt_usulan", "ukuran", "ukuran_pakai"].includes(name));
    try { localStorage.setItem(words.key, JSON.stringify(Object.fromEntries(typed))); } catch { /* full, or forbidden */ }
  }

  function forget() { try { localStorage.removeItem(words.key); } catch { /* nothing was kept */ } }

  function restore() {
    let kept = null;
    try { kept = JSON.parse(localStorage.getItem(words.key)); } catch { /* nothing was kept */ }
    if (!kept || stopped) return;
    fill(kept);
    later(0);
  }

  function warn(text, choice = "") {
    keep();
    const alarm = find("#gawat");
    const sentence = find("[data-words]", alarm);
    if (sentence.textContent !== text) sentence.textContent = text;
    for (const one of findAll("[data-compare],[data-sign-in]", alarm)) one.hidden = !choice || !one.matches(choice);
    alarm.hidden = false;
  }

  function say(text, kind) {
    const state = find("#keadaan");
    if (state.textContent !== text) state.textContent = text;
    state.dataset.kind = kind;
  }

  /* What the form holds -------------------------------------------------------------- */

  function fill(values) {
    for (const [name, value] of Object.entries(values)) {
      if (name.startsWith("foto_")) choosePhoto(Number(name.slice(5)), value);
      else {
        const one = control(name);
        if (one) one.value = value;
      }
    }
    for (const slot of findAll(".photo-slot", form)) { showPhoto(slot); mark(slot); }
    for (const rows of findAll("[data-rows]", form)) fitRows(rows);
    showFields();
  }

  function showFields() {
    const { fields, photos } = shows[control("template").value];
    for (const box of findAll("[data-field]", form)) box.hidden = !fields.includes(box.dataset.field);
    for (const slot of findAll(".photo-slot", form)) slot.hidden = Number(slot.dataset.slot) >= photos;
  }

  /* Rows ----------------------------------------------------------------------------------- */

  const lines = (rows) => findAll("li", rows);
  const cells = (row) => findAll("input", row);
  const isEmpty = (row) => cells(row).every((cell) => !cell.value.trim());

  function fitRows(rows) {
    const all = lines(rows);
    const filled = all.findLastIndex((row) => !isEmpty(row)) + 1;
    for (const [number, row] of all.entries()) row.hidden = number >= Math.max(1, filled);
    find("[data-add-row]", rows).hidden = filled >= all.length;
  }

  function addRow(rows) {
    const next = lines(rows).find((row) => row.hidden);
    if (!next) return;
    next.hidden = false;
    find("[data-add-row]", rows).hidden = !lines(rows).some((row) => row.hidden);
    cells(next)[0].focus();
  }

  function removeRow(row) {
    const rows = row.closest("[data-rows]"), all = lines(rows), number = all.indexOf(row);
    for (let at = number; at < all.length; at += 1) {
      const from = all[at + 1] ? cells(all[at + 1]) : [];
      cells(all[at]).forEach((cell, place) => { cell.value = from[place]?.value || ""; });
    }
    fitRows(rows);
    cells(all[Math.max(0, number - (all[number].hidden ? 1 : 0))])[0].focus();
    later(0);
  }

  /* Photos and their point -------------------------------------------------------------------- */

  const ranges = (slot) => ["x", "y"].map((axis) => control(`fokus_${axis}_${slot.dataset.slot}`));
  const address = (digest) => words.photo.replace("0".repeat(64), digest);

  function choosePhoto(number, digest) {
    const slot = find(`.photo-slot[data-slot="${number}"]`);
    let choice = findAll(`input[name="foto_${number}"]`, slot).find((one) => one.value === digest);
    if (!choice) { // just uploaded
      const label = find(".photo-choice--none", slot).cloneNode(true);
      label.className = "photo-choice";
      choice = find("input", label);
      choice.value = digest;
      find("span", label).replaceWith(Object.assign(document.createElement("img"), { src: address(digest), alt: find("[data-upload-photo]", slot).dataset.name || "" }));
      find(".photo-choice--none", slot).after(label);
    }
    choice.checked = true;
  }

  function showPhoto(slot) {
    const digest = find(`input[name="foto_${slot.dataset.slot}"]:checked`, slot)?.value || "";
    for (const part of findAll("[data-focus],[data-focus-hint],.focus__exact", slot)) part.hidden = !digest;
    if (digest) find("[data-focus-image]", slot).src = address(digest);
  }

  function mark(slot) {
    const [x, y] = ranges(slot).map((range) => Number(range.value));
    const dot = find("[data-mark]", slot);
    dot.style.left = `${x}%`;
    dot.style.top = `${y}%`;
    const told = find("[data-pad-words]", slot);
    told.textContent = told.dataset.words.replace("{x}", x).replace("{y}", y);
  }

  function hold(slot, x, y) {
    const [across, down] = ranges(slot);
    across.value = Math.round(x);
    down.value = Math.round(y);
    mark(slot);
    later(120);
  }

  function pointed(pad, event) {
    if (event.detail === 0) return; // by keyboard: the arrows move it
    const box = pad.getBoundingClientRect();
    hold(pad.closest(".photo-slot"), (event.clientX - box.left) / box.width * 100, (event.clientY - box.top) / box.height * 100);
  }

  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

  form.addEventListener("keydown", (event) => {
    const pad = event.target.closest("[data-pad]"), way = ARROWS[event.key];
    if (!pad || !way) return;
    event.preventDefault();
    const slot = pad.closest(".photo-slot"), step = event.shiftKey ? 10 : 2;
    const [x, y] = ranges(slot).map((range) => Number(range.value));
    hold(slot, x + way[0] * step, y + way[1] * step);
    window.siar?.announce(find("[data-pad-words]", slot).textContent);
  });

  async function upload(input) {
    const [file] = input.files, slot = input.closest(".photo-slot");
    const alarm = find("[data-photo-alarm]"), progress = find("[data-progress]", slot);
    alarm.hidden = true;
    if (!file) return;
    input.dataset.name = file.name;
    const errors = [];
    if (file.size > BIGGEST_PHOTO) errors.push(`${file.name}: ${words.wTooLarge}`);
    else {
      progress.textContent = words.wUploading;
      while (running) await running;
      const told = await ask({ [input.name]: file });
      errors.push(...(told?.photo_errors || []));
    }
    progress.textContent = "";
    input.value = "";
    alarm.hidden = !errors.length;
    find("p", alarm).textContent = errors.join(" ");
    if (!errors.length) find("[data-pad]", slot).focus();
  }

  /* Listening --------------------------------------------------------------------------------------- */

  form.addEventListener("input", (event) => {
    const { name, type } = event.target;
    if (type === "file" || type === "radio" || type === "checkbox" || name === "cari") return;
    if (type === "range") mark(event.target.closest(".photo-slot"));
    later();
  });

  form.addEventListener("change", (event) => {
    const { name, type } = event.target;
    if (type === "file") return void upload(event.target);
    if (type !== "radio" && type !== "checkbox") return;
    if (name === "template") showFields();
    if (name.startsWith("foto_")) {
      const slot = event.target.closest(".photo-slot"), [x, y] = ranges(slot);
      x.value = 50;
      y.value = 40;
      showPhoto(slot);
      mark(slot);
    }
    later(0);
  });

  form.addEventListener("click", (event) => {
    const pad = event.target.closest("[data-pad]");
    if (pad) return pointed(pad, event);
    const button = event.target.closest("button");
    if (!button || stopped) return;
    const does = ["size", "undo", "addRow", "removeRow", "hold"].find((name) => name in button.dataset);
    if (!does) return;
    event.preventDefault();
    actions[does](button);
  });

  const actions = {
    size: (button) => {
      for (const tab of findAll("[data-size]", form)) tab.setAttribute("aria-pressed", String(tab === button));
      form.querySelector('input[name="ukuran"]').value = button.value;
      frame.dataset.shape = button.value;
      later(0);
    },
    undo: async () => {
      while (running) await running;
      if (await ask({ aksi: "urungkan" })) window.siar?.announce(words.wUndone);
    },
    addRow: (button) => addRow(button.closest("[data-rows]")),
    removeRow: (button) => removeRow(button.closest("li")),
    hold: (button) => hold(button.closest(".photo-slot"), ...button.dataset.hold.split(" ").map(Number)),
  };

  // A form sent while a question is under way would carry the version before it.
  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    if (running) {
      event.preventDefault();
      again = false;
      const button = event.submitter;
      running.finally(() => form.requestSubmit(button));
    } else stopped = true;
  });

  // Whoever leaves within the third of a second after a keystroke loses nothing either.
  addEventListener("pagehide", () => {
    if (stopped || find("#keadaan").dataset.kind !== "waiting") return;
    fetch(words.live, { method: "POST", body: body({}), headers: { Accept: "application/json" }, keepalive: true }).catch(() => {});
  });
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

  for (const slot of findAll(".photo-slot", form)) mark(slot);
  restore();
  const strip = find(".template-strip", form), chosen = find(".template-choice:has(:checked)", strip);
  if (chosen) strip.scrollLeft = chosen.offsetLeft - (strip.clientWidth - chosen.clientWidth) / 2;
}
}
