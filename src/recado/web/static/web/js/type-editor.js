// Buttons that put a tag where the cursor is; without scripts the tags are typed.

const editor = document.querySelector("[data-template-editor]");
const area = editor && editor.querySelector("textarea");

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-tag]");
  if (!button || !area) return;
  area.setRangeText(button.dataset.tag, area.selectionStart, area.selectionEnd, "end");
  area.focus();
  area.dispatchEvent(new Event("input", { bubbles: true }));
});
