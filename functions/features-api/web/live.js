// Hears that something has changed, and has it asked for again: `FeatureGate.live()`.
//
// What is heard is OFREP's event stream (`eventStreams` in an answer; its decision 0008), read by `fetch`: unlike a browser's
// own EventSource that tells why it was refused. A stream says when to ask and never what has changed. It is over within a
// minute, and the page comes back with the last thing that it heard, so nothing is missed.
//
// Where there is no stream, or no place for one more page, the page asks every six to nine seconds while it is looked at, and
// looks for a stream again every few minutes. Out of sight for a minute, it stops listening; back in sight, it asks at once.

/** A change of settings is every page's: over this time they come and ask, in ms. Streams look every two seconds, each at its
 * own moment, so a thousand pages ask within six seconds: some 170 requests a second of 15 ms, three at the same time. The
 * last of them knows after seven seconds. What is one customer's own is asked for within `OWN_SPREAD_MS`. */
export const SPREAD_MS = 4_000;
export const OWN_SPREAD_MS = 250;
/** How often a page without a stream asks, in ms: between this and half as much again. */
export const ASK_MS = 6_000;
/** The same while nothing answers, at most. */
export const ASK_MAX_MS = 60_000;
/** How long a stream may be silent, in ms; a sign of life comes every two seconds. */
export const SILENCE_MAX_MS = 10_000;
/** How long a page that nobody looks at listens, in ms. */
export const HIDDEN_MAX_MS = 60_000;
/** After how long a page without a stream looks for one again, in ms: between this and twice that. */
export const AGAIN_MS = 120_000;

/** Why there is no stream. */
class NoStream extends Error {
  constructor(status) {
    super(`no stream: ${status}`);
    this.status = status;
  }
}

export class Live {
  /** `off`, `live` (it hears), `asking` (it asks by itself), or `paused` (nobody looks). */
  state = "off";
  #options;
  #timers = new Map();
  #known;
  #stream = null;
  #isOn = false;
  #missed = false;
  #failures = 0;

  /**
   * - `address`: gives the stream's address, or nothing
   * - `refresh`: asks, and never throws; gives whether an answer came
   * - `changed`: is told each new state
   */
  constructor(options) {
    this.#options = {
      page: globalThis.document, random: Math.random, changed: () => {},
      fetch: (...request) => globalThis.fetch(...request),
      later: (run, ms) => { const timer = setTimeout(run, ms); return () => clearTimeout(timer); },
      ...options,
    };
  }

  /** Begins to listen. */
  start() {
    if (this.#isOn) return this;
    this.#isOn = true;
    const { page } = this.#options;
    page?.addEventListener("visibilitychange", this.#looked);
    page?.defaultView?.addEventListener("online", this.#back);
    if (page?.hidden) this.#at("hide", HIDDEN_MAX_MS, () => this.#pause());
    this.#open();
    return this;
  }

  /** Listens and asks no more. */
  stop() {
    const { page } = this.#options;
    page?.removeEventListener("visibilitychange", this.#looked);
    page?.defaultView?.removeEventListener("online", this.#back);
    this.#isOn = false;
    this.#close();
    for (const name of [...this.#timers.keys()]) this.#cancel(name);
    this.#is("off");
  }

  // --- The stream ------------------------------------------------------------------------------------------------

  async #open() {
    this.#close();
    const address = this.#options.address();
    if (!address) return this.#ask();
    const stream = new AbortController();
    this.#stream = stream;
    try {
      await this.#listen(address, stream);
      // It was over, as it always is within a minute.
      if (this.#stream === stream) this.#at("open", 250 + 1_000 * this.#options.random(), () => this.#open());
    } catch (problem) {
      if (this.#stream !== stream) return;
      const renewed = problem.status === 401 && (await this.#options.refresh()) && this.#options.address() !== address;
      if (this.#stream !== stream) return;
      if (renewed) this.#open();
      else this.#ask();
    }
  }

  async #listen(address, stream) {
    const url = new URL(address);
    if (this.#known) url.searchParams.set("since", this.#known);
    const alive = () => this.#at("silence", SILENCE_MAX_MS, () => stream.abort());
    alive();
    const answer = await this.#options.fetch(url.href, {
      headers: { Accept: "text/event-stream" }, cache: "no-store", credentials: "omit", signal: stream.signal,
    });
    if (!answer.ok || !answer.headers.get("Content-Type")?.startsWith("text/event-stream")) throw new NoStream(answer.status);
    const reader = answer.body.getReader();
    const decoder = new TextDecoder();
    let said = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done || this.#stream !== stream) return;
      alive();
      const events = (said + decoder.decode(value, { stream: true })).split("\n\n");
      said = events.pop();
      for (const event of events) if (!this.#hear(event)) return;
    }
  }

  /** Takes an event in; gives whether to go on listening. */
  #hear(event) {
    this.#is("live");
    const fields = event.split("\n").map((line) => line.split(/: ?(.*)/s, 2));
    this.#known = fields.find(([name]) => name === "id")?.[1] ?? this.#known;
    const data = fields.filter(([name]) => name === "data").map(([, value]) => value).join("\n");
    const { type, reasons = ["flags"] } = data ? parsed(data) : {};
    if (type === "refetchEvaluation") this.#soon(reasons.includes("flags") ? SPREAD_MS : OWN_SPREAD_MS);
    if (type !== "streamTaken") return true;
    // The customer has opened another page: that one listens from now on.
    this.#ask();
    return false;
  }

  /** Asks within this time; once for all that is heard until then. */
  #soon(spread) {
    if (this.#timers.has("fetch")) return;
    this.#at("fetch", spread * this.#options.random(), () => {
      if (this.#options.page?.hidden) this.#missed = true;
      else this.#options.refresh();
    });
  }

  // --- Without a stream ------------------------------------------------------------------------------------------

  #ask() {
    this.#close();
    this.#failures = 0;
    this.#is("asking");
    this.#next();
    this.#at("open", AGAIN_MS * (1 + this.#options.random()), () => this.#open());
  }

  #next() {
    const { page, random, refresh } = this.#options;
    const patience = Math.min(ASK_MS * 2 ** this.#failures, ASK_MAX_MS);
    this.#at("ask", patience * (1 + random() / 2), async () => {
      if (!page?.hidden) this.#failures = (await refresh()) ? 0 : this.#failures + 1;
      if (this.state === "asking" && !this.#timers.has("ask")) this.#next();
    });
  }

  // --- In sight and out of it ------------------------------------------------------------------------------------

  #looked = () => {
    if (this.#options.page.hidden) return this.#at("hide", HIDDEN_MAX_MS, () => this.#pause());
    this.#cancel("hide");
    if (this.state === "live" && !this.#missed) return;
    this.#missed = false;
    this.#options.refresh();
    if (this.state !== "live") this.#open();
  };

  #back = () => { if (this.state === "asking") this.#open(); };

  #pause() {
    this.#close();
    this.#is("paused");
  }

  #close() {
    const stream = this.#stream;
    this.#stream = null;
    stream?.abort();
    for (const name of ["open", "ask", "silence"]) this.#cancel(name);
  }

  #is(state) {
    if (this.state === state) return;
    this.state = state;
    this.#options.changed(state);
  }

  #at(name, ms, run) {
    this.#cancel(name);
    this.#timers.set(name, this.#options.later(() => { this.#timers.delete(name); run(); }, ms));
  }

  #cancel(name) {
    this.#timers.get(name)?.();
    this.#timers.delete(name);
  }
}

function parsed(data) {
  try {
    return JSON.parse(data) ?? {};
  } catch {
    return {};
  }
}

/** The address of a stream in an answer: the first of a kind that is known. */
export function addressOf(streams, base) {
  const stream = (Array.isArray(streams) ? streams : []).find((one) => one?.type === "sse");
  if (!stream) return null;
  const { url, endpoint } = stream;
  return url ?? (endpoint ? new URL(endpoint.requestUri, endpoint.origin ?? (base || globalThis.location?.href)).href : null);
}
