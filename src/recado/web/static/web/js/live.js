// Live parts: htmx asks for them; here is when it does not (page hidden, paused by the reader), and what a broken line says.

const KEY = "recado-pausado";
let paused = sessionStorage.getItem(KEY) === "1";
let since = new Date();

const isLive = (element) => Boolean(element && element.closest("[data-live]"));
const clock = (date) => `${date.getHours()}h${String(date.getMinutes()).padStart(2, "0")}`;

let typed = false;
document.addEventListener("input", (event) => {
  if (event.target.closest("form")) typed = true;
});

let ended = false;
function sayEnded() {
  if (ended) return;
  ended = true;
  const box = document.createElement("div");
  box.className = "br-message warning";
  box.setAttribute("role", "alert");
  const words = document.createElement("div");
  words.className = "content";
  words.textContent = "Sua sessão terminou. Continue e envie: o Recado pede a senha e guarda o que você digitou.";
  box.append(words);
  document.querySelector("h1").after(box);
}

function say(text) {
  document.querySelectorAll("[data-live-note]").forEach((note) => {
    if (note.textContent !== text) note.textContent = text;
  });
}

document.addEventListener("htmx:beforeRequest", (event) => {
  if (isLive(event.target) && (document.hidden || paused || ended)) event.preventDefault();
});

document.addEventListener("htmx:afterOnLoad", (event) => {
  if (!isLive(event.target)) return;
  since = new Date();
  say(paused ? "Atualização pausada." : "");
});

for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
  document.addEventListener(name, (event) => {
    if (!isLive(event.target)) return;
    // The session has ended: the page, asked for again, shows the login and comes back here. Not over a form that is
    // being filled in: what is typed goes along with the login once it is sent.
    if (event.detail.xhr && event.detail.xhr.status === 401) {
      if (typed) sayEnded();
      else location.reload();
      return;
    }
    say(`Sem atualização desde ${clock(since)}. Tentando de novo.`);
  });
}

// A screen reader hears of a live part only what the part says in data-announce, and only when that has changed.
let announced = document.querySelector("[data-announce]")?.dataset.announce;

document.addEventListener("htmx:afterSwap", () => {
  const words = document.querySelector("[data-announce]")?.dataset.announce;
  const notice = document.getElementById("aviso-vivo");
  if (!notice || !words || words === announced) return;
  announced = words;
  notice.textContent = words;
});

// The header's live part carries how many messages need a person and how many replies nobody has read: the menu and the
// title of the window say it too; and the window's icon, which changes while something is down.
document.addEventListener("htmx:afterSwap", () => {
  const counted = document.querySelector("[data-attention]");
  if (!counted) return;
  for (const badge of document.querySelectorAll("[data-count]")) {
    const waiting = counted.dataset[badge.dataset.count];
    if (waiting === undefined) continue;
    badge.textContent = Number(waiting).toLocaleString("pt-BR");
    badge.hidden = waiting === "0";
  }
  const bare = document.title.replace(/^\(\d+\) /, "");
  const count = Number(counted.dataset.attention);
  document.title = count ? `(${count}) ${bare}` : bare;
  const icon = document.querySelector("link[rel=icon]");
  if (icon.getAttribute("href") !== counted.dataset.icon) icon.setAttribute("href", counted.dataset.icon);
});

document.querySelectorAll("[data-live-pause]").forEach((button) => {
  const show = () => {
    button.textContent = paused ? "Retomar atualização" : "Pausar atualização";
    say(paused ? "Atualização pausada." : "");
  };
  button.addEventListener("click", () => {
    paused = !paused;
    sessionStorage.setItem(KEY, paused ? "1" : "0");
    show();
  });
  show();
});
