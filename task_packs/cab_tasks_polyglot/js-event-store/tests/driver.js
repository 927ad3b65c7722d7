"use strict";
// Prints what the code under test does, a case a line. What is expected is not known here.
const path = require("path");
const write = process.stdout.write.bind(process.stdout);
process.stdout.write = () => true; // whatever the code under test prints is not an answer
const load = (name) => require(path.join(process.argv[2], name));
const { Shop } = load("shop.js");
const { stock } = load("projection.js");

function show(name, work) {
  let value;
  try {
    value = JSON.stringify(work());
  } catch (error) {
    value = `throws ${error.name}`;
  }
  write(`${name}: ${value}\n`);
}

const shop = new Shop();
const all = (counts) => Object.entries(counts).sort();
shop.deliver("pen", 10);
show("sold", () => [shop.sell("pen", 3), shop.sell("pen", 2), shop.sell("ink", 1)]);
show("stock", () => all(stock(shop.events)));
show("cancelled", () => [shop.cancel(2), shop.cancel(2), shop.cancel(9)]);
show("then", () => all(stock(shop.events)).filter(([, count]) => count));
show("events", () => shop.events.length);
show("last", () => shop.events[shop.events.length - 1]);
show("sold later", () => shop.sell("pen", 1));
show("stock of that", () => all(stock(shop.events)).filter(([, count]) => count));
show("only a sale", () => all(stock([{ type: "sold", id: 1, item: "pad", count: 4 }])));
