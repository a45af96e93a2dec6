// Parâmetros: the button says how many values differ from those in force, which each field's surroundings carry.
const form = document.querySelector("[data-counts-changes]");
const button = form.querySelector("[data-busy]");

function standing(row) {
  const boxes = row.querySelectorAll("input[type=checkbox]");
  if (boxes.length) return [...boxes].filter((box) => box.checked).map((box) => box.value).sort();
  return [row.querySelector("input").value.trim()];
}

function tell() {
  const rows = [...form.querySelectorAll("[data-held]")];
  const count = rows.filter((row) => JSON.stringify(standing(row)) !== row.dataset.held).length;
  button.textContent = count === 0 ? "Salvar mudanças" : count === 1 ? "Salvar 1 mudança" : `Salvar ${count} mudanças`;
}

form.addEventListener("input", tell);
// A browser that goes back shows again what was typed.
window.addEventListener("pageshow", tell);
