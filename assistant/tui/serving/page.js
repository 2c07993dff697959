// Keys go to the terminal from the start, and again whenever the page gets the focus.
"use strict";

function focusTerminal() {
  const keys = document.querySelector(".xterm-helper-textarea");
  if (keys) {
    keys.setAttribute("aria-label", "bioassist review: keys go to the terminal");
    keys.focus();
  }
}

window.addEventListener("load", () => setTimeout(focusTerminal));
window.addEventListener("focus", focusTerminal);
