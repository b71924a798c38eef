// Makes marking a tap and walking through the queue a key, and leads from a finding to the words
// that it is about. Without this file a tap on a sentence leads to its choice in the form, the spot is
// one of nine fields, the arrows are at the top of the page, and a finding leads to its field.

{
const find = (selector, root = document) => root.querySelector(selector);
const findAll = (selector, root = document) => [...root.querySelectorAll(selector)];

/* From post to post -------------------------------------------------------------- */

const KEYS = { j: "next", ArrowRight: "next", k: "prev", ArrowLeft: "prev" };

document.addEventListener("keydown", (event) => {
  const way = KEYS[event.key];
  if (!way || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  if (event.target.closest("input,textarea,select,dialog,[contenteditable]")) return;
  find(`a[rel=${way}]`)?.click();
});

/* From a finding to its words in the form --------------------------------------------- */

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-select]");
  const control = link && find(link.hash);
  if (!control?.setSelectionRange) return;
  event.preventDefault();
  control.focus();
  control.setSelectionRange(...link.dataset.select.split("-").map(Number));
});

/* Sentences ------------------------------------------------------------------------ */

const marking = find("[data-marking]");
if (marking) {
  document.addEventListener("click", (event) => {
    const sentence = event.target.closest(".said__one");
    if (!sentence) return;
    event.preventDefault();
    sentence.control.checked = true;
    sentence.control.scrollIntoView({ block: "nearest" });
    showChosen();
    marking.scrollIntoView({ block: "center" });
    find("[name=alasan]", marking).focus({ preventScroll: true });
  });
  marking.addEventListener("change", showChosen);

  function showChosen() {
    for (const one of findAll(".said__one")) one.classList.toggle("said__one--chosen", one.control.checked);
  }
}

/* Spots ------------------------------------------------------------------------------ */

for (const spot of findAll("[data-spot]")) {
  const picture = find("[data-picture]", spot);
  const [x, y] = ["x", "y"].map((axis) => find(`[data-axis=${axis}]`, spot));
  const pin = find("[data-new]", spot);
  const space = pin.ownerSVGElement.viewBox.baseVal;
  find("[data-exact]", spot).hidden = false;
  find(".pinned__fields", spot).remove();
  for (const part of [x, y]) { part.disabled = false; part.addEventListener("input", show); }
  picture.addEventListener("click", (event) => {
    const box = picture.getBoundingClientRect();
    x.value = Math.round((event.clientX - box.left) / box.width * 1000);
    y.value = Math.round((event.clientY - box.top) / box.height * 1000);
    show();
  });
  picture.classList.add("pinned--exact");

  function show() {
    pin.setAttribute("cx", x.value * space.width / 1000);
    pin.setAttribute("cy", y.value * space.height / 1000);
    pin.setAttribute("r", Math.min(space.width, space.height) / 14);
  }
  show();
}
}
