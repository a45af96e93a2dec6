// Mensagens com erro: "marcar todas" of the page, and buttons that say how many they will act on.

const boxes = [...document.querySelectorAll("input[name=ids]")];
const all = document.querySelector("[data-tick-all]");
const buttons = [...document.querySelectorAll("[data-ticked]")];

function show() {
  const ticked = boxes.filter((box) => box.checked).length;
  for (const button of buttons) {
    const verb = button.dataset.ticked;
    if (ticked) button.textContent = ticked === 1 ? `${verb} 1 mensagem` : `${verb} ${ticked} mensagens`;
    else button.textContent = `${verb} as marcadas`;
  }
  all.checked = ticked === boxes.length;
  all.indeterminate = ticked > 0 && ticked < boxes.length;
}

if (all && boxes.length) {
  all.addEventListener("change", () => {
    boxes.forEach((box) => (box.checked = all.checked));
    show();
  });
  boxes.forEach((box) => box.addEventListener("change", show));
  window.addEventListener("pageshow", show);
}
