// The operator's flags for a page that has no OpenFeature of its own: OpenFeature's stock provider (`openfeature.js`, as it is
// published) evaluates them, remembers the tag and asks for what is new. `client.js` fetches this with its first answer, unless the page wants no flags.
//
// When to ask is left to the client, for whom a change is heard of by `live.js`: the stock provider asks within 50 ms of an event,
// and so would every open page at once. Nothing is put into the browser's storage: it would be the last customer's.

import { Problem } from "./client.js";
import { OFREPWebProvider } from "./openfeature.js";

const PATH = "/ofrep/v1/evaluate/flags";

export class Flags {
  /** The stock provider. */
  provider;
  /** Where changes are heard of, as the last answer says. */
  streams;
  /** The options that it was made with. */
  options;
  #isBegun = false;
  #isAnswered = false;
  #problem = null;

  /** `options` are the client's. */
  constructor(options) {
    this.options = options;
    this.provider = new OFREPWebProvider({
      // A request wants a whole address; where it goes is `#send`'s.
      baseUrl: options.base || globalThis.location?.origin || "http://localhost",
      headersFactory: () => { const whose = options.authorization?.(); return whose ? [["Authorization", whose]] : []; },
      fetchImplementation: (request, { signal }) => this.#send(request, signal),
      cacheMode: "disabled", changeDetection: "none", disableVisibilityRefresh: true,
    });
    this.provider.events.addHandler("PROVIDER_ERROR", ({ message } = {}) => { this.#problem ??= new Problem("server", String(message)); });
  }

  /** What is known of every flag. */
  get values() { return this.provider.flagCache; }

  /** Asks for what is new. Throws a `Problem`: the stock provider does so the first time alone. */
  async ask() {
    const { context } = this.options;
    const before = this.#problem;
    [this.#problem, this.#isAnswered] = [null, false];
    try {
      if (this.#isBegun) await this.provider.onContextChange(context, context);
      else await this.provider.initialize(context);
      this.#isBegun = true;
    } catch (error) {
      this.#problem ??= new Problem("server", String(error?.message ?? error));
    }
    // It asks nothing as long as it was told to wait.
    if (!this.#isAnswered) this.#problem ??= before ?? new Problem("busy", "nothing was asked");
    if (this.#problem) throw this.#problem;
  }

  async #send(request, signal) {
    const { base, fetch = globalThis.fetch } = this.options;
    let answer;
    try {
      answer = await fetch(`${base}${PATH}`, {
        method: "POST", headers: Object.fromEntries(request.headers), body: await request.text(), cache: "no-store", credentials: "omit", signal,
      });
    } catch (error) {
      this.#problem = new Problem("network", String(error?.message ?? error));
      throw error;
    }
    this.#isAnswered = true;
    if (answer.ok) this.streams = (await answer.clone().json().catch(() => ({}))).eventStreams;
    else if (answer.status !== 304) this.#problem = await Problem.of(answer.clone());
    return answer;
  }
}
