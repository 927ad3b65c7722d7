// A button beside each code block; and the site's own address in embed codes where it is known.
"use strict";
(() => {
  const codes = document.querySelector("[data-site]");
  if (codes && location.protocol.startsWith("http")) {
    const base = new URL(`${codes.dataset.root}/`, location.href).href.replace(/\/$/, "");
    for (const block of codes.querySelectorAll("pre")) block.textContent = block.textContent.replaceAll(codes.dataset.site, base);
  }
  const select = (block) => {
    const range = document.createRange();
    range.selectNodeContents(block);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
  };
  for (const block of document.querySelectorAll("pre.code")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "act copy";
    button.textContent = "Copy";
    button.setAttribute("aria-label", `Copy: ${block.getAttribute("aria-label") || "code"}`);
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(block.textContent);
        button.textContent = "Copied";
      } catch {
        select(block); // no right to the clipboard: what to copy is selected
        button.textContent = "Selected";
      }
      setTimeout(() => { button.textContent = "Copy"; }, 1500);
    });
    const box = document.createElement("div");
    box.className = "codebox";
    block.before(box);
    box.append(block, button);
  }
})();
