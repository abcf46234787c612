// Turn the list of an explorer's states into a player: one state at a time, with buttons. Without this script all states show.
"use strict";

const WORDS = {
  es: { before: "Estado anterior", after: "Estado siguiente", of: "de", unfold: "Mostrar u ocultar sus páginas" },
  en: { before: "Previous state", after: "Next state", of: "of", unfold: "Show or hide its pages" },
}[document.documentElement.lang];

function play(explorer) {
  const items = [...explorer.querySelectorAll("li")];
  const bar = explorer.appendChild(document.createElement("div"));
  const back = bar.appendChild(document.createElement("button"));
  const where = bar.appendChild(document.createElement("span"));
  const on = bar.appendChild(document.createElement("button"));
  let shown = 0;
  const show = (n) => {
    shown = (n + items.length) % items.length;
    items.forEach((item, i) => item.classList.toggle("shown", i === shown));
    where.textContent = `${shown + 1} ${WORDS.of} ${items.length}`;
  };
  bar.className = "player";
  where.setAttribute("aria-live", "polite");
  for (const [button, text, name, step] of [[back, "‹", WORDS.before, -1], [on, "›", WORDS.after, 1]]) {
    button.type = "button";
    button.textContent = text;
    button.ariaLabel = name;
    button.addEventListener("click", () => show(shown + step));
  }
  explorer.querySelectorAll("img").forEach((image) => (image.loading = "eager"));
  explorer.classList.add("playing");
  show(0);
}

document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll(".explorer").forEach(play);
  document.querySelectorAll(".bd-sidebar summary").forEach((summary) => (summary.ariaLabel = WORDS.unfold));
  const language = document.querySelector("a.language");
  if (language) language.addEventListener("click", () => {
    language.href = language.href.split("#")[0] + location.search;
    try { localStorage.setItem("atiende-language", language.hreflang); } catch { /* a folder without storage: the switch still works */ }
  });
});
