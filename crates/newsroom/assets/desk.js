// What the desk does beside its plain pages: lint while one writes, find a topic, copy a link. Every page works without.
"use strict";

const PAUSE_MS = 900;

function lintWhileWriting(form) {
  const margin = document.getElementById("margin");
  const said = document.getElementById("margin-said");
  let timer = 0;
  let running = null;
  async function lint() {
    running?.abort();
    running = new AbortController();
    const body = new URLSearchParams(new FormData(form));
    try {
      const answer = await fetch(form.dataset.lint, { method: "POST", body, signal: running.signal });
      if (!answer.ok) return;
      margin.innerHTML = await answer.text();
      const count = margin.querySelector("[data-said]")?.textContent ?? "";
      // Said only where it has changed: a voice that repeats itself is switched off.
      if (said.textContent !== count) said.textContent = count;
    } catch {
      // No answer, or a newer question: the Check button asks again.
    }
  }
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(lint, PAUSE_MS);
  });
}

function findOption(select) {
  const box = document.createElement("input");
  box.type = "text";
  box.className = "find";
  box.placeholder = select.dataset.find;
  box.setAttribute("aria-label", select.dataset.find);
  const options = [...select.options].map((option) => [option, option.textContent.toLowerCase()]);
  box.addEventListener("input", (event) => {
    event.stopPropagation();
    const wanted = box.value.trim().toLowerCase();
    for (const [option, name] of options) option.hidden = !option.selected && !name.includes(wanted);
  });
  // One click chooses or lets go: no key need be held.
  select.addEventListener("mousedown", (event) => {
    if (!(event.target instanceof HTMLOptionElement)) return;
    event.preventDefault();
    const top = select.scrollTop;
    event.target.selected = !event.target.selected;
    select.dispatchEvent(new Event("input", { bubbles: true }));
    select.focus();
    setTimeout(() => { select.scrollTop = top; });
  });
  select.before(box);
}

function copyOnPress(button) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).value);
    button.textContent = button.dataset.done;
  });
}

document.querySelectorAll("form[data-lint]").forEach(lintWhileWriting);
document.querySelectorAll("select[data-find]").forEach(findOption);
document.querySelectorAll("button[data-copy]").forEach(copyOnPress);
// Browsers focus what has `autofocus` only where it can be typed into or pressed.
document.querySelector(".said.failed")?.focus();
