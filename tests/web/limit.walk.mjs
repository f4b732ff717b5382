// A limit in the bot, by people who know only what is on the screen: it refuses, says when it resets and what helps, and the plan
// is bought below it. The limit holds for everybody, so nobody else orders meanwhile.

import assert from "node:assert/strict";

import { W, admin, books, cloud, creates, isWell, newcomer } from "./bot.mjs";
import { LANGUAGES, PAGE, ask, browser, ok, row } from "./chromium.mjs";

async function upgraded(language) {
  const who = await newcomer(language);
  await ask(`${PAGE}/client/${who.user}/stars`, { stars: 5000 });
  await who.says(who.in({ ru: "сова под дождём", en: "an owl in the rain" }));
  await creates(who);
  await who.reads(who.in(W.delivered));
  // The same card twice: what it says before it is pressed, and what the press is answered.
  const wish = who.in({ ru: "филин над рекой", en: "an eagle owl above the river" });
  await who.says(wish);
  const card = await who.reads(who.in(W.newVideo));
  // A sliding day: late in the evening it ends on the day after tomorrow, which is said by its date.
  assert.match(card, who.in({ ru: /осталось 0 из 1, обновится \S+ в \d\d:\d\d/, en: /0 of 1 left, resets .+ at \d\d:\d\d/ }));
  assert.match(card, who.in({ ru: /⛔ Лимит исчерпан.*Больше — с подпиской «Безлимит на день»/, en: /⛔ The limit is used up.*There is more with “Unlimited for a day”/ }));
  await who.looks("limit");
  await who.presses(who.in(W.create));
  const told = await who.isTold();
  assert.match(told, who.in({ ru: /Лимит исчерпан.*Обновится .*Ничего не списано.*«Безлимит на день»/, en: /limit is used up.*resets .*Nothing was charged.*“Unlimited for a day”/ }));
  await books(who, { available: 1, held: 0, captured: 1 });
  await who.presses(who.in({ ru: "🚀 Безлимит на день — ⭐", en: "🚀 Unlimited for a day — ⭐" }));
  await who.reads(who.in({ ru: /Тариф Про/, en: /tier Pro/ }));
  await who.looks("limit-plan");
  await who.presses(who.in({ ru: "Звёздами", en: "With Stars" }));
  await who.reads(who.in({ ru: /К оплате/, en: /To pay/ }));
  await paysInStars(who);
  const paid = await who.reads(who.in({ ru: /Оплата получена: Безлимит на день/, en: /Payment received: Unlimited for a day/ }));
  assert.match(paid, who.in({ ru: /Подписка действует до/, en: /until/ }));
  await who.looks("limit-paid");
  await who.presses(who.in({ ru: "Вернуться к заказу", en: "Back to my order" }));
  assert.match(await who.reads(who.in(W.newVideo)), new RegExp(wish));
  await who.presses(who.in(W.createByPlan));
  await who.reads(who.in({ ru: /✅[^]*Списано: 0 кредитов \(по подписке\)/, en: /✅[^]*Spent: 0 credits/ }));
  await who.watches();
  await books(who, { available: 1, held: 0, captured: 1 });
  assert.equal((await admin(`standings/${who.user}`)).standing.plan?.key, "unlimited_1day");
  ok(`${language}: a limit refuses, says when it resets and what helps; the plan is bought below it, and the same wish goes through`);
  await who.leaves();
}

/** Telegram's own sheet for Stars, which the address of the payment opens. */
async function paysInStars(who) {
  const { page } = who;
  await who.presses(who.in({ ru: "Оплатить ⭐", en: "Pay ⭐" }));
  await page.waitForSelector("#pay[open] #pay-yes:not(:disabled)");
  await who.looks("stars");
  await page.click("#pay-yes");
  await page.waitForFunction(() => !document.getElementById("pay").open);
}

/** The rows that the walk changes, to be put back: other walks come after it. */
const saved = {};
for (const path of ["features/video_generation", "tiers/pro"]) saved[path] = (await admin(`settings/${path}`)).row;
const day = (max) => [{ max, sliding_s: 86_400 }];

const before = await cloud();
try {
  await row("tiers/pro", { name: { ru: "Про", en: "Pro" }, rank: 10, inherits: "free" });
  await row("features/video_generation", { ...saved["features/video_generation"], limits: { free: day(1), pro: day(20) } });
  for (const language of LANGUAGES) await upgraded(language);
} finally {
  for (const [path, value] of Object.entries(saved)) await row(path, value);
}
await isWell(before);
ok("no function failed, none was refused anything, and no message is dead");

await browser.close();
