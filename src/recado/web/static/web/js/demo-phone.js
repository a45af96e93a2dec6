// The demonstration phone: the newest message is at the bottom, so the screen is kept scrolled there; the folded faults
// stay open when the switches are drawn again.

function toEnd() {
  const list = document.querySelector(".rc-phone-messages");
  if (list) list.scrollTop = list.scrollHeight;
}

let open = false;

document.addEventListener("htmx:beforeSwap", () => {
  open = Boolean(document.querySelector("#falhas details[open]"));
});
document.addEventListener("htmx:afterSettle", () => {
  const folded = document.querySelector("#falhas details");
  if (folded && open) folded.open = true;
  toEnd();
});
toEnd();
