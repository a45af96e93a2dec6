// A file that the server would refuse for its size is told at once: a comfort, since sending it takes minutes. The
// server measures it again.

for (const field of document.querySelectorAll("input[data-most-mb]")) {
  const most = Number(field.dataset.mostMb);
  const look = () => {
    const isTooLarge = [...field.files].some((file) => file.size > most * 1024 * 1024);
    field.setCustomValidity(isTooLarge ? `O arquivo tem mais de ${most} MB, o limite. Divida-o em partes.` : "");
    if (isTooLarge) field.reportValidity();
  };
  field.addEventListener("change", look);
  if (field.files.length) look();
}
