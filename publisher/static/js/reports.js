// Files of a week's report are made when they are asked for, which takes a moment. Without this
// file a link simply loads; with it the button says so, and a phone can hand the picture on.

const announcer = document.querySelector("#announcer");
const say = (text) => { if (announcer) announcer.textContent = text; };

async function made(link) {
  const answer = await fetch(link.href);
  if (!answer.ok) throw new Error(String(answer.status));
  const type = answer.headers.get("Content-Type");
  return new File([await answer.blob()], link.dataset.file, { type });
}

function save(file) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = file.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

async function busy(link, work) {
  const list = link.closest("[data-making]");
  const label = link.querySelector("[data-label]");
  const before = label.textContent;
  link.setAttribute("aria-disabled", "true");
  label.textContent = list.dataset.making;
  say(list.dataset.making);
  try {
    await work();
    say(list.dataset.made);
  } catch (error) {
    // Closing the sheet of apps is no failure; anything else the server can tell best.
    if (error.name !== "AbortError") location.assign(link.href);
  } finally {
    label.textContent = before;
    link.removeAttribute("aria-disabled");
  }
}

// A phone asks for a tap between fetching and sharing if fetching took long, so fetch first.
async function share(button) {
  const link = document.querySelector(button.dataset.share);
  const text = document.querySelector(button.dataset.text).value;
  await busy(button, async () => {
    const file = await made(link);
    if (navigator.canShare?.({ files: [file] })) await navigator.share({ files: [file], text });
    else save(file);
  });
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-file], button[data-share]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (link.getAttribute("aria-disabled")) return;
  if (link.matches("button")) share(link);
  else busy(link, async () => save(await made(link)));
});

for (const button of document.querySelectorAll("button[data-share]")) {
  const sample = new File([""], "a.png", { type: "image/png" });
  button.hidden = !navigator.canShare?.({ files: [sample] });
}
