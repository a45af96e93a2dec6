// The demonstration phone: the newest message is at the bottom, so the screen is kept scrolled there.

function toEnd() {
  const list = document.querySelector(".rc-phone-messages");
  if (list) list.scrollTop = list.scrollHeight;
}

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.closest("#tela-celular") || document.querySelector("#tela-celular")) toEnd();
});
toEnd();
