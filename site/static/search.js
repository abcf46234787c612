// Find every word typed, accents or not, in the sections of the course; the best sections come first.
"use strict";

const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
const MOST = 40, BEFORE = 70, AFTER = 130;

const places = SEARCH_INDEX.flatMap(({ page, title, sections }) =>
  sections.map(([anchor, heading, text]) => ({
    address: anchor ? `${page}#${anchor}` : page,
    title, heading, text,
    foldedHeading: fold(heading),
    folded: Array.from(text, (letter) => fold(letter) || letter).map((f, i, all) => f.length === 1 ? f : f[0]).join(""),
  })));

function find(typed) {
  const words = fold(typed).split(/\s+/).filter(Boolean);
  if (!words.length) return [];
  const found = [];
  for (const place of places) {
    let score = 0;
    for (const word of words) {
      const inHeading = place.foldedHeading.includes(word);
      const count = place.folded.split(word).length - 1;
      if (!inHeading && !count) { score = -100; break; }
      score += (inHeading ? 20 : 0) + Math.min(count, 10);
    }
    if (place.foldedHeading === words.join(" ")) score += 50;
    if (place.address.startsWith("lessons/")) score += 5;
    if (score > 0) found.push({ place, score, words });
  }
  return found.sort((a, b) => b.score - a.score);
}

function excerpt({ place, words }) {
  const p = document.createElement("p");
  const letters = Array.from(place.text);
  const at = Math.max(place.folded.indexOf(words.find((word) => place.folded.includes(word)) ?? ""), 0);
  const from = Math.max(at - BEFORE, 0), to = Math.min(at + AFTER, letters.length);
  const marked = new Set();
  for (const word of words)
    for (let i = place.folded.indexOf(word, from); i >= 0 && i < to; i = place.folded.indexOf(word, i + 1))
      for (let j = i; j < i + word.length; j++) marked.add(j);
  p.append(from ? "… " : "");
  for (let i = from; i < to;) {
    let end = i;
    while (end < to && marked.has(end) === marked.has(i)) end++;
    const piece = letters.slice(i, end).join("");
    if (marked.has(i)) p.appendChild(document.createElement("mark")).textContent = piece;
    else p.append(piece);
    i = end;
  }
  p.append(to < letters.length ? " …" : "");
  return p;
}

function show(typed) {
  const found = find(typed), count = document.getElementById("search-count");
  count.textContent = typed.trim() ? (found.length ? count.dataset.some.replace("{n}", found.length) : count.dataset.none) : "";
  document.getElementById("search-found").replaceChildren(...found.slice(0, MOST).map((hit) => {
    const item = document.createElement("li"), link = item.appendChild(document.createElement("a"));
    link.href = hit.place.address;
    link.textContent = hit.place.heading;
    if (hit.place.heading !== hit.place.title) item.appendChild(document.createElement("small")).textContent = hit.place.title;
    item.append(excerpt(hit));
    return item;
  }));
}

const input = document.getElementById("search-words");
input.value = new URLSearchParams(location.search).get("q") ?? "";
input.addEventListener("input", () => show(input.value));
show(input.value);
input.focus();
