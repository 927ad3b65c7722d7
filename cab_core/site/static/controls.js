// The controls of the replay and of the playback: they do nothing without scripts, so scripts make them.
"use strict";
globalThis.CabControls = (() => {
  const made = (name, of = {}, ...inside) => {
    const element = Object.assign(document.createElement(name), of);
    element.append(...inside);
    return element;
  };
  const button = (does, text, label) => {
    const element = made("button", { type: "button", className: "act" }, text);
    element.dataset.do = does;
    if (label) element.setAttribute("aria-label", label);
    return element;
  };
  const play = () => {
    const element = button("play", "Play");
    element.setAttribute("aria-pressed", "false");
    return element;
  };
  const range = (of, label) => {
    const element = made("input", { type: "range", min: 0, ...of, value: 0 });
    element.setAttribute("aria-label", label);
    return element;
  };
  const speed = (label, values) => {
    const select = made("select", {}, ...values.map((v) => made("option", { selected: v === 1 }, String(v))));
    select.setAttribute("aria-label", label);
    return made("label", {}, "speed ", select);
  };
  const row = (stage, ...parts) => stage.prepend(made("div", { className: "controls" }, ...parts));
  // Characters that reorder text or show nothing are shown as escapes.
  const visible = (text) =>
    text.replace(/(?![\n\t])[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu, (char) => `\\u{${char.codePointAt(0).toString(16)}}`);
  return { made, visible, button, play, range, speed, row };
})();
