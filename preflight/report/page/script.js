"use strict";
(() => {
  const form = document.querySelector(".controls");
  const announce = document.getElementById("announce");
  const say = (text) => { announce.textContent = ""; announce.textContent = text; };

  const copied = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return false;
    }
  };
  document.addEventListener("click", async (event) => {
    const button = event.target.closest(".copier");
    if (button === null) return;
    const block = button.parentElement.querySelector("pre");
    if (await copied(block.textContent)) {
      say("Copied");
      const label = button.firstChild;
      label.data = "Copied";
      setTimeout(() => { label.data = "Copy"; }, 2000);
    } else {
      getSelection().selectAllChildren(block);
      say("Selected: copy it with the keyboard");
    }
  });

  // What is folded is printed too, and found by a link that leads into it.
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open])")];
    for (const item of opened) item.open = true;
  });
  addEventListener("afterprint", () => { for (const item of opened) item.open = false; });
  const follow = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target instanceof HTMLDetailsElement) target.open = true;
  };
  addEventListener("hashchange", follow);
  follow();

  if (form === null) return;
  const query = document.getElementById("query");
  const wave = document.getElementById("wave");
  const state = document.getElementById("state");
  const found = document.getElementById("found");
  const items = [...document.querySelectorAll(".item")].map((element) => {
    const ids = [...element.querySelectorAll("[data-id]")].map((part) => part.dataset.id).join(" ");
    const [row, fix] = [element.matches("tr"), element.matches(".fix")];
    return { element, text: `${element.textContent} ${ids}`.toLowerCase(), row, fix };
  });
  const rowsOfAll = items.filter((item) => item.row).length, fixesOfAll = items.filter((item) => item.fix).length;
  const states = {
    "": () => true,
    blocking: (data) => data.blocking !== "0",
    later: (data) => data.later !== "0",
    open: (data) => data.blocking !== "0" || data.later !== "0",
    done: (data) => data.blocking === "0" && data.later === "0",
  };
  const apply = () => {
    const words = query.value.toLowerCase().split(/\s+/).filter(Boolean);
    let rows = 0, fixes = 0;
    for (const { element, text, row, fix } of items) {
      const shown = words.every((word) => text.includes(word)) &&
        (!row || ((wave.value === "" || element.dataset.wave === wave.value) && states[state.value](element.dataset)));
      element.hidden = !shown;
      if (shown && row) rows += 1;
      if (shown && fix) fixes += 1;
    }
    const all = words.length === 0 && wave.value === "" && state.value === "";
    found.textContent = all ? "" : `${rows} of ${rowsOfAll} instances and ${fixes} of ${fixesOfAll} fixes match`;
  };
  let waiting = 0;
  query.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(apply, 120); });
  wave.addEventListener("change", apply);
  state.addEventListener("change", apply);
  form.addEventListener("submit", (event) => { event.preventDefault(); apply(); });
  form.addEventListener("reset", () => setTimeout(apply));
  for (const node of document.querySelectorAll("[data-find]")) {
    node.addEventListener("click", (event) => {
      event.preventDefault();
      query.value = node.dataset.find;
      apply();
      const heading = document.getElementById("instances");
      heading.scrollIntoView();
      heading.focus();
    });
  }
})();
