// A file in pieces: one answer of the server's has room for 6 MB, so each piece is asked for by its range, one after the other.

import { Problem } from "./client.js";

/** Bytes that are asked for at once: few enough to arrive within one answer's time on a slow link. */
export const PIECE_BYTES = 1 << 20;
/** More than any file that there is: Telegram gives a bot 20 MB. */
const WHOLE_BYTES_MAX = 21 << 20;
/** Times that a piece is asked for. */
const TRIES = 3;
/** How long is waited before a piece is asked for again, in ms; longer where the server says so, and never longer than that. */
const PAUSE_MS = 1_000;
const PAUSE_MAX_MS = 15_000;
/** What may be shown, whatever a server calls it. */
const KINDS = ["video/mp4", "image/jpeg", "audio/mpeg"];

/**
 * The whole file at `path`.
 *
 * - `send(path, { headers, signal })` gives a good answer, or throws a `Problem`
 * - `onProgress(share)` is told after each piece, up to 1
 * - `signal` ends it
 * - `wait(ms)` passes the time before another try
 */
export async function whole(path, { send, onProgress = () => {}, signal, wait = pause }) {
  let parts = [], at = 0, total = null, tag = null, kind = "", begun = 0;
  while (total === null || at < total) {
    signal?.throwIfAborted();
    const headers = { Range: `bytes=${at}-${at + PIECE_BYTES - 1}` };
    if (tag) headers["If-Range"] = tag;
    const { answer, bytes } = await asked(path, { send, headers, signal, wait });
    const place = answer.status === 206 ? placeOf(answer.headers.get("Content-Range")) : { from: 0, total: null };
    const now = answer.headers.get("ETag");
    // It is another file than at the beginning: that one is taken from its own beginning.
    if (place?.from === 0 && at > 0) [parts, at, begun] = [[], 0, begun + 1];
    const fits = place?.from === at && bytes.byteLength > 0 && (at === 0 || now === tag) && begun < TRIES;
    if (!fits) throw new Problem("server", "another piece than was asked for");
    [total, tag, kind] = [place.total ?? bytes.byteLength, now, answer.headers.get("Content-Type")?.split(";")[0] ?? ""];
    parts.push(bytes);
    at += bytes.byteLength;
    if (total > WHOLE_BYTES_MAX || at > total) throw new Problem("server", "a file that is longer than any");
    onProgress(at / total);
  }
  return new Blob(parts, { type: KINDS.includes(kind) ? kind : "application/octet-stream" });
}

/** A piece with its bytes, asked for again where that helps: also where it breaks off half-way. */
async function asked(path, { send, headers, signal, wait }) {
  for (let tries = 1; ; tries += 1) {
    try {
      const answer = await send(path, { headers, signal });
      return { answer, bytes: await bytesOf(answer, signal) };
    } catch (problem) {
      if (signal?.aborted || tries >= TRIES || !["network", "server", "busy"].includes(problem.kind)) throw problem;
      await wait(Math.min(PAUSE_MAX_MS, Math.max(PAUSE_MS * tries, (problem.retryAfterS ?? 0) * 1000)));
    }
  }
}

async function bytesOf(answer, signal) {
  try {
    return await answer.arrayBuffer();
  } catch (error) {
    throw signal?.aborted ? error : new Problem("network", String(error?.message ?? error));
  }
}

/** `bytes 0-99/1000`, as where it begins and how long the whole is. */
function placeOf(text) {
  const [, from, total] = /^bytes (\d+)-\d+\/(\d+)$/.exec(text ?? "") ?? [];
  return total === undefined ? null : { from: Number(from), total: Number(total) };
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
