// A search field above a list.
"use strict";
(() => {
  for (const list of document.querySelectorAll("[data-filter]")) {
    const label = document.createElement("label");
    const input = document.createElement("input");
    const tools = document.createElement("div");
    const said = document.createElement("span");
    said.className = "soft";
    said.setAttribute("role", "status");
    input.type = "search";
    tools.className = "tools";
    label.append(list.dataset.filter, input);
    tools.append(label, said);
    list.before(tools);
    const items = [...list.children];
    input.addEventListener("input", () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      for (const item of items) {
        const text = item.textContent.toLowerCase();
        item.hidden = !words.every((word) => text.includes(word));
      }
      const shown = items.filter((item) => !item.hidden).length;
      said.textContent = words.length ? `${shown} of ${items.length}` : "";
    });
  }
})();
