// Ticking many boxes at once, and saying how many are ticked. Without this the page works as well.
"use strict";

for (const form of document.querySelectorAll("[data-picks]")) {
  const boxes = [...form.querySelectorAll('input[name="pilih"]:not(:disabled)')];
  const count = form.querySelector("[data-count]");
  const all = form.querySelector("[data-all]");

  const say = () => {
    const ticked = boxes.filter((box) => box.checked).length;
    count.textContent = ticked ? ` (${ticked})` : "";
    if (all) {
      all.checked = ticked > 0 && ticked === boxes.length;
      all.indeterminate = ticked > 0 && ticked < boxes.length;
    }
  };

  form.addEventListener("change", (event) => {
    if (event.target === all) for (const box of boxes) box.checked = all.checked;
    say();
  });
  say();
}
