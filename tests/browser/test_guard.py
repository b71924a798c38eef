"""What watches over the browser tests sees what it is there for."""

from tests.browser.test_every_page import faults

BROKEN = """() => {
  document.querySelector("main").insertAdjacentHTML("beforeend",
    '<p style="color: red">Bergaya</p><img src="https://contoh.invalid/foto.png">');
  const wide = document.createElement("p");
  wide.textContent = "Samar dan lebar";
  Object.assign(wide.style, { width: "2000px", color: "#ddd", background: "#fff" });
  document.querySelector("main").append(wide);
  setTimeout(() => { throw new Error("rusak"); });
}"""


def test_what_no_page_may_do_is_seen(cast, browser_of, guard):
    page = browser_of(cast.sari)
    page.goto("/konten")
    page.evaluate(BROKEN)
    page.wait_for_function("document.querySelector('main img').complete")
    seen = "\n".join(guard.complaints)
    guard.complaints.clear()

    assert "style-src" in seen
    assert "img-src" in seen
    assert "contoh.invalid" in seen
    assert "rusak" in seen


def test_what_is_hard_to_read_or_too_wide_is_seen(cast, browser_of, guard):
    page = browser_of(cast.sari)
    page.goto("/konten")
    page.evaluate(BROKEN)
    seen = "\n".join(faults(page, [("phone", "light")]))
    guard.complaints.clear()

    assert "px too wide" in seen
    assert "image-alt" in seen
    assert "color-contrast" in seen
