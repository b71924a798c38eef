// Sends chosen files one by one and shows how far each is: a bad one or a lost line costs only
// itself. Without this file the form sends them all at once.

{
const form = document.querySelector("[data-library-upload]");
const words = form.dataset;
const BIGGEST = 15 * 1024 * 1024;
const input = form.querySelector("input[type=file]");
const list = form.querySelector("[data-rows]");
const model = document.querySelector("#baris-unggah").content.firstElementChild;
const sent = { id: [], sudah: [] };
let rows = [];

input.addEventListener("change", () => {
  rows = [...input.files].map((file) => {
    const row = { file, line: model.cloneNode(true) };
    row.line.querySelector(".upload-row__name").textContent = file.name;
    row.line.querySelector("progress").setAttribute("aria-label", file.name);
    say(row, words.wWaiting);
    return row;
  });
  list.replaceChildren(...rows.map((row) => row.line));
  list.hidden = !rows.length;
});

form.addEventListener("submit", async (event) => {
  if (!rows.length) return; // the server says what is missing
  event.preventDefault();
  const button = form.querySelector("[data-send]");
  button.disabled = true;
  for (const row of rows) if (!row.done) await send(row);
  button.disabled = false;
  finish();
});

function say(row, text, kind = "", share = null) {
  row.line.dataset.kind = kind;
  row.line.querySelector(".upload-row__state").textContent = text;
  if (share !== null) row.line.querySelector("progress").value = share;
}

function send(row) {
  if (row.file.size > BIGGEST) return refuse(row, words.wLarge);
  return new Promise((finished) => {
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => {
      const share = event.total ? Math.round(100 * event.loaded / event.total) : 0;
      if (share < 100) say(row, `${words.wSending} ${share}%`, "", share);
      else say(row, words.wCleaning, "", 100);
    });
    request.addEventListener("load", () => { answered(row, request); finished(); });
    request.addEventListener("error", () => { refuse(row, words.wLost); finished(); });
    request.send(body(row.file));
  });
}

function body(file) {
  const data = new FormData(form);
  data.delete("files");
  data.append("files", file);
  return data;
}

function answered(row, request) {
  const told = request.response;
  if (request.status !== 200 || !told?.id) return refuse(row, told?.message || words.wLost);
  row.done = true;
  sent[told.known ? "sudah" : "id"].push(told.id);
  say(row, told.known ? words.wKnown : words.wDone, "done", 100);
}

function refuse(row, text) {
  const name = `${row.file.name}: `;
  say(row, text.startsWith(name) ? text.slice(name.length) : text, "refused", 0);
}

function finish() {
  const query = new URLSearchParams([...sent.id.map((id) => ["id", id]), ...sent.sudah.map((id) => ["sudah", id])]);
  const onward = `${words.onward}?${query}`;
  if (rows.every((row) => row.done)) return location.assign(onward);
  window.siar?.announce(words.wAll);
  const link = form.querySelector("[data-onward-link]");
  link.href = onward;
  link.hidden = !query.size;
}
}
