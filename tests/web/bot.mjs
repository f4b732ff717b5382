// What people do in the bot in more than one walk, and the books that they are held against.

import assert from "node:assert/strict";

import { API, PAGE, ask, until } from "./chromium.mjs";
import { person } from "./person.mjs";

/** What an operator is answered. */
export const admin = async (path) => (await ask(`${API}/admin/${path}`, undefined, "GET")).json();
const balance = ({ user }) => admin(`accounts/${user}`);
/** What became of every function and queue, and what the template's policy has refused. */
export const cloud = async () => (await fetch(`${PAGE}/cloud.json`)).json();

/** The books, once they say so: an operator's view of what the customer sees. */
export async function books(who, expected) {
  let now;
  const same = async () => {
    now = await balance(who);
    return Object.entries(expected).every(([name, value]) => now[name] === value);
  };
  await until(same, "").catch(() => assert.fail(`${JSON.stringify(now)} is not ${JSON.stringify(expected)}`));
}

/** How often the ledger has an entry of this kind. */
export const entries = async ({ user }, kind) => (await admin(`accounts/${user}/ledger`)).entries.filter((line) => line.entry.startsWith(kind)).length;

/** What stands on buttons and in messages. */
export const W = {
  create: { ru: "✅ Создать — ", en: "✅ Create — " },
  createByPlan: { ru: "✅ Создать по подписке", en: "✅ Create under the plan" },
  newVideo: { ru: /Новое видео/, en: /New video/ },
  delivered: { ru: /✅[^]*Списано: 1 кредит\./, en: /✅[^]*Spent: 1 credit\./ },
  welcomeBack: { ru: /С возвращением/, en: /Welcome back/ },
  shop: { ru: "🛍 Магазин", en: "🛍 Shop" },
  orders: { ru: "📋 Заказы", en: "📋 Orders" },
  cabinet: { ru: "👤 Кабинет", en: "👤 Cabinet" },
};

/** Somebody who has pressed Start, and has been given what newcomers get. */
export async function newcomer(language) {
  const who = await person(language);
  await who.starts();
  await who.reads(who.in({ ru: /Привет!/, en: /Hello!/ }));
  return who;
}

/** Orders what the newest card shows, by credits. */
export async function creates(who) {
  await who.reads(who.in(W.newVideo));
  await who.presses(who.in(W.create));
}

/** Since then no function has failed, none was refused anything, and no message is dead. */
export async function isWell(before) {
  const after = await cloud();
  assert.deepEqual(after.refusals, [], "nothing was refused by the template's policy");
  for (const [name, { errors, timeouts }] of Object.entries(after.functions)) {
    assert.deepEqual([errors, timeouts], [before.functions[name].errors, before.functions[name].timeouts], `${name} failed`);
  }
  assert.deepEqual(Object.entries(after.queues).filter(([name, depth]) => /dead/i.test(name) && depth.visible > 0), []);
}
