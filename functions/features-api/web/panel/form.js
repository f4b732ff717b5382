// A row of the settings as a form: a field for each value that is in it, and a way to add one. The rows have no schema here:
// what they may say is known to the server alone, which looks at every row before it is written.

/** The values of a row that a person edits one by one: `[{ path, kind, value }]`. */
export function leaves(value, path = []) {
  if (value !== null && typeof value === "object" && !Array.isArray(value)) {
    const members = Object.entries(value);
    if (members.length > 0 || path.length === 0) return members.flatMap(([name, member]) => leaves(member, [...path, name]));
  }
  return [{ path, kind: kindOf(value), value }];
}

/** How a value is edited: `switch`, `number`, `text`, `lines` (a list of texts) or `json`. */
export function kindOf(value) {
  if (typeof value === "boolean") return "switch";
  if (typeof value === "number") return "number";
  if (typeof value === "string") return "text";
  if (Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === "string" && !one.includes("\n"))) return "lines";
  return "json";
}

/** What stands in a control of a kind. */
export function written(kind, value) {
  if (kind === "lines") return value.join("\n");
  if (kind === "json") return JSON.stringify(value, null, 2);
  return String(value);
}

/** What somebody wrote into one; throws where it is nothing of that kind. */
export function readAs(kind, words) {
  switch (kind) {
    case "switch": return words === true || words === "true";
    case "number": {
      const number = Number(words.trim().replace(",", "."));
      if (words.trim() === "" || !Number.isFinite(number)) throw new RangeError("no number");
      return number;
    }
    case "lines": return words.split("\n").map((line) => line.trim()).filter(Boolean);
    case "json": return words.trim() === "" ? undefined : JSON.parse(words);
    default: return words;
  }
}

/** A copy of a value with another one at a place; `undefined` takes away what is there. */
export function withAt(value, [name, ...rest], fresh) {
  const copy = { ...value };
  const member = rest.length === 0 ? fresh : withAt(copy[name] ?? {}, rest, fresh);
  if (member === undefined) delete copy[name];
  else copy[name] = member;
  return copy;
}

/** What somebody typed as the value of a new field: JSON if it is that, and a text otherwise. */
export function guessed(words) {
  try {
    return JSON.parse(words);
  } catch {
    return words;
  }
}

/** The place of which the server speaks in what it says is wrong, or `null`: the longest path that is named, else the field whose
 * name stands in quotation marks, else the one with the value that is quoted. */
export function spokenOf(why, row) {
  const all = leaves(row);
  const names = (one) => one.path.join(".");
  const begins = (one) => all.length > 0 && why.startsWith(`${names(one)}:`);
  const roots = [...new Set(all.flatMap((one) => one.path.map((_, at) => one.path.slice(0, at + 1).join("."))))];
  const root = roots.filter((path) => why === path || new RegExp(`^${escaped(path)}[:.\\[ ]`).test(why)).sort((a, b) => b.length - a.length)[0];
  const exact = all.find(begins) ?? (root === undefined ? undefined : all.find((one) => names(one) === root || names(one).startsWith(`${root}.`)));
  if (exact) return exact.path;
  const quoted = [...why.matchAll(/[`"]([^`"]+)[`"]/g)].map((found) => found[1]);
  const byName = all.find((one) => quoted.slice(0, 1).includes(one.path.at(-1)));
  if (byName) return byName.path;
  const byValue = all.filter((one) => quoted.slice(0, 1).includes(String(one.value)));
  return byValue.length === 1 ? byValue[0].path : null;
}

const escaped = (words) => words.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
