// A small terminal: text, line ends, cursor movement, erasing, colours. What it does not know it leaves out.
// It makes text nodes only, so nothing that a program printed can become markup.
"use strict";
window.CabScreen = class {
  constructor(columns, rows) {
    this.columns = columns;
    this.rows = rows;
    this.reset();
  }

  reset() {
    this.lines = [[]];
    this.top = 0; // first line of the screen; what is above is history
    this.x = 0;
    this.y = 0;
    this.style = "";
    this.rest = "";
  }

  write(data) {
    const text = this.rest + data;
    this.rest = "";
    const pattern = /\x1b\[([0-9;?<=>]*)[ -/]*([@-~])|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[()][0-9A-Za-z]|\x1b[=>78cDEHM]|[\r\n\b\t]|[^\x1b\r\n\b\t]+/gu;
    let end = 0;
    for (const match of text.matchAll(pattern)) {
      end = match.index + match[0].length;
      if (match[2] !== undefined) this.control(match[1], match[2]);
      else if (match[0][0] !== "\x1b") this.put(match[0]);
    }
    const open = text.lastIndexOf("\x1b");
    if (open >= end && text.length - open < 4096) this.rest = text.slice(open); // an escape that is not whole yet
  }

  put(text) {
    if (text === "\r") this.x = 0;
    else if (text === "\n") this.down(1);
    else if (text === "\b") this.x = Math.max(0, this.x - 1);
    else if (text === "\t") this.x = Math.min(this.columns - 1, (Math.floor(this.x / 8) + 1) * 8);
    else for (const char of CabScreen.visible(text)) this.letter(char);
  }

  // A place holds a character, or a character, NUL and a style; NUL itself is never shown as such.
  letter(char) {
    if (this.x >= this.columns) { this.x = 0; this.down(1); }
    const line = this.line();
    while (line.length < this.x) line.push(" ");
    line[this.x++] = this.style ? `${char}\0${this.style}` : char;
  }

  // Control and formatting characters, which reorder text or show nothing, are shown as escapes.
  static visible(text) {
    return text.replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu, (char) => `\\u{${char.codePointAt(0).toString(16)}}`);
  }

  line() {
    const at = this.top + this.y;
    while (this.lines.length <= at) this.lines.push([]);
    return this.lines[at];
  }

  down(n) {
    this.y += n;
    if (this.y >= this.rows) {
      this.top += this.y - this.rows + 1;
      this.y = this.rows - 1;
    }
    this.line();
  }

  control(given, code) {
    const numbers = given.replace(/[?<=>]/g, "").split(";").map((n) => Number.parseInt(n, 10) || 0);
    const n = Math.min(Math.max(1, numbers[0]), 1000);
    const clamp = (v, most) => Math.min(Math.max(0, v), most - 1);
    if (code === "m") this.colour(numbers);
    else if (code === "A") this.y = clamp(this.y - n, this.rows);
    else if (code === "B") this.y = clamp(this.y + n, this.rows);
    else if (code === "C") this.x = clamp(this.x + n, this.columns);
    else if (code === "D") this.x = clamp(this.x - n, this.columns);
    else if (code === "G") this.x = clamp(n - 1, this.columns);
    else if (code === "E") { this.x = 0; this.y = clamp(this.y + n, this.rows); }
    else if (code === "F") { this.x = 0; this.y = clamp(this.y - n, this.rows); }
    else if (code === "H" || code === "f") { this.y = clamp(n - 1, this.rows); this.x = clamp((numbers[1] || 1) - 1, this.columns); }
    else if (code === "K") this.erase(numbers[0]);
    else if (code === "J") this.clear(numbers[0]);
  }

  erase(mode) {
    const line = this.line();
    if (mode === 0) line.length = Math.min(line.length, this.x);
    else for (let i = 0; i < (mode === 1 ? Math.min(line.length, this.x + 1) : line.length); i++) line[i] = " ";
  }

  clear(mode) {
    if (mode === 0) { this.erase(0); this.lines.length = this.top + this.y + 1; }
    else if (mode === 1) { for (let i = 0; i < this.y; i++) this.lines[this.top + i] = []; this.erase(1); }
    else { this.top = this.lines.length; this.line(); } // what was there becomes history
  }

  colour(numbers) {
    const on = new Set(this.style ? this.style.split(" ") : []);
    const foreground = (name) => { for (const c of on) if (c[0] === "f") on.delete(c); if (name) on.add(name); };
    for (let i = 0; i < numbers.length; i++) {
      const n = numbers[i];
      if (n === 0) on.clear();
      else if (n === 1) on.add("b");
      else if (n === 2) on.add("d");
      else if (n === 3) on.add("i");
      else if (n === 4) on.add("u");
      else if (n === 22) { on.delete("b"); on.delete("d"); }
      else if (n === 23) on.delete("i");
      else if (n === 24) on.delete("u");
      else if (n >= 30 && n <= 37) foreground(`f${n - 30}`);
      else if (n >= 90 && n <= 97) foreground(`f${n - 90}`);
      else if (n === 39) foreground("");
      else if (n === 38 || n === 48) {
        if (n === 38 && numbers[i + 1] === 5 && numbers[i + 2] < 16) foreground(`f${numbers[i + 2] % 8}`);
        i += numbers[i + 1] === 5 ? 2 : numbers[i + 1] === 2 ? 4 : 0;
      }
    }
    this.style = [...on].join(" ");
  }

  // What is above the screen never changes again, so a snapshot holds the screen alone.
  snapshot() {
    const { top, x, y, style, rest } = this;
    return { top, x, y, style, rest, screen: this.lines.slice(top).map((l) => l.slice()) };
  }

  // Go back to a snapshot of earlier.
  restore({ screen, ...saved }) {
    Object.assign(this, saved);
    this.lines = [...this.lines.slice(0, this.top), ...screen.map((l) => l.slice())];
  }

  // Put the last `most` lines into an element.
  draw(element, most = 2000) {
    const parts = [];
    let text = "", style = "";
    const flush = () => {
      if (!text) return;
      const node = document.createElement("span");
      node.textContent = text;
      if (style) node.className = style;
      parts.push(style ? node : text);
      text = "";
    };
    const from = Math.max(0, this.lines.length - most);
    this.lines.slice(from).forEach((line, i) => {
      if (i) text += "\n";
      for (const place of line) {
        const [char, own = ""] = place.length > 1 ? place.split("\0") : [place];
        if (own !== style) { flush(); style = own; }
        text += char;
      }
    });
    flush();
    element.replaceChildren(...parts);
  }
};
