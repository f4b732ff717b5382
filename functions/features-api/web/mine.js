// What the page asks of whoever opened it, beside what the browser client asks for any page: with a key that makes it the same
// request again, and with the words of a refusal.

import { Problem } from "./client.js";
import { launch } from "./launch.js";
import { say, whyFailed } from "./words.js";

/** How long is waited for an answer, in ms; a piece of a file takes longer than words. */
const ANSWER_MAX_MS = 25_000;

/** An answer that is good. Throws a `Problem`, with `reason` and `words` where the server said them. */
export async function send(path, { method = "GET", body, headers = {}, signal, fetch = globalThis.fetch } = {}) {
  const all = { Authorization: `tma ${launch().initData}`, ...headers };
  if (body !== undefined) all["Content-Type"] = "application/json";
  const end = AbortSignal.timeout(ANSWER_MAX_MS);
  let answer;
  try {
    answer = await fetch(path, {
      method, headers: all, body: body === undefined ? undefined : JSON.stringify(body),
      cache: "no-store", credentials: "omit", // Older browsers know one signal at a time.
      signal: signal ? AbortSignal.any?.([signal, end]) ?? signal : end,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Problem("network", String(error?.message ?? error));
  }
  if (answer.ok) return answer;
  const said = await answer.clone().json().catch(() => ({}));
  throw Object.assign(await Problem.of(answer), { reason: said.reason, words: said.message });
}

/** The same as JSON. */
export async function asked(path, options) {
  const answer = await send(path, options);
  return answer.json().catch(() => { throw new Problem("server", "the answer is no JSON", { status: answer.status }); });
}

/** Why it failed, in words for the customer: the server's own, or what `otherwise` says where it only does not answer. */
export function told(problem, otherwise) {
  if (problem.words) return problem.words;
  return otherwise && problem.kind === "server" ? say(otherwise) : whyFailed(problem);
}

/** Loads the styles of these views; what is drawn before they are there would jump. */
export const styled = new Promise((resolve) => {
  if (!globalThis.document) return resolve();
  const style = document.createElement("link");
  Object.assign(style, { rel: "stylesheet", href: new URL("./views.css", import.meta.url), onload: resolve, onerror: resolve });
  document.head.append(style);
});
