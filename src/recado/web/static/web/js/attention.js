// Mensagens com erro, E-mails com erro: "marcar todas" of the page, and buttons that say how many they will act on.

const boxes = [...document.querySelectorAll("input[name=ids]")];
const all = document.querySelector("[data-tick-all]");
const buttons = [...document.querySelectorAll("[data-ticked]")];
// What the page itself calls them while none is ticked.
const words = new Map(buttons.map((button) => [button, button.textContent]));

function show() {
  const ticked = boxes.filter((box) => box.checked).length;
  for (const button of buttons) {
    const { ticked: verb, one = "mensagem", many = "mensagens" } = button.dataset;
    button.textContent = ticked ? `${verb} ${ticked} ${ticked === 1 ? one : many}` : words.get(button);
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
