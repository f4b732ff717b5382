// The browser client: what the customer may do, for any page.
//
//   <script type="module" src="https://<features API>/app/client.js"></script>
//
//   FeatureGate.canAccess("video")            whether it may be used
//   FeatureGate.getStatus("video").usage      { current, limit, remaining, reset_at }
//   FeatureGate.showUpgrade("hd", "Sharper?") says what would open it
//   featureGatekeeper.getAvailableModels()    the models that the customer may choose
//   FeatureGate.getFlag("new_jobs", false)    a flag's value, or what is given beside it where it has none of that type
//   await FeatureGate.refresh()               asks now
//   FeatureGate.live()                        keeps up with what changes, within seconds, while the page is looked at
//
// On a page of another origin (which ALLOWED_ORIGINS must name), say who asks: FeatureGate.configure({ authorization:
// () => `tma ${initData}` }). Within the Mini App that is known. Answers are kept for five minutes; what is older is asked for
// again behind the page's back, with the tag of the answer before. After a failure the last known answer holds, and
// `FeatureGate.problem` says what is wrong.
//
// Events, at the document: `features-updated` with every answer that is new; `subscription-updated` when what the customer may
// do, or the tier, has changed; `features-failed` with the problem. A page that has sold something may send
// `subscription-updated` itself, and the client asks again. `live-state` says, with `state`, how a page that was told to be
// `live()` (or configured so: `live: true`) keeps up: `live.js` says how.
//
// Flags are evaluated by OpenFeature's stock OFREP provider. A page that has one tells this client so, and no flag is asked
// for twice; the provider's events, then, are when it asks anew:
//
//   FeatureGate.configure({ base: baseUrl, authorization }).on(OpenFeature.getClient());
//   await OpenFeature.setProviderAndWait(new OFREPWebProvider({ baseUrl, headers }));
//
// Any other page gets the stock provider with the client (`flags.js`, fetched with the first answer), unless it says that it wants
// no flags: FeatureGate.configure({ flags: false }). What OFREP has no
// words for, limits, models, tiers and what opens what, comes from the list of features, which decides about features. A
// key that no feature has is a flag's: `<feature-section feature="new_look">` opens where the flag is true.

import { launch } from "./launch.js";
import { Live, addressOf } from "./live.js";

/** How long an answer is taken for true, in ms. */
export const AGE_MAX_MS = 5 * 60_000;
/** How long is waited for an answer, in ms. */
const ANSWER_MAX_MS = 10_000;
/** How long nothing is asked of its own accord after a failure, in ms. */
const PAUSE_MS = 15_000;

/** What a provider tells when it knows something else. */
const HEARD = ["PROVIDER_READY", "PROVIDER_CONFIGURATION_CHANGED", "PROVIDER_CONTEXT_CHANGED"];
const TYPES = { boolean: "Boolean", number: "Number", string: "String", object: "Object" };
const KINDS = { 401: "unauthorized", 403: "refused", 429: "busy" };

/** Why there is no answer: `kind` is `network`, `unauthorized`, `refused`, `busy` or `server`. */
export class Problem extends Error {
  constructor(kind, message, { status = 0, retryAfterS = 0 } = {}) {
    super(message);
    this.name = "Problem";
    Object.assign(this, { kind, status, retryAfterS });
  }

  /** Of an answer that is none. */
  static async of(answer) {
    const said = await answer.json().catch(() => ({}));
    const kind = KINDS[answer.status] ?? (answer.status >= 500 ? "server" : "refused");
    const retryAfterS = Number(answer.headers.get("Retry-After")) || 0;
    return new Problem(kind, said.detail ?? said.title ?? `HTTP ${answer.status}`, { status: answer.status, retryAfterS });
  }
}

/** Asks the API, and asks for nothing that it has: each answer is kept with its tag. */
export class Asker {
  #kept = new Map();
  #whose;

  constructor({ base, authorization, fetch = (...request) => globalThis.fetch(...request) }) {
    Object.assign(this, { base, authorization, fetch });
  }

  /** The body of an answer. `init.body` is sent as JSON. Throws a `Problem`. */
  async ask(path, { body, keep = true } = {}) {
    const whose = this.authorization?.() ?? "";
    if (whose !== this.#whose) this.#kept.clear();
    this.#whose = whose;
    const name = `${path} ${JSON.stringify(body) ?? ""}`;
    const kept = this.#kept.get(name);
    const headers = {};
    if (whose) headers.Authorization = whose;
    if (kept) headers["If-None-Match"] = kept.tag;
    if (body !== undefined) headers["Content-Type"] = "application/json";
    const answer = await this.#sent(path, {
      method: body === undefined ? "GET" : "POST",
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      cache: "no-store",
      credentials: "omit",
      signal: AbortSignal.timeout(ANSWER_MAX_MS),
    });
    if (answer.status === 304 && kept) return kept.body;
    if (!answer.ok) throw await Problem.of(answer);
    const said = await answer.json().catch(() => { throw new Problem("server", "the answer is no JSON", { status: answer.status }); });
    const tag = answer.headers.get("ETag");
    if (keep && tag && whose === this.#whose) this.#kept.set(name, { tag, body: said });
    return said;
  }

  async #sent(path, init) {
    try {
      return await this.fetch(`${this.base}${path}`, init);
    } catch (error) {
      throw new Problem("network", String(error?.message ?? error));
    }
  }
}

/** What the customer may do. A page has one, `FeatureGate`. */
export class Gatekeeper {
  /** The last failure, if nothing has been answered since. */
  problem = null;
  #asker;
  #options;
  #lists = null;
  /** Our own provider with what it knows, and what was told of that. */
  #flags = null;
  #told = "";
  /** The page's own: a client of OpenFeature's SDK, or a provider. */
  #source = null;
  #isNews = false;
  #waits = null;
  #at = -Infinity;
  #pausedUntil = -Infinity;
  #running = null;
  /** What is asked as soon as that has ended. */
  #next = null;
  #whose;
  #streams = null;
  #live = null;

  constructor(options = {}) {
    this.configure(options);
    this.target.addEventListener("subscription-updated", (event) => {
      if (event.detail?.by !== this) this.refresh();
    });
  }

  /**
   * - `base`: the API's address without a closing slash; by default, where this script came from
   * - `authorization`: gives the header's value
   * - `lists`: the path of the features; the Mini App's `/me` has them as well
   * - `flags`: whether flags are asked for, `context` with what
   * - `live`: whether it keeps up with what changes
   * - `target`: where events go
   */
  configure(options) {
    this.#options = {
      base: origin(), authorization: signedIn, lists: "/api/user/features", flags: true, context: {},
      target: globalThis.document ?? new EventTarget(), now: () => Date.now(), ...this.#options, ...options,
    };
    this.#asker = new Asker(this.#options);
    if (options.live) this.live();
    return this;
  }

  /**
   * Takes flags from the page's own OpenFeature, a client of its SDK or the stock provider itself, and asks for none. Whenever
   * that knows something else, the rest is asked for anew; so `live()` has nothing to add where the provider hears of changes.
   */
  on(source) {
    const events = (one) => one?.events ?? one;
    for (const name of HEARD) events(this.#source)?.removeHandler(name, this.#heard);
    this.#source = source;
    this.configure({ flags: false });
    for (const name of HEARD) events(source)?.addHandler(name, this.#heard);
    return this;
  }

  get target() { return this.#options.target; }

  /** Whether there is any answer yet. */
  get isKnown() { return this.#lists !== null; }

  /** Whether what is known is older than it should be. */
  get isStale() { return this.#options.now() - this.#at > AGE_MAX_MS; }

  /** When what is known was true, in ms since the epoch; `null` before the first answer. */
  get asOf() { return this.isKnown ? this.#at : null; }

  /** All that is known: features by key, tier, models, and what else the path in `lists` answers. */
  get all() { this.#look(); return this.#lists ?? {}; }

  /** Whether a feature may be used. What is not known is closed. */
  canAccess(key) { return this.getStatus(key).enabled; }

  /** A feature: `enabled`, `reason`, `name`, `unlocked_by`, and of its limits the one of which least is left as `usage`. */
  getStatus(key) {
    this.#look();
    const features = this.#lists?.features ?? {};
    const feature = Object.hasOwn(features, key) ? features[key] : null;
    if (!feature) return { key, name: key, usage: null, usages: [], ...this.#flagged(key) };
    const usages = feature.usage ?? [];
    const usage = usages.reduce((least, one) => (least && least.remaining <= one.remaining ? least : one), null);
    return { ...feature, key, usage, usages };
  }

  /** The models that the customer may choose, of one kind (`video`, `image`, `music`, `speech`) or of all. */
  getAvailableModels(kind) {
    this.#look();
    return (this.#lists?.models ?? []).filter((model) => !kind || model.model_type === kind);
  }

  /** A flag's value; `otherwise` where it has none. */
  getFlag(key, otherwise) {
    this.#look();
    return this.#evaluated(key, otherwise)?.value ?? otherwise;
  }

  /** Says what would open a feature: a dialog of `elements.js`, unless the page takes `feature-upgrade` on itself. */
  showUpgrade(key, message) {
    return this.#tell("feature-upgrade", { status: this.getStatus(key), message }, { cancelable: true });
  }

  /** Waits until something is known, or until it is known why not. */
  async ready() {
    if (!this.isKnown || this.isStale) await (this.#running ?? this.refresh());
    return this.isKnown;
  }

  /**
   * Asks now; what is being asked already may have been too early, or under other options, so that is waited for first.
   * Gives whether what the customer may do is another than before; never throws, see `problem`.
   */
  refresh() {
    if (this.#running) {
      this.#next ??= this.#running.then(() => { this.#next = null; return this.refresh(); });
      return this.#next;
    }
    this.#running = this.#load().finally(() => { this.#running = null; });
    return this.#running;
  }

  /**
   * Keeps up with what changes: asks within seconds of it, while somebody looks at the page. `state` of what it gives is
   * `live`, `asking`, `paused` or `off`; `stop()` ends it.
   */
  live() {
    this.#live ??= new Live({
      ...this.#options.timing,
      fetch: this.#asker.fetch,
      address: () => addressOf(this.#streams, this.#options.base),
      refresh: () => this.#anew(),
      changed: (state) => this.#tell("live-state", { state }),
    });
    // Where to listen stands in the first answer.
    this.ready().then(() => this.#live.start());
    return this.#live;
  }

  /** A flag as OpenFeature evaluates it; `otherwise` says which type is wanted. Nothing as long as nothing is known. */
  #evaluated(key, otherwise = false) {
    const source = this.#source ?? this.#flags?.provider;
    // Of these every object knows something.
    if (!source || key in Object.prototype) return null;
    const type = TYPES[typeof otherwise];
    return source[`get${type}Details`]?.(key, otherwise) ?? source[`resolve${type}Evaluation`](key, otherwise, {});
  }

  /** What is no feature is open where there is a flag of that name, and it is true. */
  #flagged(key) {
    if (!this.isKnown) return { enabled: false, reason: "not_loaded" };
    const flag = this.#evaluated(key);
    if (!flag || flag.errorCode) return { enabled: false, reason: "unknown_feature" };
    return { enabled: flag.value, reason: flag.value ? "granted" : "switched_off", name: flag.flagMetadata?.name ?? key };
  }

  #heard = () => {
    this.#isNews = true;
    this.refresh();
  };

  /** Asks now. Gives whether there was an answer. */
  async #anew() {
    await this.refresh();
    return this.problem === null;
  }

  /** Asks behind the page's back, if it is time to; not before the page's own scripts have said who asks, or by which provider. */
  #look() {
    if (!isBegun()) {
      this.#waits ??= new Promise((begun) => document.addEventListener("DOMContentLoaded", begun, { once: true })).then(() => this.#look());
      return;
    }
    const now = this.#options.now();
    if (this.isStale && now >= this.#pausedUntil && !this.#running) this.refresh();
  }

  async #load() {
    const { lists, flags, authorization, now } = this.#options;
    const whose = authorization?.() ?? "";
    if (whose !== this.#whose) [this.#lists, this.#flags, this.#at] = [null, null, -Infinity];
    this.#whose = whose;
    try {
      const asked = flags ? this.#asked().then((own) => ({ own }), (failed) => ({ own: this.#flags, failed })) : { own: null };
      const said = await this.#asker.ask(lists);
      const { own, failed } = await asked;
      const isNew = this.#learn(said, own);
      // What may be done is known, whatever is wrong with the flags.
      if (failed) throw failed;
      return isNew;
    } catch (problem) {
      this.problem = problem instanceof Problem ? problem : new Problem("server", String(problem));
      this.#pausedUntil = now() + Math.max(PAUSE_MS, this.problem.retryAfterS * 1000);
      this.#tell("features-failed", { problem: this.problem });
      return false;
    }
  }

  /** Our own flags, asked for anew; under other options, of another provider. */
  async #asked() {
    const options = this.#options;
    const loaded = import("./flags.js").catch((error) => { throw new Problem("network", String(error)); });
    const flags = this.#flags?.options === options ? this.#flags : new (await loaded).Flags(options);
    await flags.ask();
    return flags;
  }

  #learn(said, flags) {
    if (typeof said?.features !== "object") throw new Problem("server", "the answer lists no features");
    const before = this.#lists;
    const told = flags ? JSON.stringify(flags.values) : this.#told;
    const isNew = said !== before || told !== this.#told || this.#isNews;
    const changed = before !== null && !same(rights(said), rights(before));
    [this.#lists, this.#told, this.#isNews, this.#at, this.problem] = [said, told, false, this.#options.now(), null];
    if (flags && flags !== this.#flags) {
      this.#flags?.provider.onClose();
      this.#flags = flags;
    }
    this.#streams = flags?.streams ?? said.eventStreams;
    if (isNew) this.#tell("features-updated", { changed });
    if (changed) this.#tell("subscription-updated", { tier: said.tier });
    return changed;
  }

  #tell(name, detail, init = {}) {
    return this.target.dispatchEvent(new CustomEvent(name, { detail: { ...detail, by: this }, ...init }));
  }
}

/** What an answer says that a customer may do, whatever is used of it. */
function rights({ tier, features, models }) {
  const enabled = Object.entries(features).filter(([, feature]) => feature.enabled).map(([key, feature]) => [key, feature.value ?? true]);
  return [tier ?? null, enabled, (models ?? []).map((model) => model.model_id)];
}

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

/** Whether the page's scripts have run, those aside that wait for something. */
function isBegun() {
  const { document, performance } = globalThis;
  return document?.readyState === undefined || document.readyState === "complete" || performance.getEntriesByType("navigation")[0]?.domContentLoadedEventStart > 0;
}

function origin() {
  const url = new URL(import.meta.url);
  return url.protocol.startsWith("http") ? url.origin : "";
}

function signedIn() {
  const { initData } = launch();
  return initData && `tma ${initData}`;
}

/** The page's own. */
export const FeatureGate = new Gatekeeper();
if (globalThis.window) Object.assign(window, { FeatureGate, featureGatekeeper: FeatureGate });
