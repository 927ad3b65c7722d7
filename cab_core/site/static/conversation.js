// The conversation of a cell: its turns, search, and keys while it has the focus (or nothing has, and it is in view).
"use strict";
(() => {
  const box = document.getElementById("turns");
  if (!box) return;
  const { made, button } = CabControls;
  const search = CabSearch();
  let data, items = [], current = -1;

  const field = made("input", { type: "search", placeholder: "Search" });
  field.setAttribute("aria-label", "Search the conversation");
  const found = made("output", { className: "small soft" });
  const hint = made("p", { className: "soft small keys" });
  for (const [keys, does] of [["j k", "next, previous turn"], ["o", "open, close"], ["/", "search"], ["n N", "next, previous hit"]]) {
    hint.append(...(hint.childNodes.length ? [" · "] : []), ...keys.split(" ").flatMap((k) => [made("kbd", {}, k), " "]), does);
  }

  const select = (at, block = "nearest") => {
    if (!items.length) return;
    items[current]?.removeAttribute("aria-current");
    current = Math.min(items.length - 1, Math.max(0, at));
    const item = items[current];
    for (let above = item.parentElement.closest("details"); above; above = above.parentElement.closest("details")) above.open = true;
    item.setAttribute("aria-current", "true");
    item.focus({ preventScroll: true });
    item.scrollIntoView({ block });
  };
  const step = (by) => {
    let at = current + by;
    while (items[at]?.parentElement.closest("details:not([open])")) at += by; // turns in a closed fold are passed over
    if (items[at]) select(at);
  };
  const toggle = () => {
    const folds = [...(items[current]?.querySelectorAll("details") ?? [])];
    const open = folds.some((fold) => !fold.open);
    for (const fold of folds) fold.open = open;
  };
  const go = (by) => {
    const at = search.go(by);
    if (at >= 0) found.textContent = `${(at + 1).toLocaleString("en")} of ${found.dataset.total}`;
  };
  let asked = 0;
  const find = async () => {
    const mine = ++asked;
    const total = await search.find(field.value);
    if (mine !== asked) return;
    found.dataset.total = total.toLocaleString("en");
    found.textContent = field.value.trim() ? `${found.dataset.total} ${total === 1 ? "hit" : "hits"}` : "";
  };

  // A call is where its answer stands; where there is none, where it was first asked.
  const turnOfCall = (call) => {
    const at = data.turns.findIndex((t) => t.call === call && (t.answer || t.role === "error"));
    return at < 0 ? data.turns.findIndex((t) => t.call === call) : at;
  };
  const wanted = () => /^#(turn|call)-(\d+)$/.exec(location.hash);
  const follow = async () => {
    if (!wanted()) return;
    await start();
    const [, what, number] = wanted() ?? [];
    const at = what === "turn" ? Number(number) - 1 : what ? turnOfCall(Number(number)) : -1;
    if (items[at]) select(at, "start");
  };

  let started;
  const start = () => (started ??= CabLate.part("said").then(() => {
    data = JSON.parse(document.getElementById("said").textContent);
    const turns = CabTurns(data, box.dataset.said, search);
    items = turns.items;
    const [back, on] = [button("back", "‹", "Previous hit"), button("on", "›", "Next hit")];
    back.addEventListener("click", () => go(-1));
    on.addEventListener("click", () => go(1));
    box.replaceChildren(made("div", { className: "controls" }, field, back, on, found), hint, turns.list);
  }));

  const keys = {
    j: () => step(1),
    k: () => step(-1),
    o: toggle,
    "/": () => field.focus(),
    n: () => go(1),
    N: () => go(-1),
  };
  const ours = (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || ["INPUT", "SELECT", "TEXTAREA"].includes(event.target.tagName)) return false;
    const place = box.getBoundingClientRect();
    return box.contains(event.target) || (event.target === document.body && place.top < innerHeight && place.bottom > 0);
  };
  document.addEventListener("keydown", (event) => {
    if (!Object.hasOwn(keys, event.key) || !items.length || !ours(event)) return;
    event.preventDefault();
    keys[event.key]();
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") go(event.shiftKey ? -1 : 1);
    if (event.key !== "Escape") return;
    field.value = "";
    find();
    (items[current] ?? box).focus({ preventScroll: true });
  });
  let typing;
  field.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(find, 120);
  });
  box.addEventListener("focusin", (event) => {
    const at = items.indexOf(event.target.closest?.(".turn"));
    if (at < 0 || at === current) return;
    items[current]?.removeAttribute("aria-current");
    current = at;
    items[at].setAttribute("aria-current", "true");
  });
  addEventListener("hashchange", follow);
  CabLate.near(box, "said").then(start).catch((fault) => { box.textContent = `The conversation cannot be shown: ${fault.message}`; });
  follow();
})();
