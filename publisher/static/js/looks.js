// A pair of colours is put into its fields at once; a chosen file goes up at once.
const form = document.querySelector(".look__form");

form?.addEventListener("click", (event) => {
  const button = event.target.closest("[data-palette]");
  if (!button) return;
  event.preventDefault();
  const [brand, accent] = button.dataset.palette.split(" ");
  form.elements.brand.value = brand;
  form.elements.accent.value = accent;
  own();
  form.dispatchEvent(new Event("change", { bubbles: true }));
});

// Whoever changes a colour means to have colours of their own.
function own() {
  const box = form.elements.own_colours;
  if (box.type === "checkbox") box.checked = true;
}
for (const name of ["brand", "accent"]) form?.elements[name].addEventListener("input", own);

form?.elements.file.addEventListener("change", (event) => {
  event.stopPropagation();
  if (event.target.files.length) form.requestSubmit(form.querySelector('[value="unggah"]'));
});
