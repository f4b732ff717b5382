// The bot in a real browser, by people who know only what is on the screen: in Russian and in English they make a first
// video, pay by card, cancel an order, and find again what was made. (`limit.walk.mjs`: run into a limit, and buy their way on.)
// What they are told is held against the books. Pictures of each scene are left in target/web. `LANGUAGES=en` walks in one.

import assert from "node:assert/strict";

import { W, books, cloud, creates, entries, isWell, newcomer } from "./bot.mjs";
import { LANGUAGES, browser, ok } from "./chromium.mjs";
import { PICTURES, person } from "./person.mjs";

/** Presses and messages from an empty chat to a first video: Start, the words, Create. */
const DEEDS_TO_A_VIDEO = 3;

/** A number of credits in a text. */
const credits = (text, pattern) => Number(pattern.exec(text)?.[1] ?? assert.fail(`${pattern} is not in: ${text}`));

// --- A first video ---------------------------------------------------------------------------------------------------

async function firstVideo(language) {
  const who = await person(language);
  await who.starts();
  const hello = await who.reads(who.in({ ru: /Привет!/, en: /Hello!/ }));
  const given = credits(hello, { ru: /у вас (\d+) кредит/, en: /(\d+) (?:free )?credits?/ }[language]);
  await who.looks("start");
  await who.says(who.in({ ru: "ёжик бежит по осеннему лесу", en: "a hedgehog runs through the autumn woods" }));
  const card = await who.reads(who.in(W.newVideo));
  const price = credits(card, { ru: /Цена: (\d+) кредит/, en: /Price: (\d+) credit/ }[language]);
  assert.match(card, who.in({ ru: /на счету 2 кредита/, en: /you have 2 credits/ }));
  assert.match(card, who.in({ ru: /Заказы за сутки: осталось \d+ из 30, обновится .+ в 21:00 \(МСК\)/, en: /Orders per day: \d+ of 30 left, resets / }));
  await who.looks("card");
  await who.presses(who.in(W.create));
  await who.reads(who.in({ ru: /Отложено: 1 кредит|Списано: 1 кредит/, en: /Set aside: 1 credit|Spent: 1 credit/ }));
  await who.looks("under-way");
  await who.reads(who.in(W.delivered));
  assert.equal(who.deeds, DEEDS_TO_A_VIDEO);
  await who.watches();
  await who.looks("video");
  await books(who, { available: given - price, held: 0, captured: price });
  assert.equal(await entries(who, "capture#"), 1);
  ok(`${language}: a first video after ${who.deeds} deeds; it plays, and took ${price} of ${given} credits, as the card had said`);
  await remains(who, given - price);
  await who.leaves();
}

/** What is left is found by looking for it: in the cabinet, and in a new card. */
async function remains(who, left) {
  await who.says("/start");
  await who.reads(who.in(W.welcomeBack));
  await who.presses(who.in(W.cabinet));
  const cabinet = await who.reads(who.in({ ru: /Кабинет/, en: /Cabinet/ }));
  assert.match(cabinet, who.in({ ru: new RegExp(`На счету: ${left} кредит`), en: new RegExp(`Balance: ${left} credit`) }));
  assert.match(cabinet, who.in({ ru: /осталось 29 из 30, обновится/, en: /29 of 30 left, resets/ }));
  await who.looks("cabinet");
  ok(`${who.language}: the cabinet says what is left of the credits and of the quota`);
}

// --- Paid by card ----------------------------------------------------------------------------------------------------

async function paid(language) {
  const who = await newcomer(language);
  await who.presses(who.in(W.shop));
  const shop = await who.reads(who.in({ ru: /Магазин[^]*На счету: 2 кредита/, en: /Shop[^]*2 credits/ }));
  assert.match(shop, who.in({ ru: /Старт — 5 кредитов/, en: /Starter — 5 credits/ }));
  await who.looks("shop");
  await who.presses(who.in({ ru: /^Старт · /, en: /^Starter · / }));
  await who.reads(who.in({ ru: /5 кредитов на счёт/, en: /5 credits/ }));
  await who.looks("ware");
  await who.presses(who.in({ ru: "Картой или СБП 199", en: /^Card \$2\.49/ }));
  await who.reads(who.in({ ru: /К оплате: 199/, en: /To pay: \$2\.49/ }));
  await who.looks("purchase");
  // Whoever says too early that they have paid is told how it stands.
  await who.presses(who.in({ ru: "Проверить оплату", en: "Check the payment" }));
  assert.match(await who.isTold(), who.in({ ru: /Деньги пока не пришли/, en: /No money has come yet/ }));
  const opens = new Promise((resolve) => browser.once("targetcreated", async (target) => resolve(await target.page())));
  await who.presses(who.in({ ru: /^Оплатить 199/, en: /^Pay \$2\.49/ }));
  const rail = await opens;
  await rail.waitForSelector("button.first");
  await rail.click("button.first");
  await rail.waitForSelector("h2.good");
  await rail.close();
  await who.page.bringToFront();
  const told = await who.reads(who.in({ ru: /Оплата получена: Старт/, en: /Payment received: Starter/ }));
  assert.match(told, who.in({ ru: /Зачислено: 5 кредитов[^]*На счету: 7 кредитов/, en: /5 credits[^]*7 credits/ }));
  await who.looks("paid");
  await books(who, { available: 7, granted: 7 });
  // Asked for once more, and told of once more, it is the same money.
  await who.says("/history");
  await who.reads(who.in({ ru: /Покупки[^]*Старт[^]*зачислено/, en: /Purchases[^]*Starter[^]*received/ }));
  await who.looks("history");
  assert.equal(await entries(who, "grant#purchase#"), 1);
  await books(who, { available: 7, granted: 7 });
  ok(`${language}: a pack is paid by card on the rail's own page; its credits come once, and the history says so`);
  await who.leaves();
}

// --- Canceled --------------------------------------------------------------------------------------------------------

async function canceled(language) {
  const who = await newcomer(language);
  // The service takes no more orders of this model for a while, so there is a queue to stand in.
  await who.says(who.in({ ru: "рыжий кот спит #429x9", en: "a ginger cat sleeps #429x9" }));
  await who.reads(who.in(W.newVideo));
  await who.presses(who.in({ ru: "🎛 Модель", en: "🎛 Model" }));
  await who.reads(who.in({ ru: /Выберите модель/, en: /Choose a model/ }));
  await who.looks("models");
  await who.presses("Kling 2.6");
  await who.reads(/Kling 2\.6/);
  await creates(who);
  await who.reads(who.in({ ru: /Сервис перегружен, заказ ждёт/, en: /The service is busy, your order waits/ }));
  await who.looks("queued");
  await books(who, { available: 1, held: 1 });
  await who.presses(who.in({ ru: "Отменить заказ", en: "Cancel the order" }));
  const told = await who.reads(who.in({ ru: /Заказ отменён/, en: /The order is canceled/ }));
  assert.match(told, who.in({ ru: /Возвращено: 1 кредит\. На счету: 2 кредита/, en: /Given back: 1 credit\. .*2 credits/ }));
  await who.looks("canceled");
  await books(who, { available: 2, held: 0, captured: 0 });
  assert.equal(await entries(who, "release#"), 1);
  await who.says("/orders");
  await who.reads(who.in({ ru: /Мои заказы[^]*✖️ Kling 2\.6/, en: /My orders[^]*✖️ Kling 2\.6/ }));
  ok(`${language}: an order in the queue is canceled, its credits are back, and the message says so`);
  await who.leaves();
}

// --- What was made ---------------------------------------------------------------------------------------------------

async function found(language) {
  const who = await newcomer(language);
  await who.says(who.in({ ru: "маяк в тумане", en: "a lighthouse in the fog" }));
  await creates(who);
  await who.reads(who.in(W.delivered));
  await who.says("/start");
  await who.reads(who.in(W.welcomeBack));
  await who.presses(who.in(W.orders));
  const list = await who.reads(who.in({ ru: /Мои заказы/, en: /My orders/ }));
  assert.match(list, who.in({ ru: /✅ Kling 3\.0 · сегодня в [^]*маяк в тумане/, en: /✅ Kling 3\.0 · today at [^]*a lighthouse in the fog/ }));
  await who.looks("orders");
  await who.presses(/^1$/);
  const receipt = await who.reads(who.in({ ru: /Заказ [^]*Списано: 1 кредит/, en: /Order [^]*Spent: 1 credit/ }));
  assert.match(receipt, who.in({ ru: /отложено: 1 кредит[^]*пришло в этот чат/, en: /set aside: 1 credit[^]*came into this chat/ }));
  await who.looks("receipt");
  await who.presses(who.in({ ru: "Прислать сюда ещё раз", en: "Send it here again" }));
  await who.reads(who.in({ ru: /маяк в тумане/, en: /a lighthouse in the fog/ }));
  await who.watches();
  await who.looks("again");
  await books(who, { available: 1, held: 0, captured: 1 });
  ok(`${language}: what was made is found in /orders with what became of it, and is sent again for nothing`);
  await who.leaves();
}

// --- Menus -----------------------------------------------------------------------------------------------------------

async function menus(language) {
  const who = await newcomer(language);
  const { page } = who;
  await page.type("#text", "/");
  await page.waitForSelector("#commands:not([hidden]) li");
  const commands = await page.$$eval("#commands li", (all) => all.map((one) => [...one.children].map((part) => part.textContent)));
  await who.looks("commands");
  assert.equal(new Map(commands).get("/orders"), who.in({ ru: "Мои заказы", en: "My orders" }));
  await page.keyboard.press("Backspace");
  // Each command of the menu is answered, and by something else than that there is no such command.
  for (const [command] of commands) {
    const said = await who.asks(command);
    assert.doesNotMatch(said, who.in({ ru: /Такой команды нет/, en: /do not know this command/ }), command);
    if (command === "/help") await who.looks("help");
  }
  ok(`${language}: the menu lists ${commands.length} commands in the customer's language, and each is answered`);
  await who.leaves();
}

// --- Invited -----------------------------------------------------------------------------------------------------------

async function invited(language) {
  const who = await newcomer(language);
  const told = await who.asks("/invite");
  const link = /https?:\/\/\S+\?start=ref_\w+/.exec(told)?.[0] ?? assert.fail(told);
  await who.looks("invite");
  const friend = await person(language, { at: link });
  await friend.starts();
  const hello = await friend.reads(friend.in({ ru: /Привет!/, en: /Hello!/ }));
  assert.match(hello, friend.in({ ru: /Вы пришли по приглашению[^]*1 кредит/, en: /You came by invitation[^]*1 credit/ }));
  await friend.looks("invited");
  ok(`${language}: a friend opens the link of an invitation, presses Start, and is told what it brings`);
  await friend.leaves();
  await who.leaves();
}

// --- Who does not do what is expected ----------------------------------------------------------------------------------

async function strays(language) {
  const who = await newcomer(language);
  assert.match(await who.asks("/abracadabra"), who.in({ ru: /Такой команды нет[^]*\/help/, en: /do not know this command[^]*\/help/ }));
  const question = await who.asks(who.in({ ru: "сколько стоит?", en: "how much is it?" }));
  assert.match(question, who.in({ ru: /Это вопрос, а не описание видео\? Цены: \/buy/, en: /Is this a question, not a description\? Prices: \/buy/ }));
  await who.looks("question");
  await who.presses(who.in({ ru: "Не надо", en: "Never mind" }));
  await who.reads(who.in({ ru: /Черновик удалён\. Ничего не списано/, en: /Nothing was charged/ }));
  const long = await who.asks(who.in({ ru: "очень длинный сон ", en: "a very long dream " }).repeat(180));
  assert.match(long, who.in({ ru: /Текст длиннее, чем принимает эта модель/, en: /longer than this model takes/ }));
  await who.looks("too-long");
  // A photo without words, then the words; in between they start anew.
  await who.shows(`${PICTURES}bot-start-${language}-light-360.png`);
  await who.reads(who.in({ ru: /По вашему фото[^]*Хотите описать движение/, en: /your photo[^]*Want to describe the motion/ }));
  await who.looks("photo");
  assert.match(await who.asks("/start"), who.in(W.welcomeBack));
  const words = who.in({ ru: "буквы танцуют", en: "the letters dance" });
  await who.says(words);
  await who.reads(who.in({ ru: new RegExp(`По вашему фото[^]*${words}`), en: new RegExp(`your photo[^]*${words}`) }));
  // The card before it is out of date; the new one is pressed twice, and is one order.
  await who.presses(who.in(W.create), { oldest: true });
  assert.match(await who.isTold(), who.in({ ru: /Эта карточка устарела.*Ничего не списано/, en: /out of date.*Nothing was charged/ }));
  await who.presses(who.in(W.create), { count: 2 });
  await who.reads(who.in(W.delivered));
  await books(who, { available: 1, held: 0, captured: 1 });
  assert.equal(await entries(who, "hold#"), 1);
  ok(`${language}: unknown commands, questions, texts that are too long, photos without words, old cards and double presses are answered, and cost nothing`);
  await who.leaves();
}

// --- In both languages -----------------------------------------------------------------------------------------------

const before = await cloud();
for (const language of LANGUAGES) {
  await firstVideo(language);
  await paid(language);
  await canceled(language);
  await found(language);
  await menus(language);
  await invited(language);
  await strays(language);
}
await isWell(before);
ok("no function failed, none was refused anything, and no message is dead");

await browser.close();
