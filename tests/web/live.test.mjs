// How a page keeps up with what changes: a stream, its return, what is done without one. Clock, dice, server and the page's
// being looked at are the test's own.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";

import { AGAIN_MS, ASK_MAX_MS, ASK_MS, HIDDEN_MAX_MS, Live, OWN_SPREAD_MS, SILENCE_MAX_MS, SPREAD_MS, addressOf } from "../../functions/features-api/web/live.js";
import { Gatekeeper } from "../../functions/features-api/web/client.js";

const ADDRESS = "https://live.example/?ticket=7.1.ab";

/** A clock that is turned by hand; whatever comes due runs in its order. */
class Clock {
  now = 0;
  #waiting = [];

  later = (run, ms) => {
    const one = { at: this.now + ms, run };
    this.#waiting.push(one);
    return () => { this.#waiting = this.#waiting.filter((other) => other !== one); };
  };

  async pass(ms) {
    const end = this.now + ms;
    for (;;) {
      await settled();
      const next = this.#waiting.filter((one) => one.at <= end).sort((one, other) => one.at - other.at)[0];
      if (!next) break;
      this.#waiting = this.#waiting.filter((other) => other !== next);
      this.now = next.at;
      next.run();
    }
    this.now = end;
    await settled();
  }
}

/** Lets everything that needs no time come to its end. */
async function settled() {
  for (let times = 0; times < 10; times += 1) await turn();
}

/** A page that somebody looks at, or not. */
class Page extends EventTarget {
  hidden = false;
  defaultView = new EventTarget();

  look(at) {
    this.hidden = !at;
    this.dispatchEvent(new Event("visibilitychange"));
  }
}

function opened({ roll = 0.5, address = () => ADDRESS } = {}) {
  const clock = new Clock();
  const page = new Page();
  const seen = { asked: [], refreshed: [], states: [], streams: [], answers: true };
  const fetch = async (url, init) => {
    seen.asked.push(url);
    if (seen.status) return new Response("no", { status: seen.status });
    if (seen.breaks) throw new TypeError("fetch failed");
    const stream = { url };
    const body = new ReadableStream({ start: (controller) => Object.assign(stream, { controller }) });
    init.signal.addEventListener("abort", () => { stream.aborted = true; try { stream.controller.error(new Error("aborted")); } catch { /* it was over */ } });
    stream.say = (text) => stream.controller.enqueue(new TextEncoder().encode(text));
    stream.end = () => stream.controller.close();
    seen.streams.push(stream);
    return new Response(body, { headers: { "Content-Type": seen.kind ?? "text/event-stream; charset=utf-8" } });
  };
  const live = new Live({
    page, random: () => roll, later: clock.later, fetch, address,
    refresh: async () => { seen.refreshed.push(clock.now); return seen.answers; },
    changed: (state) => seen.states.push(state),
  });
  return { clock, page, seen, live };
}

/** Whoever comes for the first time is to ask once. */
const begins = (id) => `retry: 1000\n${message(id, [])}`;
const goesOn = (id) => `retry: 1000\nid: ${id}\n\n:\n\n`;
const message = (id, reasons) => `id: ${id}\nevent: message\ndata: ${JSON.stringify({ type: "refetchEvaluation", reasons })}\n\n:\n\n`;

/** A page that listens, and has asked for what may have changed before. */
async function listening(options) {
  const it = opened(options);
  it.live.start();
  await it.clock.pass(0);
  it.stream = it.seen.streams[0];
  it.stream.say(begins("1-a-b"));
  await it.clock.pass(OWN_SPREAD_MS);
  assert.equal(it.live.state, "live");
  assert.equal(it.seen.refreshed.length, 1, "what changed between the answer and the stream");
  it.seen.refreshed.length = 0;
  return it;
}

test("what is one customer's own is asked for at once, what is everybody's spread over four seconds", async () => {
  const { clock, stream, seen } = await listening({ roll: 0.75 });
  const at = clock.now;
  stream.say(message("1-c-d", ["limits", "orders"]));
  await clock.pass(OWN_SPREAD_MS);
  assert.deepEqual(seen.refreshed, [at + OWN_SPREAD_MS * 0.75]);
  const later = clock.now;
  stream.say(message("2-c-d", ["flags", "limits"]));
  await clock.pass(SPREAD_MS);
  assert.deepEqual(seen.refreshed.slice(1), [later + SPREAD_MS * 0.75]);
});

test("of many messages in one go, one question comes; signs of life and unknown messages ask nothing", async () => {
  const { clock, stream, seen } = await listening();
  for (const id of ["2-a-b", "3-a-b", "4-a-b"]) stream.say(message(id, ["flags"]));
  await clock.pass(SPREAD_MS);
  assert.equal(seen.refreshed.length, 1);
  stream.say(":\n\n");
  stream.say('event: message\ndata: {"type":"tomorrow"}\n\ndata: no json\n\n');
  await clock.pass(SPREAD_MS);
  assert.equal(seen.refreshed.length, 1);
});

test("a message in two pieces is one message", async () => {
  const { clock, stream, seen } = await listening();
  const [one, other] = [message("2-a-b", ["account"]).slice(0, 30), message("2-a-b", ["account"]).slice(30)];
  stream.say(one);
  await clock.pass(OWN_SPREAD_MS);
  assert.equal(seen.refreshed.length, 0);
  stream.say(other);
  await clock.pass(OWN_SPREAD_MS);
  assert.equal(seen.refreshed.length, 1);
});

test("when a stream is over the page comes back, apart from others, with the last thing that it heard", async () => {
  const { clock, stream, seen, live } = await listening({ roll: 0.5 });
  stream.say(message("5-c-d", ["account"]));
  await clock.pass(OWN_SPREAD_MS);
  stream.end();
  await clock.pass(700);
  assert.equal(seen.asked.length, 1, "not all at once");
  await clock.pass(100);
  assert.deepEqual(seen.asked, [ADDRESS, `${ADDRESS}&since=5-c-d`]);
  assert.deepEqual([live.state, seen.states], ["live", ["live"]], "nobody sees that it was over");
  seen.streams[1].say(goesOn("5-c-d"));
  await clock.pass(SPREAD_MS);
  assert.equal(seen.refreshed.length, 1, "nothing was missed, so nothing is asked");
});

test("where there is no stream the page asks every six to nine seconds", async () => {
  for (const [roll, every] of [[0, ASK_MS], [1, ASK_MS * 1.5]]) {
    const { clock, seen, live } = opened({ roll, address: () => null });
    live.start();
    await clock.pass(3 * every);
    assert.deepEqual(seen.refreshed, [every, 2 * every, 3 * every]);
    assert.deepEqual([live.state, seen.asked.length], ["asking", 0]);
    live.stop();
    await clock.pass(10 * every);
    assert.equal(seen.refreshed.length, 3, "until it is told to stop");
  }
});

test("refused for want of a place, failed, or answered with something else: the page asks, and looks again minutes later", async () => {
  for (const trouble of [{ status: 429 }, { status: 503 }, { breaks: true }, { kind: "text/html" }]) {
    const { clock, seen, live } = opened({ roll: 0 });
    Object.assign(seen, trouble);
    live.start();
    await clock.pass(ASK_MS);
    assert.deepEqual([live.state, seen.refreshed.length, seen.asked.length], ["asking", 1, 1], JSON.stringify(trouble));
    await clock.pass(AGAIN_MS - ASK_MS - 1);
    assert.equal(seen.asked.length, 1);
    Object.assign(seen, { status: 0, breaks: false, kind: undefined });
    await clock.pass(1);
    assert.equal(seen.asked.length, 2);
    seen.streams.at(-1).say(begins("1-a-b"));
    await clock.pass(0);
    assert.equal(live.state, "live");
    live.stop();
  }
});

test("a stream without a sign of life is none", async () => {
  const { clock, stream, seen, live } = await listening();
  await clock.pass(SILENCE_MAX_MS - 1_000);
  stream.say(":\n\n");
  await clock.pass(SILENCE_MAX_MS - 1);
  assert.equal(live.state, "live");
  await clock.pass(2);
  assert.deepEqual([live.state, stream.aborted], ["asking", true]);
  assert.equal(seen.asked.length, 1);
});

test("while nothing answers the page asks more and more seldom, and at once when the network is back", async () => {
  const { clock, page, seen, live } = opened({ roll: 0 });
  Object.assign(seen, { breaks: true, answers: false });
  live.start();
  await clock.pass(ASK_MS * (1 + 2 + 4) + 1);
  assert.deepEqual(seen.refreshed, [ASK_MS, ASK_MS * 3, ASK_MS * 7]);
  assert.ok(ASK_MS * 8 <= ASK_MAX_MS && ASK_MS * 16 > ASK_MAX_MS);
  seen.breaks = false;
  page.defaultView.dispatchEvent(new Event("online"));
  await clock.pass(0);
  assert.equal(seen.asked.length, 2);
});

test("a ticket that has run out is renewed by asking once", async () => {
  let address = ADDRESS;
  const { clock, seen, live } = opened({ address: () => address });
  seen.status = 401;
  const renew = () => { address = `${ADDRESS}new`; seen.status = 0; };
  live.start();
  queueMicrotask(renew);
  await clock.pass(0);
  assert.deepEqual([seen.refreshed.length, seen.asked.at(-1)], [1, `${ADDRESS}new`]);
});

test("a ticket that does not hold though it is new is not tried again and again", async () => {
  const { clock, seen, live } = opened();
  seen.status = 401;
  live.start();
  await clock.pass(1_000);
  assert.deepEqual([live.state, seen.asked.length, seen.refreshed.length], ["asking", 1, 1]);
});

test("whose place another page has taken asks by itself, and takes it back when it is looked at", async () => {
  const { clock, page, stream, seen, live } = await listening();
  stream.say('retry: 60000\nevent: message\ndata: {"type":"streamTaken"}\n\n:\n\n');
  await clock.pass(ASK_MS * 1.5);
  assert.deepEqual([live.state, seen.asked.length, seen.refreshed.length], ["asking", 1, 1]);
  page.look(false);
  page.look(true);
  await clock.pass(0);
  assert.equal(seen.asked.length, 2);
});

test("out of sight for a minute the page stops listening; back in sight it asks at once and listens again", async () => {
  const { clock, page, stream, seen, live } = await listening();
  page.look(false);
  for (let passed = 0; passed < HIDDEN_MAX_MS; passed += 5_000) {
    stream.say(":\n\n");
    await clock.pass(5_000);
  }
  assert.deepEqual([live.state, stream.aborted], ["paused", true]);
  await clock.pass(10 * HIDDEN_MAX_MS);
  assert.deepEqual([seen.asked.length, seen.refreshed.length], [1, 0], "nobody looks, nothing is asked");
  page.look(true);
  await clock.pass(0);
  assert.deepEqual([seen.asked.length, seen.refreshed.length], [2, 1]);
});

test("what changes while nobody looks is asked for when somebody does", async () => {
  const { clock, page, stream, seen, live } = await listening();
  page.look(false);
  stream.say(message("2-a-b", ["flags"]));
  await clock.pass(SPREAD_MS);
  assert.equal(seen.refreshed.length, 0);
  page.look(true);
  await clock.pass(0);
  assert.deepEqual([seen.refreshed.length, seen.asked.length, live.state], [1, 1, "live"], "the stream goes on");
});

test("without a stream nothing is asked while nobody looks", async () => {
  const { clock, page, seen, live } = opened({ address: () => null });
  live.start();
  page.look(false);
  await clock.pass(HIDDEN_MAX_MS - 1);
  assert.equal(seen.refreshed.length, 0);
  page.look(true);
  assert.equal(seen.refreshed.length, 1);
});

test("a stopped page neither listens nor asks", async () => {
  const { clock, page, stream, seen, live } = await listening();
  live.stop();
  page.look(false);
  page.look(true);
  await clock.pass(10 * AGAIN_MS);
  assert.deepEqual([live.state, stream.aborted, seen.asked.length, seen.refreshed.length], ["off", true, 1, 0]);
});

test("the address is the first of a kind that is known, in either form", () => {
  const sse = { type: "sse", url: ADDRESS };
  assert.equal(addressOf([{ type: "later" }, sse], ""), ADDRESS);
  assert.equal(addressOf([{ type: "sse", endpoint: { requestUri: "/s?a=1", origin: "https://o.example" } }], ""), "https://o.example/s?a=1");
  assert.equal(addressOf([{ type: "sse", endpoint: { requestUri: "/s" } }], "https://base.example/x"), "https://base.example/s");
  for (const nothing of [undefined, null, [], "sse", [{ type: "later" }], [null], [{ type: "sse" }]]) assert.equal(addressOf(nothing, ""), null);
});

test("FeatureGate finds the stream in its answers, and a change fires subscription-updated", async () => {
  const clock = new Clock();
  const target = new EventTarget();
  const told = [];
  for (const name of ["subscription-updated", "live-state"]) target.addEventListener(name, (event) => told.push([name, event.detail.state ?? event.detail.tier]));
  let tier = "free";
  let stream;
  const fetch = async (url) => {
    if (url.startsWith(ADDRESS)) return new Response(new ReadableStream({ start: (controller) => { stream = controller; } }), { headers: { "Content-Type": "text/event-stream" } });
    return Response.json({ features: { hd: { enabled: tier === "pro" } }, tier, eventStreams: [{ type: "sse", url: ADDRESS }] });
  };
  const gate = new Gatekeeper({ base: "", authorization: () => "tma anna", flags: false, fetch, target, live: true, timing: { later: clock.later, random: () => 0, page: new Page() } });
  await clock.pass(0);
  stream.enqueue(new TextEncoder().encode(begins("1-a-b")));
  await clock.pass(0);
  tier = "pro";
  stream.enqueue(new TextEncoder().encode(message("1-c-b", ["account"])));
  await clock.pass(0);
  assert.equal(gate.canAccess("hd"), true);
  assert.deepEqual(told, [["live-state", "live"], ["subscription-updated", "pro"]]);
  gate.live().stop();
});

test("what is heard while the page is asking is asked for after that answer", async () => {
  const clock = new Clock();
  const answers = [];
  let stream;
  const fetch = (url) => (url.startsWith(ADDRESS)
    ? Promise.resolve(new Response(new ReadableStream({ start: (controller) => { stream = controller; } }), { headers: { "Content-Type": "text/event-stream" } }))
    : new Promise((resolve) => answers.push((tier) => resolve(Response.json({ features: {}, tier, eventStreams: [{ type: "sse", url: ADDRESS }] })))));
  const gate = new Gatekeeper({ base: "", authorization: () => "tma anna", flags: false, fetch, target: new EventTarget(), live: true, timing: { later: clock.later, random: () => 0, page: new Page() } });
  await clock.pass(0);
  answers.shift()("free");
  await clock.pass(0);
  stream.enqueue(new TextEncoder().encode(begins("1-a-b")));
  await clock.pass(0);
  assert.equal(answers.length, 1, "it asks for what it may have missed");
  stream.enqueue(new TextEncoder().encode(message("1-c-b", ["account"])));
  await clock.pass(0);
  answers.shift()("free");
  await clock.pass(0);
  assert.equal(answers.length, 1, "and once more, for that answer may be older than the message");
  answers.shift()("pro");
  await clock.pass(0);
  assert.equal(gate.all.tier, "pro");
  gate.live().stop();
});
