// The forms of an RA: the type narrows the list of subtypes, a note says how much room is left. Both are comforts only:
// without scripts the grouped list is whole and the server counts.

function narrow(typeSelect) {
  const subtypes = document.getElementById(typeSelect.dataset.narrows);
  const groups = [...subtypes.querySelectorAll("optgroup")];
  const show = () => {
    const type = typeSelect.selectedOptions[0];
    const wanted = typeSelect.value ? type.textContent : null;
    groups.forEach((group) => {
      if (!wanted || group.label === wanted) subtypes.append(group);
      else group.remove();
    });
    if (!subtypes.selectedOptions.length) subtypes.value = "";
  };
  // A subtype chosen first says its type.
  subtypes.addEventListener("change", () => {
    const group = subtypes.selectedOptions[0]?.closest("optgroup");
    if (!group || typeSelect.value) return;
    const type = [...typeSelect.options].find((option) => option.textContent === group.label);
    if (type) typeSelect.value = type.value;
  });
  typeSelect.addEventListener("change", show);
  window.addEventListener("pageshow", show);
}

function count(area) {
  const limit = Number(area.dataset.counter);
  const note = document.createElement("span");
  note.className = "rc-sub";
  note.setAttribute("role", "status");
  area.closest(".br-textarea, .br-input, div").append(note);
  let waiting = 0;
  const words = () => {
    // Characters as the server counts them: an emoji is one, and two of `length`.
    const left = limit - [...area.value].length;
    if (left < 0) return left === -1 ? "1 caractere a mais." : `${-left} caracteres a mais.`;
    return left === 1 ? "Resta 1 caractere." : `Restam ${left} caracteres.`;
  };
  // A pause before it speaks: a screen reader must not read a number at every key.
  area.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => (note.textContent = words()), 500);
  });
  note.textContent = words();
}

document.querySelectorAll("[data-narrows]").forEach(narrow);
document.querySelectorAll("[data-counter]").forEach(count);
