// Date fields: dd/mm/aaaa typed with a mask, or picked from a calendar. Without scripts the field is a plain text field.
// The calendar's own script is fetched when its button is about to be used: most people type, and pages come sooner.

const written = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/;

function toIso(text) {
  const match = written.exec(text.trim());
  if (!match) return "";
  const [, day, month, year] = match;
  const date = new Date(Date.UTC(+year, +month - 1, +day));
  const exists = date.getUTCMonth() === +month - 1 && date.getUTCDate() === +day;
  return exists ? date.toISOString().slice(0, 10) : "";
}

// A date pasted as other programs write it (22-11-2026, 22.11.2026, 22112026, 2026-11-22) is shown as this one does.
const others = [/^(?<day>\d{1,2})([-. ])(?<month>\d{1,2})\2(?<year>\d{4})$/, /^(?<day>\d{2})(?<month>\d{2})(?<year>\d{4})$/, /^(?<year>\d{4})-(?<month>\d{2})-(?<day>\d{2})$/];

function shown(text) {
  const match = others.map((form) => form.exec(text.trim())).find(Boolean);
  if (!match) return text;
  const { day, month, year } = match.groups;
  return `${day.padStart(2, "0")}/${month.padStart(2, "0")}/${year}`;
}

function mask(text) {
  const parts = text.replace(/[^\d/]/g, "").split("/");
  // A slash typed by hand completes the part before it; digits in a row get their slashes.
  const digits = parts.map((part, i) => (i < parts.length - 1 && i < 2 && part.length === 1 ? "0" + part : part)).join("").slice(0, 8);
  const cut = [digits.slice(0, 2), digits.slice(2, 4), digits.slice(4)].filter(Boolean).join("/");
  return digits.length === 2 || digits.length === 4 ? cut + "/" : cut;
}

// The calendar gives its months and years by the attribute `label` alone, of which Chromium tells a screen reader nothing.
function nameOptions(choice) {
  const root = choice.shadowRoot;
  if (!root || choice.dataset.named) return;
  choice.dataset.named = "yes";
  const name = () => {
    for (const option of root.querySelectorAll("option")) {
      if (option.textContent !== option.label) option.textContent = option.label;
    }
  };
  new MutationObserver(name).observe(root, { subtree: true, childList: true, attributeFilter: ["label"] });
  name();
}

function wire(box) {
  const input = box.querySelector("input");
  const button = box.querySelector("[data-calendar-button]");
  const panel = box.querySelector(".rc-calendar");
  const calendar = panel.querySelector("calendar-date");

  input.addEventListener("input", (event) => {
    const atEnd = input.selectionStart === input.value.length;
    if (event.inputType === "insertText" && event.data.length === 1 && atEnd) input.value = mask(input.value);
  });

  input.addEventListener("change", () => (input.value = shown(input.value)));

  const close = (giveFocusBack) => {
    panel.hidden = true;
    button.setAttribute("aria-expanded", "false");
    if (giveFocusBack) button.focus();
  };
  const status = document.getElementById("aviso-copia");
  let fetched = null;
  const fetchCalendar = async () => {
    try {
      fetched ??= import(box.dataset.dateField);
      await fetched;
      return true;
    } catch {
      fetched = null;
      return false;
    }
  };
  const open = async () => {
    if (!(await fetchCalendar())) {
      // The line is down: the field itself is there to be typed in.
      if (status) status.textContent = "O calendário não abriu. Digite a data.";
      input.focus();
      return;
    }
    const iso = toIso(shown(input.value));
    calendar.value = iso;
    calendar.focusedDate = iso || new Date(Date.now() - new Date().getTimezoneOffset() * 60000).toISOString().slice(0, 10);
    panel.hidden = false;
    calendar.querySelectorAll("calendar-select-month, calendar-select-year").forEach(nameOptions);
    button.setAttribute("aria-expanded", "true");
    requestAnimationFrame(() => calendar.focus());
  };

  button.hidden = false;
  button.addEventListener("pointerenter", fetchCalendar);
  button.addEventListener("focus", fetchCalendar);
  button.addEventListener("click", () => (panel.hidden ? open() : close(true)));
  calendar.addEventListener("change", () => {
    input.value = calendar.value.split("-").reverse().join("/");
    close(true);
    // The focus is on the button again, where nobody would hear what the field holds now.
    if (status) status.textContent = `${input.labels[0].firstChild.textContent.trim()}: ${input.value}`;
  });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !panel.hidden) {
      event.preventDefault();
      close(true);
    }
  });
  document.addEventListener("pointerdown", (event) => {
    if (!panel.hidden && !box.contains(event.target)) close(false);
  });
  box.addEventListener("focusout", (event) => {
    if (!panel.hidden && event.relatedTarget && !box.contains(event.relatedTarget)) close(false);
  });
}

document.querySelectorAll("[data-date-field]").forEach(wire);
