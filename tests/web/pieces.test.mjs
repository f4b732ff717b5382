// A file in pieces: what is asked for, what is taken, and what is not. The server is the test's own.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Problem } from "../../functions/features-api/web/client.js";
import { legible } from "../../functions/features-api/web/launch.js";
import { PIECE_BYTES, whole } from "../../functions/features-api/web/pieces.js";

const bytes = (length, from = 0) => Uint8Array.from({ length }, (_, at) => (from + at) % 251);
const MADE = bytes(2 * PIECE_BYTES + 1000);

/** A server with one file, which keeps to RFC 9110 and to its own bound. */
class Server {
  asked = [];
  waited = [];
  fails = [];
  kind = "video/mp4";
  file = MADE;
  tag = '"one"';

  send = async (path, { headers, signal }) => {
    this.asked.push({ path, ...headers });
    signal?.throwIfAborted();
    const fails = this.fails.shift();
    if (fails instanceof Error) throw fails;
    if (fails) return fails();
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(headers.Range).map(Number);
    if (headers["If-Range"] && headers["If-Range"] !== this.tag) return this.answer(200, this.file);
    const part = this.file.slice(from, to + 1);
    return this.answer(206, part, `bytes ${from}-${from + part.length - 1}/${this.file.length}`);
  };

  answer(status, body, place) {
    const headers = { "Content-Type": this.kind, ETag: this.tag, ...(place && { "Content-Range": place }) };
    return new Response(body, { status, headers });
  }

  get(options = {}) {
    return whole("/f", { send: this.send, wait: async (ms) => this.waited.push(ms), ...options });
  }
}

const same = async (blob, file) => assert.ok(Buffer.from(await blob.arrayBuffer()).equals(Buffer.from(file)));

test("a file comes piece by piece, each asked for once, and is told how far it is", async () => {
  const server = new Server();
  const shares = [];
  const file = await server.get({ onProgress: (share) => shares.push(share) });
  await same(file, MADE);
  assert.equal(file.type, "video/mp4");
  const ranges = [0, PIECE_BYTES, 2 * PIECE_BYTES].map((from) => `bytes=${from}-${from + PIECE_BYTES - 1}`);
  assert.deepEqual(server.asked.map((one) => one.Range), ranges);
  assert.deepEqual(server.asked.map((one) => one["If-Range"]), [undefined, '"one"', '"one"']);
  assert.equal(shares.length, 3);
  assert.ok(shares[0] < shares[1] && shares[2] === 1);
});

test("a piece that breaks off half-way is asked for again, and what came before stays", async () => {
  const server = new Server();
  const broken = () => new Response(new ReadableStream({ start: (stream) => stream.error(new TypeError("network")) }),
    { status: 206, headers: { "Content-Type": "video/mp4", ETag: '"one"', "Content-Range": `bytes 0-1/${MADE.length}` } });
  server.fails = [undefined, broken];
  await same(await server.get(), MADE);
  assert.equal(server.waited.length, 1);
  server.fails = [broken, broken, broken];
  await assert.rejects(server.get(), (problem) => problem.kind === "network");
});

test("a server that gives less than it is asked for is asked for the rest", async () => {
  const server = new Server();
  server.file = bytes(100);
  server.fails = [() => server.answer(206, server.file.slice(0, 40), "bytes 0-39/100")];
  await same(await server.get(), server.file);
  assert.deepEqual(server.asked.map((one) => one.Range.split("-")[0]), ["bytes=0", "bytes=40"]);
});

test("a small file that comes whole is taken whole", async () => {
  const server = new Server();
  server.file = bytes(10);
  server.fails = [() => server.answer(200, server.file)];
  await same(await server.get(), server.file);
  assert.equal(server.asked.length, 1);
});

test("what may go better is asked for again, after as long as the server says", async () => {
  const server = new Server();
  server.fails = [new Problem("network", "cut"), new Problem("busy", "429", { status: 429, retryAfterS: 7 })];
  await same(await server.get(), MADE);
  assert.deepEqual(server.waited, [1000, 7000]);
  server.fails = [1, 2, 3].map(() => new Problem("server", "503", { status: 503 }));
  await assert.rejects(server.get(), { kind: "server" });
});

test("what is refused is not asked for again", async () => {
  const server = new Server();
  server.fails = [Object.assign(new Problem("refused", "409", { status: 409 }), { reason: "file_too_big" })];
  await assert.rejects(server.get(), { reason: "file_too_big" });
  assert.equal(server.asked.length, 1);
  assert.deepEqual(server.waited, []);
});

test("a file that changes on the way is taken from its own beginning", async () => {
  const server = new Server();
  const other = bytes(300, 7);
  server.fails = [undefined, () => {
    [server.file, server.tag] = [other, '"two"'];
    return server.answer(200, other);
  }];
  await same(await server.get(), other);
});

test("a piece of another place, an empty one or one of another file is none", async () => {
  for (const wrong of [
    (server) => server.answer(206, MADE.slice(5, 10), "bytes 5-9/1000"),
    (server) => server.answer(206, new Uint8Array(0), "bytes 0-0/1000"),
    (server) => server.answer(206, MADE.slice(0, 10), "bytes */1000"),
    (server) => server.answer(206, MADE.slice(0, 10), undefined),
    (server) => server.answer(206, MADE.slice(0, 10), "bytes 0-9/99000000"),
  ]) {
    const server = new Server();
    server.fails = [() => wrong(server)];
    await assert.rejects(server.get(), { kind: "server" }, String(wrong));
  }
  const mixed = new Server();
  mixed.fails = [undefined, () => {
    const part = MADE.slice(PIECE_BYTES, 2 * PIECE_BYTES);
    mixed.tag = '"two"';
    return mixed.answer(206, part, `bytes ${PIECE_BYTES}-${2 * PIECE_BYTES - 1}/${MADE.length}`);
  }];
  await assert.rejects(mixed.get(), { kind: "server" });
});

test("whoever closes the player asks for no more", async () => {
  const server = new Server();
  const ends = new AbortController();
  await assert.rejects(server.get({ signal: ends.signal, onProgress: () => ends.abort() }), { name: "AbortError" });
  assert.equal(server.asked.length, 1);
});

test("nothing that a browser would run comes out of it", async () => {
  const server = new Server();
  server.kind = "text/html; charset=utf-8";
  assert.equal((await server.get()).type, "application/octet-stream");
});

test("the words of a button can be read on it, in whatever colours Telegram has", () => {
  assert.equal(legible("#1a6fb5", "#ffffff"), "#1a6fb5");
  for (const [button, words] of [["#40a7e3", "#ffffff"], ["#5288c1", "#ffffff"], ["#444444", "#000000"]]) {
    assert.match(legible(button, words), /^#[0-9a-f]{6}$/);
    assert.notEqual(legible(button, words), button);
  }
});
