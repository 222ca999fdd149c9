// Little on purpose: every task works without it.
"use strict";

// 「为什么」 opens in a dialog where scripts run; without them the link leads to the page.
document.addEventListener("htmx:afterSwap", (event) => {
  const dialog = document.getElementById("why");
  if (event.detail.target && event.detail.target.id === "why-inner" && dialog && !dialog.open) {
    dialog.showModal();
    event.detail.target.focus({ preventScroll: true });
    dialog.scrollTop = 0;
  }
});

document.addEventListener("click", (event) => {
  const closer = event.target.closest("[data-close]");
  if (closer) closer.closest("dialog").close();
  const printer = event.target.closest("[data-print]");
  if (printer) window.print();
});

// A form is sent once: the second click of an impatient hand does nothing.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "1";
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// On a phone a long page begins folded, open only at the place one was sent to; where one is in a
// row of tabs is drawn into view.
const narrow = matchMedia("(max-width: 900px)").matches;
const unfold = () => {
  const place = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
  const fold = place && place.querySelector("details.fold");
  if (!fold || fold.open) return;
  fold.open = true;
  place.scrollIntoView();
};
if (narrow) {
  for (const fold of document.querySelectorAll("details.fold")) fold.open = false;
  for (const tab of document.querySelectorAll(".tabs [aria-current], .side [aria-current]")) {
    tab.parentElement.scrollLeft = tab.offsetLeft - tab.parentElement.offsetLeft - 40;
  }
}
addEventListener("hashchange", unfold);
unfold();
