//! Telegram, as far as a simulation needs it: chats and their messages, updates that come again until they are taken,
//! Stars. What it says is what the Bot API says; the flow tests' server, which checks every field, is the stricter one.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// Whose bot it is.
pub const BOT: i64 = 123_456;
/// What the link of an invoice begins with.
pub const LINK: &str = "https://t.me/$sim";
/// A press is answered within this time, or nobody waits for the answer.
const QUERY_MS: i64 = 15_000;
/// A checkout is answered within this time, or nothing is taken.
const CHECKOUT_MS: i64 = 10_000;

/// A message.
#[derive(Clone, Debug, Default)]
pub struct Message {
    pub id: i64,
    pub from_bot: bool,
    pub text: String,
    /// The file that it shows.
    pub media: Option<String>,
    pub buttons: Vec<Button>,
    pub deleted: bool,
    /// All that it has ever shown.
    pub ever: Vec<(String, Option<String>)>,
    /// It came in the webhook's answer.
    pub answered: bool,
}

/// A button.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Button {
    /// Which says something to the bot.
    Says(String),
    /// Which leads somewhere.
    Leads(String),
    /// Which pays.
    Pays,
}

/// Somebody.
#[derive(Clone, Debug, Default)]
pub struct Chat {
    pub messages: Vec<Message>,
    pub blocked: bool,
}

/// What was paid in Stars.
#[derive(Clone, Debug)]
pub struct Charge {
    pub id: String,
    pub user: i64,
    pub stars: i64,
    pub payload: String,
    pub at_s: i64,
    pub refunded_at_s: Option<i64>,
}

/// What can be paid.
#[derive(Clone, Debug)]
pub struct Invoice {
    pub payload: String,
    pub stars: i64,
    /// Where it stands; none for a link.
    pub message: Option<(i64, i64)>,
}

/// Somebody who is about to pay.
#[derive(Clone, Debug)]
pub struct Checkout {
    user: i64,
    invoice: usize,
    made_ms: i64,
}

/// What is to be brought to the webhook.
#[derive(Clone, Debug)]
pub struct Update {
    pub id: i64,
    pub user: i64,
    pub body: Value,
}

/// Telegram.
#[derive(Clone, Debug, Default)]
pub struct Telegram {
    pub chats: BTreeMap<i64, Chat>,
    pub updates: Vec<Update>,
    pub charges: Vec<Charge>,
    pub invoices: Vec<Invoice>,
    checkouts: BTreeMap<String, Checkout>,
    queries: BTreeMap<String, i64>,
    next: i64,
}

/// What the Bot API says to a call.
pub type Told = Result<Value, (u16, String)>;

fn bad(what: &str) -> (u16, String) {
    (400, format!("Bad Request: {what}"))
}

impl Telegram {
    fn number(&mut self) -> i64 {
        self.next += 1;
        self.next
    }

    /// Something for the webhook.
    pub fn push(&mut self, user: i64, mut body: Value) {
        let id = 700_000_000 + self.number();
        body["update_id"] = json!(id);
        self.updates.push(Update { id, user, body });
    }

    /// What the bot shows in a chat, the oldest first.
    pub fn shown(&self, user: i64) -> impl DoubleEndedIterator<Item = &Message> {
        let chat = self.chats.get(&user);
        let messages = chat.into_iter().flat_map(|chat| &chat.messages);
        messages.filter(|message| message.from_bot && !message.deleted)
    }

    /// Somebody writes.
    pub fn say(&mut self, user: i64, text: &str, now_ms: i64) {
        if self.chats.entry(user).or_default().blocked {
            return;
        }
        let id = self.number();
        let message = Message {
            id,
            text: text.to_owned(),
            ..Message::default()
        };
        self.chats.entry(user).or_default().messages.push(message);
        self.push(user, json!({"message": {"message_id": id, "from": person(user), "chat": chat(user), "date": now_ms / 1000, "text": text}}));
    }

    /// Somebody sends a photo.
    pub fn photograph(&mut self, user: i64, caption: &str, now_ms: i64) {
        if self.chats.entry(user).or_default().blocked {
            return;
        }
        let id = self.number();
        let message = Message {
            id,
            text: caption.to_owned(),
            ..Message::default()
        };
        self.chats.entry(user).or_default().messages.push(message);
        let sizes = json!([{"file_id": format!("photo-{id}"), "file_unique_id": format!("p{id}"), "width": 720, "height": 1280, "file_size": 2_006}]);
        self.push(user, json!({"message": {"message_id": id, "from": person(user), "chat": chat(user), "date": now_ms / 1000, "photo": sizes, "caption": caption}}));
    }

    /// Somebody presses a button.
    pub fn press(&mut self, user: i64, message: i64, data: &str, now_ms: i64) {
        let id = format!("q{}", self.number());
        self.queries.insert(id.clone(), now_ms);
        let shown = json!({"message_id": message, "from": bot(), "chat": chat(user), "date": now_ms / 1000, "text": "card"});
        self.push(user, json!({"callback_query": {"id": id, "from": person(user), "message": shown, "chat_instance": "1", "data": data}}));
    }

    /// Presses the newest button in a chat whose data begins so; whether there is one.
    pub fn press_newest(&mut self, user: i64, begins: &str, now_ms: i64) -> bool {
        let is_it = |button: &Button| match button {
            Button::Says(data) => data.starts_with(begins).then(|| data.clone()),
            Button::Leads(_) | Button::Pays => None,
        };
        let found = self.shown(user).rev().find_map(|message| {
            let data = message.buttons.iter().find_map(is_it)?;
            Some((message.id, data))
        });
        if let Some((message, data)) = &found {
            self.press(user, *message, data, now_ms);
        }
        found.is_some()
    }

    /// Somebody blocks the bot, or lets it write again.
    pub fn block(&mut self, user: i64, blocked: bool, now_ms: i64) {
        let known = self.chats.entry(user).or_default();
        if std::mem::replace(&mut known.blocked, blocked) == blocked {
            return;
        }
        let is = |blocked: bool| {
            if blocked {
                json!({"user": bot(), "status": "kicked", "until_date": 0})
            } else {
                json!({"user": bot(), "status": "member"})
            }
        };
        self.push(user, json!({"my_chat_member": {"chat": chat(user), "from": person(user), "date": now_ms / 1000, "old_chat_member": is(!blocked), "new_chat_member": is(blocked)}}));
    }

    /// Somebody is about to pay an invoice.
    pub fn checkout(&mut self, user: i64, invoice: usize, now_ms: i64) {
        let Some(Invoice { payload, stars, .. }) = self.invoices.get(invoice).cloned() else {
            return;
        };
        let id = format!("c{}", self.number());
        self.checkouts.insert(
            id.clone(),
            Checkout {
                user,
                invoice,
                made_ms: now_ms,
            },
        );
        self.push(user, json!({"pre_checkout_query": {"id": id, "from": person(user), "currency": "XTR", "total_amount": stars, "invoice_payload": payload}}));
    }

    fn paid(&mut self, id: &str, now_ms: i64) {
        let Some(Checkout {
            user,
            invoice,
            made_ms,
        }) = self.checkouts.remove(id)
        else {
            return;
        };
        if now_ms > made_ms + CHECKOUT_MS {
            return;
        }
        let Some(Invoice { payload, stars, .. }) = self.invoices.get(invoice).cloned() else {
            return;
        };
        let charge = Charge {
            id: format!("stars{}", self.number()),
            user,
            stars,
            payload: payload.clone(),
            at_s: now_ms / 1000,
            refunded_at_s: None,
        };
        let message = self.number();
        self.push(user, json!({"message": {"message_id": message, "from": person(user), "chat": chat(user), "date": now_ms / 1000, "successful_payment": {
            "currency": "XTR", "total_amount": stars, "invoice_payload": payload, "telegram_payment_charge_id": charge.id, "provider_payment_charge_id": "",
        }}}));
        self.charges.push(charge);
    }

    /// Stars go back to whoever paid them.
    pub fn give_back(&mut self, id: &str, now_ms: i64) -> Told {
        let charge = self.charges.iter_mut().find(|charge| charge.id == id);
        let charge = charge.ok_or_else(|| bad("CHARGE_NOT_FOUND"))?;
        if charge.refunded_at_s.is_some() {
            return Err(bad("CHARGE_ALREADY_REFUNDED"));
        }
        charge.refunded_at_s = Some(now_ms / 1000);
        let (user, payload, stars) = (charge.user, charge.payload.clone(), charge.stars);
        let message = self.number();
        self.push(user, json!({"message": {"message_id": message, "from": person(user), "chat": chat(user), "date": now_ms / 1000, "refunded_payment": {
            "currency": "XTR", "total_amount": stars, "invoice_payload": payload, "telegram_payment_charge_id": id, "provider_payment_charge_id": "",
        }}}));
        Ok(json!(true))
    }

    /// Carries a call out. `file` is the file behind an address or in an upload, if Telegram could get it.
    pub fn call(
        &mut self,
        method: &str,
        call: &Value,
        file: Option<String>,
        now_ms: i64,
        answered: bool,
    ) -> Told {
        match method {
            "sendMessage" | "sendVideo" | "sendPhoto" | "sendAudio" | "sendInvoice" | "sendDocument" => {
                self.send(method, call, file, now_ms, answered)
            }
            "editMessageText" | "editMessageCaption" | "editMessageMedia" | "editMessageReplyMarkup" => {
                self.edit(method, call, file, now_ms)
            }
            "deleteMessage" => {
                let message = self.message(call)?;
                message.deleted = true;
                Ok(json!(true))
            }
            "answerCallbackQuery" => {
                let id = call["callback_query_id"].as_str().unwrap_or_default();
                let made = self.queries.remove(id);
                let in_time = made.is_some_and(|made| now_ms <= made + QUERY_MS);
                in_time.then_some(json!(true)).ok_or_else(|| {
                    bad("query is too old and response timeout expired or query ID is invalid")
                })
            }
            "answerPreCheckoutQuery" => {
                let id = call["pre_checkout_query_id"]
                    .as_str()
                    .unwrap_or_default()
                    .to_owned();
                if call["ok"] == json!(true) {
                    self.paid(&id, now_ms);
                }
                Ok(json!(true))
            }
            "createInvoiceLink" => {
                let invoice = self.invoice(call, None);
                Ok(json!(format!("{LINK}{invoice}")))
            }
            "refundStarPayment" => {
                let id = call["telegram_payment_charge_id"].as_str().unwrap_or_default();
                self.give_back(id, now_ms)
            }
            "getFile" => {
                let id = &call["file_id"];
                Ok(
                    json!({"file_id": id, "file_unique_id": id, "file_size": 2_006, "file_path": "photos/1.jpg"}),
                )
            }
            "getStarTransactions" => Ok(self.transactions(call)),
            _ => Ok(json!(true)),
        }
    }

    fn invoice(&mut self, call: &Value, message: Option<(i64, i64)>) -> usize {
        self.invoices.push(Invoice {
            payload: call["payload"].as_str().unwrap_or_default().to_owned(),
            stars: call["prices"][0]["amount"].as_i64().unwrap_or_default(),
            message,
        });
        self.invoices.len() - 1
    }

    fn transactions(&self, call: &Value) -> Value {
        let of = |charge: &Charge| json!({"type": "user", "transaction_type": "invoice_payment", "user": person(charge.user), "invoice_payload": charge.payload});
        let mut all: Vec<(i64, Value)> = Vec::new();
        for charge in &self.charges {
            let row =
                json!({"id": charge.id, "amount": charge.stars, "date": charge.at_s, "source": of(charge)});
            all.push((charge.at_s, row));
            if let Some(at) = charge.refunded_at_s {
                let row =
                    json!({"id": charge.id, "amount": charge.stars, "date": at, "receiver": of(charge)});
                all.push((at, row));
            }
        }
        all.sort_by_key(|(at, _)| *at);
        let from = call["offset"]
            .as_u64()
            .and_then(|from| usize::try_from(from).ok())
            .unwrap_or(0);
        let limit = call["limit"]
            .as_u64()
            .and_then(|limit| usize::try_from(limit).ok())
            .unwrap_or(100);
        let page: Vec<Value> = all
            .into_iter()
            .map(|(_, row)| row)
            .skip(from)
            .take(limit)
            .collect();
        json!({ "transactions": page })
    }

    fn send(
        &mut self,
        method: &str,
        call: &Value,
        file: Option<String>,
        now_ms: i64,
        answered: bool,
    ) -> Told {
        let user = call["chat_id"].as_i64().unwrap_or_default();
        if self.chats.entry(user).or_default().blocked {
            return Err((403, "Forbidden: bot was blocked by the user".to_owned()));
        }
        let media = media_of(method, call, file)?;
        let id = self.number();
        if method == "sendInvoice" {
            self.invoice(call, Some((user, id)));
        }
        let text = call["text"]
            .as_str()
            .or(call["caption"].as_str())
            .unwrap_or_default();
        let message = Message {
            id,
            from_bot: true,
            text: text.to_owned(),
            buttons: buttons(call),
            deleted: false,
            ever: vec![(text.to_owned(), media.clone())],
            media,
            answered,
        };
        let told = shown(user, &message, now_ms);
        self.chats.entry(user).or_default().messages.push(message);
        Ok(told)
    }

    fn edit(&mut self, method: &str, call: &Value, file: Option<String>, now_ms: i64) -> Told {
        let user = call["chat_id"].as_i64().unwrap_or_default();
        if self.chats.entry(user).or_default().blocked {
            return Err((403, "Forbidden: bot was blocked by the user".to_owned()));
        }
        let media = match method {
            "editMessageMedia" => media_of(method, &call["media"], file)?,
            _ => None,
        };
        let message = self.message(call)?;
        let (mut text, buttons) = (message.text.clone(), buttons(call));
        match method {
            "editMessageText" if message.media.is_some() => {
                return Err(bad("there is no text in the message to edit"));
            }
            "editMessageCaption" if message.media.is_none() => {
                return Err(bad("there is no caption in the message to edit"));
            }
            "editMessageText" => call["text"].as_str().unwrap_or_default().clone_into(&mut text),
            "editMessageCaption" => call["caption"].as_str().unwrap_or_default().clone_into(&mut text),
            "editMessageMedia" => call["media"]["caption"]
                .as_str()
                .unwrap_or_default()
                .clone_into(&mut text),
            _ => {}
        }
        let media = media.or_else(|| message.media.clone());
        if text == message.text && media == message.media && buttons == message.buttons {
            return Err(bad(
                "message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message",
            ));
        }
        message.ever.push((text.clone(), media.clone()));
        (message.text, message.media, message.buttons) = (text, media, buttons);
        let message = message.clone();
        Ok(shown(user, &message, now_ms))
    }

    fn message(&mut self, call: &Value) -> Result<&mut Message, (u16, String)> {
        let user = call["chat_id"].as_i64().unwrap_or_default();
        let id = call["message_id"].as_i64().unwrap_or_default();
        let messages = &mut self.chats.entry(user).or_default().messages;
        let message = messages
            .iter_mut()
            .find(|message| message.id == id && !message.deleted);
        message
            .filter(|message| message.from_bot)
            .ok_or_else(|| bad("message to edit not found"))
    }
}

/// The file that a call shows; `Err` if Telegram cannot get it.
fn media_of(method: &str, call: &Value, file: Option<String>) -> Result<Option<String>, (u16, String)> {
    if matches!(method, "sendMessage" | "sendInvoice") {
        return Ok(None);
    }
    let named = ["media", "video", "photo", "audio", "document"];
    let named = named
        .iter()
        .find_map(|name| call[*name].as_str())
        .unwrap_or_default();
    if let Some(id) = named.strip_prefix("file-") {
        return Ok(Some(id.to_owned()));
    }
    file.map(Some)
        .ok_or_else(|| bad("failed to get HTTP URL content"))
}

fn buttons(call: &Value) -> Vec<Button> {
    let rows = call["reply_markup"]["inline_keyboard"].as_array();
    let all = rows.into_iter().flatten().filter_map(Value::as_array).flatten();
    let button = |button: &Value| {
        if let Some(data) = button["callback_data"].as_str() {
            Some(Button::Says(data.to_owned()))
        } else if let Some(url) = button["url"].as_str() {
            Some(Button::Leads(url.to_owned()))
        } else {
            (button["pay"] == json!(true)).then_some(Button::Pays)
        }
    };
    all.filter_map(button).collect()
}

fn shown(user: i64, message: &Message, now_ms: i64) -> Value {
    let mut told =
        json!({"message_id": message.id, "date": now_ms / 1000, "chat": chat(user), "from": bot()});
    match &message.media {
        None => told["text"] = json!(message.text),
        Some(media) => {
            told["caption"] = json!(message.text);
            told["video"] = json!({"file_id": format!("file-{media}"), "file_unique_id": format!("u-{media}"), "width": 720, "height": 1280, "duration": 5});
        }
    }
    told
}

fn person(user: i64) -> Value {
    json!({"id": user, "is_bot": false, "first_name": "Anna", "language_code": if user % 2 == 0 { "ru" } else { "en" }})
}

fn chat(user: i64) -> Value {
    json!({"id": user, "type": "private", "first_name": "Anna"})
}

fn bot() -> Value {
    json!({"id": BOT, "is_bot": true, "first_name": "neurocards", "username": "neurocards_bot"})
}
