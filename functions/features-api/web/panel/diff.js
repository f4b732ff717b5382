// What differs between two values of JSON, leaf by leaf.

const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

const isFull = (value) => isObject(value) && Object.keys(value).length > 0;

/** `[{ path, old, new }]`, in the order of the old value's members; a side that has nothing there is `undefined`. */
export function differences(old, fresh, path = "") {
  // What is new or gone as a whole is told leaf by leaf, too.
  const both = (isObject(old) && isObject(fresh)) || (isFull(old) && fresh === undefined) || (old === undefined && isFull(fresh));
  if (both) {
    const names = [...new Set([...Object.keys(old ?? {}), ...Object.keys(fresh ?? {})])];
    return names.flatMap((name) => differences(old?.[name], fresh?.[name], path ? `${path}.${name}` : name));
  }
  return same(old, fresh) ? [] : [{ path, old, new: fresh }];
}

/** Whether two values of JSON say the same, in whatever order their members stand. */
export function same(one, other) {
  if (isObject(one) && isObject(other)) {
    const names = Object.keys(one);
    return names.length === Object.keys(other).length && names.every((name) => name in other && same(one[name], other[name]));
  }
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((value, at) => same(value, other[at]));
  }
  return one === other;
}

/** A value as a line; nothing for what is not there. */
export const shown = (value) => (value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value));
