// What the panel asks of the admin API, with the rights of whoever signed in.
//
// An operator opens the panel in Telegram, signed in by its init data, or types an API key at a desk. A key is kept for the
// tab (sessionStorage) and goes into a header, never into an address.

/** How long is waited for an answer, in ms. */
const ANSWER_MAX_MS = 15_000;
/** Under which name the tab keeps a key. */
const KEPT_AS = "neurocards-panel-key";
/** What each role may, by rank: each may what those before may, too. */
const RANKS = ["viewer", "editor", "owner"];

const KINDS = { 401: "unauthorized", 403: "forbidden", 404: "missing", 409: "conflict", 422: "senseless", 429: "busy" };

/** Why there is no answer. `pointer` says where in what was sent the mistake is. */
export class Problem extends Error {
  constructor(kind, detail, { status = 0, pointer = "", retryAfterS = 0 } = {}) {
    super(detail);
    this.name = "Problem";
    Object.assign(this, { kind, detail, status, pointer, retryAfterS });
  }

  /** Of an answer that is none. */
  static async of(answer) {
    const said = await answer.json().catch(() => ({}));
    const kind = KINDS[answer.status] ?? (answer.status >= 500 ? "server" : "senseless");
    const retryAfterS = Number(answer.headers.get("Retry-After")) || 0;
    return new Problem(kind, said.detail ?? said.title ?? `HTTP ${answer.status}`, { status: answer.status, pointer: said.pointer ?? "", retryAfterS });
  }
}

export class Api {
  /** Who is signed in: `{ who, role }`; `null` before anybody is. */
  me = null;
  /** When the last answer came, in ms; 0 before the first. */
  answeredAt = 0;
  #fetch;
  #store;
  #initData;
  #tags = new Map();

  constructor({ initData = "", fetch = (...request) => globalThis.fetch(...request), store = globalThis.sessionStorage } = {}) {
    this.#initData = initData;
    this.#fetch = fetch;
    this.#store = store;
  }

  /** Whether there is anything to sign in with. */
  get isSigned() { return this.#header() !== null; }

  /** Whether a typed key is used. */
  get hasKey() { return Boolean(this.#store?.getItem(KEPT_AS)); }

  /** Takes a key for this tab; an empty one forgets it. */
  useKey(key) {
    if (key) this.#store?.setItem(KEPT_AS, key);
    else this.#store?.removeItem(KEPT_AS);
    this.me = null;
    this.#tags.clear();
  }

  /** Finds out who asks. */
  async signIn() {
    this.me = await this.ask("/admin/me");
    return this.me;
  }

  /** Whether whoever is signed in may do what takes such a role. The server looks again. */
  may(role) { return RANKS.indexOf(this.me?.role) >= RANKS.indexOf(role); }

  /** The body of an answer; throws a `Problem`. */
  async ask(path, { method, body } = {}) {
    const header = this.#header();
    if (!header) throw new Problem("unauthorized", "nobody is signed in");
    const kept = this.#tags.get(path);
    const headers = { ...header };
    if (kept && !method && !body) headers["If-None-Match"] = kept.tag;
    if (body !== undefined) headers["Content-Type"] = "application/json";
    const answer = await this.#sent(path, {
      method: method ?? (body === undefined ? "GET" : "POST"),
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      cache: "no-store",
      credentials: "omit",
      signal: AbortSignal.timeout(ANSWER_MAX_MS),
    });
    if (answer.status === 304 && kept) return this.#came(kept.body);
    if (!answer.ok) throw await Problem.of(answer);
    const said = await answer.json().catch(() => { throw new Problem("server", "the answer is no JSON", { status: answer.status }); });
    const tag = answer.headers.get("ETag");
    if (tag && !method && body === undefined) this.#tags.set(path, { tag, body: said });
    return this.#came(said);
  }

  /** Every page of a list, up to so many; `more` says that there are others. */
  async pages(path, member, most) {
    const all = [];
    let cursor = "";
    for (let page = 0; page < most; page += 1) {
      const joint = path.includes("?") ? "&" : "?";
      const said = await this.ask(cursor ? `${path}${joint}cursor=${encodeURIComponent(cursor)}` : path);
      all.push(...said[member]);
      if (!said.next) return { all, more: false };
      cursor = said.next;
    }
    return { all, more: true };
  }

  #came(said) {
    this.answeredAt = Date.now();
    return said;
  }

  #header() {
    const key = this.#store?.getItem(KEPT_AS);
    if (key) return { "X-API-Key": key };
    return this.#initData ? { Authorization: `tma ${this.#initData}` } : null;
  }

  async #sent(path, init) {
    try {
      return await this.#fetch(path, init);
    } catch (error) {
      throw new Problem("network", String(error?.message ?? error));
    }
  }
}
