// What is sold at what price: models, plans and packs; how they are sold, and what they cost us.

import { editing } from "../editor.js";

export const prices = editing("prices", "view-prices", [
  { kind: "models" }, { kind: "plans" }, { kind: "packs" }, { kind: "selling", single: true }, { kind: "costs", single: true },
]);
