// Small comforts on every page: the menu on a narrow screen, buttons that say they are working, "Mostrar senha", "Copiar".
// Everything is delegated, so that parts swapped in later work too.

const menu = document.getElementById("menu");
const menuButton = document.querySelector("[data-menu-button]");
if (menu && menuButton) {
  menuButton.addEventListener("click", () => {
    const open = menu.classList.toggle("rc-open");
    menuButton.setAttribute("aria-expanded", String(open));
  });
}

const errors = document.getElementById("erros");
if (errors) errors.focus();

const sent = new WeakSet();

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented) return;
  if (sent.has(form)) {
    event.preventDefault();
    return;
  }
  sent.add(form);
  // Who stops a slow page may send it again.
  setTimeout(() => sent.delete(form), 10000);
  const button = event.submitter;
  const words = button && button.dataset.busy;
  setTimeout(() => {
    if (!words || !sent.has(form)) return;
    button.dataset.idle = button.textContent;
    button.textContent = words;
    button.setAttribute("aria-disabled", "true");
  }, 1000);
});

// "Voltar" brings a page back as it was left: its forms may be sent again.
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  document.querySelectorAll("form").forEach((form) => sent.delete(form));
  document.querySelectorAll("[data-idle]").forEach((button) => {
    button.textContent = button.dataset.idle;
    button.removeAttribute("aria-disabled");
  });
});

function showPassword(button) {
  const input = document.getElementById(button.getAttribute("aria-controls"));
  const show = input.type === "password";
  input.type = show ? "text" : "password";
  button.textContent = show ? "Ocultar senha" : "Mostrar senha";
}

// Browsers give the clipboard to pages that came by HTTPS alone; in an office's own network many come by HTTP.
function copyTheOldWay(text) {
  const area = document.createElement("textarea");
  area.className = "sr-only";
  area.value = text;
  document.body.append(area);
  area.select();
  try {
    return document.execCommand("copy");
  } finally {
    area.remove();
  }
}

async function put(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyTheOldWay(text);
  }
}

const copied = document.createElement("span");
copied.className = "rc-copied";
copied.setAttribute("aria-hidden", "true");

async function copy(button) {
  const done = await put(button.dataset.copy);
  const words = done ? button.dataset.copied || "Copiado" : "Não foi possível copiar. Selecione o texto e use Ctrl+C.";
  copied.textContent = words;
  button.after(copied);
  button.focus();
  document.getElementById("aviso-copia").textContent = words;
}

// Paper opens nothing: what a figure folds away, its table, is printed too.
let unfolded = [];
window.addEventListener("beforeprint", () => {
  unfolded = [...document.querySelectorAll(".rc-figure details:not([open])")];
  unfolded.forEach((part) => (part.open = true));
});
window.addEventListener("afterprint", () => unfolded.forEach((part) => (part.open = false)));

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if ("showPassword" in button.dataset) showPassword(button);
  if ("copy" in button.dataset) copy(button);
  if ("print" in button.dataset) print();
});

document.querySelectorAll("[data-needs-script]").forEach((element) => (element.hidden = false));
