// The turns of a conversation as elements: tool calls as a person would write them, long texts folded.
"use strict";
globalThis.CabTurns = (data, shared, search) => {
  const { made, visible } = CabControls;
  const LINES = 14, LETTERS = 1600, CALL = 40; // lines and letters of a text, and lines of a call, that are not folded
  const seconds = (ms) => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(2)} s`);
  const whole = (n) => (n === undefined ? "?" : n.toLocaleString("en"));
  const shown = (text) => visible(String(text).replaceAll("\r\n", "\n"));
  const linesIn = (text) => text.split("\n").length;
  const lineCount = (n) => `${whole(n)} ${n === 1 ? "line" : "lines"}`;
  const begins = (text) => {
    const line = shown(text).split("\n").find((l) => l.trim()) ?? "";
    return line.length > 100 ? `${line.slice(0, 100)}…` : line;
  };

  // Lines of a patch, and of an edit block, have their colours wherever they stand; those within fences are code.
  const coloured = (text) => {
    const lines = shown(text).split("\n");
    if (!/^(```|\*\*\* Begin Patch|diff --git |@@ .*@@|<{5,} SEARCH)/m.test(text)) return [["", lines.join("\n")]];
    let kind = "", fence = false;
    return lines.map((line) => {
      if (/^```/.test(line)) {
        fence = !fence;
        kind = "";
        return ["line meta", line];
      }
      if (/^(\*\*\* Begin Patch|diff --git )|^@@ /.test(line)) kind = "patch";
      else if (/^<{5,} SEARCH/.test(line)) kind = "del";
      else if (kind !== "patch" && /^={5,}$/.test(line)) kind = kind && "add";
      else if (/^(>{5,} REPLACE|\*\*\* End Patch)/.test(line)) kind = "";
      else if (kind !== "patch") return [`line ${kind || (fence ? "fenced" : "")}`, line];
      else if (/^(\+(?!\+\+ )|-(?!-- ))/.test(line)) return [`line ${line[0] === "+" ? "add" : "del"}`, line];
      else if (/^([ ]|$)/.test(line)) return ["line", line];
      return ["line meta", line];
    });
  };
  const signed = (name, sign, lines) => lines.map((line) => [`line ${name}`, `${sign}${line}`]);
  // What is alike at both ends is left out but for three lines.
  const edited = (before, after) => {
    const [a, b] = [before, after].map((text) => shown(text).split("\n"));
    let head = 0, tail = 0;
    while (head < Math.min(a.length, b.length) && a[head] === b[head]) head += 1;
    while (tail < Math.min(a.length, b.length) - head && a.at(-1 - tail) === b.at(-1 - tail)) tail += 1;
    return [
      ...signed("", " ", a.slice(Math.max(0, head - 3), head)), ...signed("del", "−", a.slice(head, a.length - tail)),
      ...signed("add", "+", b.slice(head, b.length - tail)), ...signed("", " ", a.slice(a.length - tail, a.length - tail + 3)),
    ];
  };

  const isText = (value) => typeof value === "string";
  const isCommand = (value) => isText(value) || (Array.isArray(value) && value.length > 0 && value.every(isText));
  const COMMAND = ["command", "cmd", "script"];
  const PATH = ["file_path", "filePath", "path", "absolute_path", "filename", "file"];
  const CONTENT = ["content", "file_text", "contents"];
  const PATCH = ["patch", "patchText", "diff", "input"];
  const PAIRS = [["old_string", "new_string"], ["oldString", "newString"], ["old_str", "new_str"], ["old_text", "new_text"], ["search", "replace"]];
  const taken = (from, names, is) => {
    const name = names.find((n) => Object.hasOwn(from, n) && is(from[n]));
    const value = name && from[name];
    if (name) delete from[name];
    return value;
  };
  const pairOf = (from) => {
    const pair = PAIRS.find((names) => names.every((n) => Object.hasOwn(from, n) && isText(from[n])));
    return pair?.map((name) => taken(from, [name], isText));
  };
  const commandOf = (value) => (isText(value) ? value : /^-l?c$/.test(value[1]) && value.length === 3 ? value[2] : value.join(" "));
  const fields = (of) => Object.entries(of).flatMap(([key, value]) => {
    const text = shown(isText(value) ? value : JSON.stringify(value));
    return text.includes("\n") ? [["line meta", `${shown(key)}:`], ["", `${text}\n`]] : [["line", `${shown(key)}: ${text}`]];
  });
  const parsed = (text) => {
    try {
      const found = JSON.parse(text);
      return found !== null && typeof found === "object" && !Array.isArray(found) ? { ...found } : null;
    } catch {
      return null;
    }
  };
  const asked = (text) => {
    const rest = parsed(text);
    if (!rest) return coloured(text);
    const command = taken(rest, COMMAND, isCommand);
    if (command !== undefined) return [...coloured(`$ ${commandOf(command)}`), ...fields(rest)];
    const path = taken(rest, PATH, isText);
    const named = path === undefined ? [] : [["line meta", shown(path)]];
    const edits = Array.isArray(rest.edits) && rest.edits.every((e) => e && typeof e === "object") ? rest.edits.map((e) => ({ ...e })) : [];
    const pairs = [rest, ...edits].map(pairOf).filter(Boolean);
    if (pairs.length) {
      if (edits.length === pairs.length) delete rest.edits;
      return [...named, ...pairs.flatMap(([before, after]) => edited(before, after)), ...fields(rest)];
    }
    const content = path === undefined ? undefined : taken(rest, CONTENT, isText);
    if (content !== undefined) return [...named, ...signed("add", "+", shown(content).replace(/\n$/, "").split("\n")), ...fields(rest)];
    const patch = taken(rest, PATCH, (v) => isText(v) && /^(\*\*\* |diff --git |--- |@@ )/m.test(v));
    return [...named, ...(patch === undefined ? [] : coloured(patch)), ...fields(rest)];
  };
  // An object with nothing in it but one text is that text.
  const answered = (text) => {
    const values = Object.values(parsed(text) ?? {});
    return (values.length === 1 && isText(values[0]) ? values[0] : text).replace(/^(?:\r?\n)+/, "").trimEnd();
  };

  // A text in its box; in a fold where it is long, with what it is and how it begins.
  const text = (value, { label = "", tag = "pre", lines = () => coloured(value), length = linesIn(value), begin = begins(value), most = LINES, fold = false }) => {
    const box = made(tag, { className: tag === "pre" ? "wrapped" : "prose" });
    if (tag === "pre" && (fold || length > 10 || value.length > 800)) box.tabIndex = 0; // it may have to be scrolled
    if (!fold && length <= most && (value.length <= LETTERS || most === CALL)) {
      search.add({ box, lines });
      return label ? made("div", { className: "labelled" }, made("b", {}, label), box) : box;
    }
    const says = `${label ? `${label} · ` : ""}${lineCount(length)}`;
    const details = made("details", { className: "fold" }, made("summary", {}, made("b", {}, says), ` ${begin}`), box);
    search.add({ box, lines, fold: details });
    return details;
  };
  // What many cells share comes from a script of its own, when it is looked at; a blank holds the place of what is the cell's own.
  const apart = ([name, own, length, line]) => {
    const box = made("pre", { className: "wrapped", tabIndex: 0 }, "…");
    const details = made("details", { className: "fold" }, made("summary", {}, made("b", {}, lineCount(length)), ` ${begins(line)}`), box);
    const part = { box, fold: details, lines: () => [["", part.text ?? "…"]] };
    part.come = async () => {
      if (part.text !== undefined) return;
      try {
        const pieces = (await CabLate.load(name, `${shared}${name}.js`)).split("\0");
        part.text = shown(pieces.map((piece, i) => piece + (own[i] ?? "")).join(""));
      } catch (fault) {
        part.text = `This text is missing: ${fault.message}.`;
      }
      delete part.cached;
      part.drawn = false;
    };
    details.addEventListener("toggle", () => part.come().then(() => { if (details.open && !part.drawn) search.draw(part); }));
    search.add(part);
    return details;
  };

  const toolOf = (tool, turn) => {
    const [from, to] = [data.calls[turn.call], data.calls[tool.call]];
    const took = from?.at === undefined || to?.at === undefined ? undefined : to.at - from.at - from.ms;
    const head = made("div", { className: "name" }, made("b", {}, shown(tool.name)));
    if (took >= 0) head.append(made("span", { className: "soft" }, ` took ${seconds(took)}`));
    if (tool.result === undefined) head.append(made("span", { className: "soft" }, " no result was sent back"));
    const lines = asked(tool.arguments);
    const length = lines.reduce((n, [, line]) => n + linesIn(line.replace(/\n$/, "")), 0);
    const call = text(tool.arguments, { lines: () => lines, length, begin: begins(lines[0]?.[1] ?? ""), most: CALL });
    if (tool.failed) head.append(made("span", { className: "mark bad" }, "error"));
    const box = made("div", { className: `tool${tool.failed ? " failed" : ""}` }, head, call);
    if (tool.result !== undefined) {
      const said = answered(tool.result);
      box.append(said.trim() ? text(said, { label: "result", fold: linesIn(said.trim()) > 2 || said.length > 200 }) : made("p", { className: "soft" }, "An empty result."));
    }
    return box;
  };

  const WHO = { system: "system", user: "user", assistant: "model", tool: "result", error: "no answer" };
  const tags = (turn, call) => [
    turn.role === "assistant" && !turn.answer && "put into the model's mouth by the CLI",
    turn.role === "tool" && "of no call that was seen",
    turn.again && `from here on the CLI sent ${whole(turn.again)} earlier ${turn.again === 1 ? "message" : "messages"} otherwise, or no more`,
    turn.cut && `${whole(turn.cut)} characters are left out`,
    (turn.answer || turn.role === "error") && call?.end,
  ].filter(Boolean).map((says) => made("span", { className: `mark${says === call?.end ? " bad" : ""}` }, says));
  const facts = (turn, call) => {
    const row = made("a", { href: `#row-${turn.call}` }, `call ${turn.call}`);
    if (!turn.answer && turn.role !== "error") return ["sent with ", row];
    const said = [
      call?.at !== undefined && `at ${seconds(call.at)}`,
      (call?.in !== undefined || call?.out !== undefined) && `${whole(call.in)} + ${whole(call.out)} tokens`,
      call?.usd !== undefined && `$${call.usd.toFixed(4)}`,
      call && seconds(call.ms),
      call?.first !== undefined && `first token ${seconds(call.first)}`,
    ].filter(Boolean);
    const links = [call?.span && ["span", "span"], call?.rec && ["mark", "recording"]].filter(Boolean);
    return [row, ...said.map((s) => ` · ${s}`), ...links.flatMap(([to, says]) => [" · ", made("a", { href: `#${to}-${turn.call}` }, says)])];
  };
  const turnOf = (turn, number) => {
    const call = data.calls[turn.call];
    const failed = turn.role === "error" || (turn.answer && call?.end);
    const item = made("li", { id: `turn-${number}`, tabIndex: -1, className: `turn ${turn.role}${failed ? " failed" : ""}` });
    const link = made("a", { href: `#turn-${number}`, className: "n" }, String(number));
    item.append(made("div", { className: "head" }, link, " ", made("b", {}, WHO[turn.role]), " ", ...tags(turn, call), made("span", { className: "facts" }, ...facts(turn, call))));
    if (turn.reasoning) item.append(text(turn.reasoning, { label: "reasoning", fold: true }));
    if (Array.isArray(turn.text)) item.append(apart(turn.text));
    else if (turn.text?.trim()) item.append(text(turn.text, { tag: "div", fold: turn.role === "system" && linesIn(turn.text) > 3 }));
    item.append(...(turn.tools ?? []).map((tool) => toolOf(tool, turn)));
    return item;
  };

  const items = data.turns.map((turn, i) => turnOf(turn, i + 1));
  // The turns of a side conversation, which follow each other, stand together in a fold.
  const list = made("ol", { className: "turns" });
  let group = 0, inside = list;
  data.turns.forEach((turn, i) => {
    if ((turn.side ?? 0) !== group) {
      group = turn.side ?? 0;
      inside = list;
      if (group) {
        const own = data.turns.filter((t) => t.side === group);
        const calls = new Set(own.map((t) => t.call)).size;
        const first = own.find((t) => t.role === "user" && isText(t.text));
        inside = made("ol", { className: "turns" });
        const says = made("b", {}, `${data.agents?.[group] ? `sub-agent of call ${data.agents[group]}` : "side conversation"} · ${calls} ${calls === 1 ? "call" : "calls"}`);
        list.append(made("li", { className: "side" }, made("details", {}, made("summary", {}, says, ` ${begins(first?.text ?? "")}`), inside)));
      }
    }
    inside.append(items[i]);
  });
  return { list, items };
};
