// Mensagens com erro: "marcar todas" of the page, and a button that says how many it will send again.

const boxes = [...document.querySelectorAll("input[name=ids]")];
const all = document.querySelector("[data-tick-all]");
const button = document.querySelector("[data-resend-ticked]");

function show() {
  const ticked = boxes.filter((box) => box.checked).length;
  if (ticked) button.textContent = ticked === 1 ? "Reenviar 1 mensagem" : `Reenviar ${ticked} mensagens`;
  else button.textContent = "Reenviar as marcadas";
  all.checked = ticked === boxes.length;
  all.indeterminate = ticked > 0 && ticked < boxes.length;
}

if (all && button && boxes.length) {
  all.addEventListener("change", () => {
    boxes.forEach((box) => (box.checked = all.checked));
    show();
  });
  boxes.forEach((box) => box.addEventListener("change", show));
  window.addEventListener("pageshow", show);
}
