// Makes the draft page quick and safe: saves by itself, keeps what could not be saved in this
// browser, adds photos one by one. Without this file every button of the page still works.
//
// One rule holds it together: requests that change the draft go through `queue`, one after the
// other, each with the version the last one answered. So this page never conflicts with itself,
// and the server can refuse everybody else's older version.

{
const form = document.querySelector("#draf");
const find = (selector, root = document) => root.querySelector(selector);
const findAll = (selector, root = document) => [...root.querySelectorAll(selector)];
const QUIET_MS = 2000;      // saves this long after the last keystroke
const LONGEST_WAIT_MS = 12000; // and at the latest after this, while somebody keeps typing
const BIGGEST_PHOTO = 15 * 1024 * 1024;

/* What could not be saved yet, kept in this browser --------------------------- */

const store = {
  get(key) { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } },
  set(key, value) { try { localStorage.setItem(key, JSON.stringify(value)); } catch { /* full, or forbidden */ } },
  drop(key) { try { localStorage.removeItem(key); } catch { /* nothing was kept */ } },
};

const finished = find("[data-finished]");
if (finished) store.drop(`siar-draf:${finished.dataset.finished}`);

if (form) start();

function start() {
  const words = form.dataset;
  const key = `siar-draf:${words.user}:${words.draft}`;
  const version = form.elements.namedItem("version");
  const state = find("#keadaan");
  const alarm = find("#keadaan-gawat");
  let stopped = "conflict" in words; // a person has to decide first
  let saved = stopped ? null : signature();
  let timer = 0, firstChange = 0, failures = 0, wasOffline = false;
  let chain = Promise.resolve(), waiting = 0;
  let unanswered = null; // values that were sent and may have been saved, though we never heard

  /* Values ------------------------------------------------------------------ */

  // Texts, choices and boxes; neither files, nor words to search by, nor what the server keeps
  // in hidden fields.
  function controls() {
    return [...form.elements].filter((one) => one.name && /^(INPUT|TEXTAREA|SELECT)$/.test(one.tagName)
      && !["hidden", "file", "submit"].includes(one.type) && !("aside" in one.dataset));
  }

  function values() {
    const all = {};
    for (const one of controls()) {
      const name = one.type === "checkbox" ? `${one.name}=${one.value}` : one.name;
      all[name] = one.type === "checkbox" ? one.checked : one.value;
    }
    return all;
  }

  function signature() { return JSON.stringify(values()); }

  function fill(kept) {
    for (const one of controls()) {
      const name = one.type === "checkbox" ? `${one.name}=${one.value}` : one.name;
      if (!(name in kept)) continue;
      if (one.type === "checkbox") one.checked = kept[name]; else one.value = kept[name];
      const details = one.closest("details");
      if (details && kept[name]) details.open = true;
    }
    form.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function body(extra = {}) {
    const data = new FormData(form);
    data.delete("photos");
    for (const [name, value] of Object.entries(extra)) data.set(name, value);
    return data;
  }

  /* Saving -------------------------------------------------------------------- */

  function queue(work) {
    waiting += 1;
    chain = chain.catch(() => {}).then(() => work()).finally(() => { waiting -= 1; });
    return chain;
  }

  function changed() {
    if (stopped) return;
    const now = signature();
    if (now === saved) { if (!wasOffline) store.drop(key); return; }
    keep(JSON.parse(now));
    say(words.wUnsaved, "waiting");
    firstChange ||= Date.now();
    const longest = Math.max(0, firstChange + LONGEST_WAIT_MS - Date.now());
    if (!failures) later(Math.min(QUIET_MS, longest));
  }

  function keep(typed) { store.set(key, { version: version.value, at: Date.now(), values: typed, unanswered }); }

  function later(wait) {
    clearTimeout(timer);
    timer = setTimeout(() => queue(save), wait);
  }

  async function save(options = {}) {
    clearTimeout(timer);
    const sent = signature();
    if (stopped || sent === saved) return;
    say(words.wSaving, "waiting");
    firstChange = 0;
    unanswered = JSON.parse(sent);
    keep(unanswered);
    let answer;
    try {
      answer = await fetch(words.autosave, { method: "POST", body: body(), headers: { Accept: "application/json" }, signal: options.keepalive ? undefined : AbortSignal.timeout(20000), ...options });
    } catch { return offline(); }
    await understood(answer, sent);
  }

  async function understood(answer, sent) {
    if (answer.redirected || answer.status === 401 || answer.status === 400) return signedOut();
    const told = await answer.json().catch(() => null);
    if (answer.status === 409) return ours(told) ? adopt(told) : conflict();
    if (told?.version) return accepted(told, sent);
    if (answer.status === 422 || answer.status === 404) return refused(told?.message || "");
    offline(); // the server is there but cannot: the same as not being there
  }

  // A save whose answer was lost on the way is no conflict: it is what we sent ourselves.
  function ours(told) {
    return Boolean(unanswered && told?.values) && Object.entries(unanswered).every(([name, value]) => !(name in told.values) || told.values[name] === value);
  }

  function adopt(told) {
    version.value = told.version;
    saved = JSON.stringify(unanswered);
    unanswered = null;
    if (signature() !== saved) return save();
    accepted({ version: told.version, errors: {}, message: told.saved }, saved);
  }

  function accepted(told, sent) {
    version.value = told.version;
    unanswered = null;
    const errors = Object.values(told.errors);
    if (errors.length) say(words.wPartly.replace("{}", errors[0]), "problem");
    else { saved = sent; say(told.message, "saved"); }
    if (wasOffline) { calm(); window.siar?.announce(words.wBack); }
    failures = 0;
    wasOffline = false;
    if (signature() === saved) store.drop(key); else if (!errors.length) changed();
  }

  function offline() {
    failures += 1;
    wasOffline = true;
    warn(words.wOffline);
    say(words.wUnsaved, "problem");
    later(Math.min(60000, 2000 * 2 ** (failures - 1)) * (0.75 + Math.random() / 2));
  }

  function signedOut() {
    stopped = true;
    warn(words.wSession, "[data-sign-in]");
    say(words.wUnsaved, "problem");
  }

  function conflict() {
    stopped = true;
    warn(words.wConflict, "[data-compare]");
    say(words.wUnsaved, "problem");
  }

  function refused(text) {
    warn(words.wRefused.replace("{}", text));
    say(words.wUnsaved, "problem");
  }

  /* What the person is told ------------------------------------------------------ */

  function say(text, kind) {
    if (state.textContent !== text) state.textContent = text;
    state.dataset.kind = kind;
  }

  function warn(text, choice) {
    const line = find("[data-words]", alarm);
    if (line.textContent !== text) line.textContent = text;
    for (const button of findAll("[data-sign-in],[data-compare]", alarm)) button.hidden = !choice || !button.matches(choice);
    alarm.hidden = false;
  }

  function calm() { alarm.hidden = true; }

  /* Restoring ---------------------------------------------------------------------- */

  function offerToRestore() {
    const kept = store.get(key);
    if (!kept?.values) return;
    const differs = Object.entries(kept.values).some(([name, value]) => {
      const now = values();
      return name in now && now[name] !== value;
    });
    if (!differs) return store.drop(key);
    const notice = find("#pulih");
    const at = new Date(kept.at).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
    find("[data-words]", notice).textContent = words.wLocal.replace("{}", at);
    notice.hidden = false;
    find("[data-restore]", notice).addEventListener("click", () => {
      notice.hidden = true;
      unanswered = kept.unanswered || null;
      version.value = kept.version; // if somebody saved since, the server shows both
      fill(kept.values);
      form.elements.namedItem("title").focus();
    });
    find("[data-forget]", notice).addEventListener("click", () => { notice.hidden = true; store.drop(key); });
  }

  /* Photos ---------------------------------------------------------------------------- */

  const photos = () => find("#foto-isi");

  async function photoStep(extra) {
    clearTimeout(timer);
    const sent = signature();
    unanswered = JSON.parse(sent);
    let answer;
    try {
      answer = await fetch(words.pictures, { method: "POST", body: body(extra), headers: { "HX-Request": "true" } });
    } catch { offline(); return false; }
    const next = answer.headers.get("X-Siar-Version");
    if (!next) { await understood(answer, sent); return false; }
    version.value = next;
    unanswered = null;
    const quiet = signature() === sent; // nobody typed while the server worked
    showPhotos(await answer.text());
    if (quiet) { saved = signature(); say(answer.headers.get("X-Siar-Saved"), "saved"); } // the step saved the texts too
    form.dispatchEvent(new Event("siar:check", { bubbles: true }));
    changed();
    return true;
  }

  // What was typed while the server worked is newer than what it sent back.
  function showPhotos(html) {
    const typed = new Map(findAll("textarea", photos()).map((one) => [one.name, one.value]));
    const part = new DOMParser().parseFromString(html, "text/html").querySelector("#foto-isi");
    photos().replaceWith(document.importNode(part, true));
    for (const one of findAll("textarea", photos())) if (typed.has(one.name)) one.value = typed.get(one.name);
    for (const one of findAll("textarea[data-counter]", photos())) one.dispatchEvent(new Event("input", { bubbles: true }));
  }

  form.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button || stopped) return;
    const does = ["photoStep", "compose", "use", "dismiss", "undoCaption", "time", "upload", "check", "save"].find((name) => name in button.dataset);
    if (!does) return;
    event.preventDefault();
    actions[does](button);
  });

  const actions = {
    photoStep: (button) => queue(async () => {
      if (await photoStep({ aksi: button.value })) refocus(button.value);
    }),
    upload: () => find("#photos").click(),
    check: () => form.dispatchEvent(new Event("siar:check", { bubbles: true })),
    save: () => queue(async () => { await save(); if (signature() === saved) window.siar?.announce(state.textContent); }),
    time: (button) => chooseTime(button.dataset.time),
    compose: () => compose(),
    use: () => useProposal(),
    dismiss: () => { find("#usulan").hidden = true; find("[data-compose]").focus(); },
    undoCaption: () => undoProposal(),
  };

  // In a field to search by, Enter searches instead of saving the draft.
  form.addEventListener("keydown", (event) => {
    const wanted = event.key === "Enter" && event.target.dataset.enter;
    if (!wanted) return;
    event.preventDefault();
    find(`button[value="${wanted}"]`, photos())?.click();
  });

  function refocus(step) {
    if (/^(pustaka|pilih)/.test(step)) return (find("#pustaka-judul") || find("#bagian-3")).focus();
    const undo = find("[data-undo] button");
    const same = find(`button[value="${step}"]:not([disabled])`, photos());
    const other = step.startsWith("naik-") ? step.replace("naik", "turun") : step.replace("turun", "naik");
    const wanted = step.startsWith("hapus-") ? undo : same || find(`button[value="${other}"]:not([disabled])`, photos());
    (wanted || find("#bagian-3")).focus();
  }

  // Chosen files go up at once, one request each: a bad one or a lost line costs only itself.
  form.addEventListener("change", (event) => {
    if (event.target.id !== "photos" || stopped) return;
    const files = [...event.target.files];
    event.target.value = "";
    upload(files);
  });

  async function upload(files) {
    const errors = [];
    for (const [index, file] of files.entries()) {
      progress(words.wUpload.replace("{}", index + 1).replace("{}", files.length));
      if (file.size > BIGGEST_PHOTO) { errors.push(words.wTooLarge.replace("{}", file.name)); continue; }
      await queue(async () => {
        if (!await photoStepWith(file)) errors.push(words.wNotSent.replace("{}", file.name));
        errors.push(...findAll(".photo-errors li", photos()).map((one) => one.textContent));
      });
      if (stopped) break;
    }
    showErrors(errors);
    progress(errors.length === files.length ? "" : words.wUploaded);
    const empty = findAll(".photo-row textarea", photos()).find((one) => !one.value.trim());
    if (!errors.length) empty?.focus();
  }

  function photoStepWith(file) { return photoStep({ aksi: "unggah", photos: file }); }

  function progress(text) { const line = find("#unggah-keadaan"); if (line) line.textContent = text; }

  function showErrors(errors) {
    find(".photo-errors", photos())?.remove();
    if (!errors.length) return;
    const box = find("#foto-galat").content.firstElementChild.cloneNode(true);
    for (const text of errors) find("ul", box).append(Object.assign(document.createElement("li"), { textContent: text }));
    photos().prepend(box);
  }

  /* Caption ----------------------------------------------------------------------------- */

  const caption = form.elements.namedItem("caption");
  const hashtags = form.elements.namedItem("hashtags");
  let proposed = null, before = null;

  async function compose() {
    let answer;
    try {
      answer = await fetch(words.proposal, { method: "POST", body: body(), headers: { Accept: "application/json" } });
    } catch { return offline(); }
    if (answer.redirected) return signedOut();
    if (!answer.ok) return refused("");
    proposed = await answer.json();
    if (!caption.value.trim()) return useProposal();
    find("[data-proposed]").textContent = proposed.caption;
    find("#usulan").hidden = false;
    find("[data-use]").focus();
  }

  function ownTexts() {
    return findAll("[data-own]", form).map((box) => ({ box, text: form.elements.namedItem(box.dataset.own) }));
  }

  function useProposal() {
    if (!proposed) return form.requestSubmit(find("[data-use]")); // the server made this one
    before = values();
    caption.value = proposed.caption;
    if (!hashtags.value.trim()) hashtags.value = proposed.hashtags;
    for (const { box, text } of ownTexts()) {
      const own = proposed.texts[box.name.replace("own_", "")];
      box.checked = own !== undefined;
      if (own !== undefined) text.value = own;
    }
    find("#usulan").hidden = true;
    find("#urung").hidden = false;
    settle(words.wProposed);
  }

  function undoProposal() {
    if (!before) return form.requestSubmit(find("[data-undo-caption]"));
    const texts = Object.entries(before).filter(([name]) => /^(caption|hashtags|own_|text_)/.test(name));
    fill(Object.fromEntries(texts));
    find("#urung").hidden = true;
    settle(words.wUndone);
  }

  function settle(text) {
    form.dispatchEvent(new Event("input", { bubbles: true }));
    caption.focus();
    window.siar?.announce(text);
  }

  // A text of its own begins as what it replaces.
  form.addEventListener("change", (event) => {
    if (!event.target.dataset.own || !event.target.checked) return;
    const text = form.elements.namedItem(event.target.dataset.own);
    if (!text.value.trim()) text.value = `${caption.value.trim()}\n\n${hashtags.value.trim()}`.trim();
    text.focus();
  });

  function chooseTime(moment) {
    const [day, hour] = moment.split("T");
    form.elements.namedItem("planned_date").value = day;
    form.elements.namedItem("planned_time").value = hour;
    form.dispatchEvent(new Event("input", { bubbles: true }));
    window.siar?.announce(find(`[data-time="${moment}"]`).textContent);
  }

  /* Listening ----------------------------------------------------------------------------- */

  // A form sent while a save is under way would carry the version before it.
  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    if (waiting) {
      event.preventDefault();
      const button = event.submitter;
      chain.finally(() => form.requestSubmit(button));
    } else {
      stopped = true;
    }
  });
  addEventListener("pageshow", (event) => { if (event.persisted) { stopped = "conflict" in words; changed(); } });

  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  addEventListener("online", () => { if (wasOffline) queue(save); });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") queue(() => save({ keepalive: true }));
  });
  // Sent on the old version on purpose: the server answers with both, side by side.
  find("[data-compare]").addEventListener("click", () => form.requestSubmit(find("[data-save]", form)));
  find("[data-discard]")?.addEventListener("click", () => store.drop(key));

  // The preview may fail while the line is down; the banner above already says so.
  for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
    find("#periksa-isi").addEventListener(name, (event) => event.stopPropagation());
  }

  if (!stopped) offerToRestore();
}
}
