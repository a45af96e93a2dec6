// Fields for a file: a button and the chosen name in the words of the page, not in those of the browser. The field itself
// lies over them unseen, so that click, drop, keyboard and what the browser says of it are all the field's own.
// A file that the server would refuse for its size is told at once: a comfort, since sending it takes minutes. The
// server measures it again.

for (const field of document.querySelectorAll(".rc-file-control input[type=file]")) {
  const name = document.getElementById(`${field.id}_escolhido`);
  const none = name.textContent;
  const most = Number(field.dataset.mostMb) || Infinity;
  const look = () => {
    const files = [...field.files];
    name.textContent = files.map((file) => file.name).join(", ") || none;
    const isTooLarge = files.some((file) => file.size > most * 1024 * 1024);
    field.setCustomValidity(isTooLarge ? `O arquivo tem mais de ${most} MB, o limite. Divida-o em partes.` : "");
    if (isTooLarge) field.reportValidity();
  };
  name.parentElement.hidden = false;
  field.setAttribute("aria-describedby", `${field.getAttribute("aria-describedby") || ""} ${name.id}`.trim());
  field.addEventListener("change", look);
  // A page that comes back by "Voltar" may have its file still.
  window.addEventListener("pageshow", look);
}
