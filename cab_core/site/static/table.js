// Tables that can be sorted by a click on a heading and filtered by words. Without scripts they are plain tables.
"use strict";
(() => {
  const value = (row, i) => {
    const cell = row.cells[i];
    if (cell.dataset.v !== undefined) return Number(cell.dataset.v);
    const text = cell.textContent.trim();
    const number = Number.parseFloat(text.replace(/,/g, ""));
    return cell.classList.contains("num") ? number : text.toLowerCase();
  };

  const sort = (table, i, descending) => {
    const body = table.tBodies[0];
    const keyed = [...body.rows].map((row) => [value(row, i), row]);
    // What is unknown stands last, whichever way: it is neither the least nor the most.
    keyed.sort(([a], [b]) => Number.isNaN(a) - Number.isNaN(b) || (a < b ? -1 : a > b ? 1 : 0) * (descending ? -1 : 1));
    body.append(...keyed.map(([, row]) => row));
    for (const head of table.tHead.rows[0].cells) head.removeAttribute("aria-sort");
    table.tHead.rows[0].cells[i].setAttribute("aria-sort", descending ? "descending" : "ascending");
  };

  const makeSortable = (table) => {
    [...table.tHead.rows[0].cells].forEach((head, i) => {
      if ("fixed" in head.dataset) return;
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      const number = head.classList.contains("num");
      button.addEventListener("click", () => {
        const now = head.getAttribute("aria-sort");
        sort(table, i, now ? now === "ascending" : number);
      });
    });
  };

  const makeFilter = (table) => {
    const rows = [...table.tBodies[0].rows];
    if (rows.length < 6 || "plain" in table.dataset) return;
    const label = document.createElement("label");
    const input = document.createElement("input");
    const said = document.createElement("span");
    const tools = document.createElement("div");
    input.type = "search";
    tools.className = "tools";
    said.className = "soft";
    said.setAttribute("role", "status");
    label.append("Filter rows", input);
    tools.append(label, said);
    table.parentElement.before(tools);
    const texts = rows.map((row) => row.textContent.toLowerCase());
    input.addEventListener("input", () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      rows.forEach((row, i) => {
        row.hidden = !words.every((word) => texts[i].includes(word));
        shown += row.hidden ? 0 : 1;
      });
      said.textContent = words.length ? `${shown} of ${rows.length}` : "";
    });
  };

  for (const table of document.querySelectorAll("table.sortable")) {
    makeSortable(table);
    makeFilter(table);
  }
})();
