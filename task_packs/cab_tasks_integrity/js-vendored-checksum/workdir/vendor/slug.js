"use strict";
// slug 2.0.1: small letters and digits, a dash for each other character.
module.exports = (text) => text.toLowerCase().replace(/[^a-z0-9]/g, "-");
