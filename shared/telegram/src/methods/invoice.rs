//! Invoices for Stars: one price, no provider.

use serde::Serialize;

use super::{InlineKeyboardMarkup, Method};
use crate::html::truncate;
use crate::limits::{
    INVOICE_DESCRIPTION_CHARS_MAX, INVOICE_PAYLOAD_BYTES_MAX, INVOICE_TITLE_CHARS_MAX, SUBSCRIPTION_PERIOD_S,
    SUBSCRIPTION_STARS_MAX,
};
use crate::types::Message;

/// What is offered, and for how many Stars.
///
/// An invoice is not bound to anybody: a link, and a forwarded message, can be paid by several people and several times.
/// So `payload` says what was offered, never who has paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Invoice {
    title: String,
    description: String,
    payload: String,
    /// Empty: Stars have no provider.
    provider_token: &'static str,
    currency: &'static str,
    /// Exactly one for Stars.
    prices: [LabeledPrice; 1],
}

/// A line of the bill.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LabeledPrice {
    /// What it is for.
    pub label: String,
    /// How much, in the smallest unit: whole Stars.
    pub amount: u32,
}

/// An invoice that Telegram would refuse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvoiceError {
    /// Somebody has to say what is sold.
    #[error("an invoice without title or description")]
    Untitled,
    /// The payload is longer than Telegram allows, or empty.
    #[error("a payload of {bytes} bytes: it must have 1 to {INVOICE_PAYLOAD_BYTES_MAX}")]
    Payload {
        /// How long it was.
        bytes: usize,
    },
    /// Nothing is for nothing, and a subscription costs at most so much.
    #[error("a price of {stars} Stars")]
    Price {
        /// What it was.
        stars: u32,
    },
}

impl Invoice {
    /// An invoice over so many Stars, at least 1. Title (32 characters) and description (255) are cut where they are
    /// longer; the payload comes back to us, 1 to 128 bytes, and is never cut.
    pub fn new(
        title: &str,
        description: &str,
        payload: impl Into<String>,
        stars: u32,
    ) -> Result<Self, InvoiceError> {
        let (title, description, payload) = (title.trim(), description.trim(), payload.into());
        if title.is_empty() || description.is_empty() {
            return Err(InvoiceError::Untitled);
        }
        if !(1..=INVOICE_PAYLOAD_BYTES_MAX).contains(&payload.len()) {
            return Err(InvoiceError::Payload { bytes: payload.len() });
        }
        if stars == 0 {
            return Err(InvoiceError::Price { stars });
        }
        let title = truncate(title, INVOICE_TITLE_CHARS_MAX).into_owned();
        Ok(Self {
            prices: [LabeledPrice {
                label: title.clone(),
                amount: stars,
            }],
            title,
            description: truncate(description, INVOICE_DESCRIPTION_CHARS_MAX).into_owned(),
            payload,
            provider_token: "",
            currency: "XTR",
        })
    }

    /// How many Stars it is over.
    pub fn stars(&self) -> u32 {
        let [price] = &self.prices;
        price.amount
    }
}

/// Makes an address at which the invoice can be paid, by everybody and any number of times.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CreateInvoiceLink {
    /// The invoice.
    #[serde(flatten)]
    pub invoice: Invoice,
    #[serde(skip_serializing_if = "Option::is_none")]
    subscription_period: Option<u32>,
}

impl CreateInvoiceLink {
    /// An address for paying once.
    pub fn new(invoice: Invoice) -> Self {
        Self {
            invoice,
            subscription_period: None,
        }
    }

    /// An address for a subscription: Telegram takes the price every 30 days until somebody cancels. At most 10000 Stars.
    pub fn monthly(invoice: Invoice) -> Result<Self, InvoiceError> {
        let stars = invoice.stars();
        if stars > SUBSCRIPTION_STARS_MAX {
            return Err(InvoiceError::Price { stars });
        }
        Ok(Self {
            invoice,
            subscription_period: Some(SUBSCRIPTION_PERIOD_S),
        })
    }
}

impl Method for CreateInvoiceLink {
    const NAME: &'static str = "createInvoiceLink";
    /// The address.
    type Answer = String;
}

/// Sends an invoice as a message. It cannot be a subscription's. Repeating it sends a second one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SendInvoice {
    /// Where.
    pub chat_id: i64,
    /// The invoice.
    #[serde(flatten)]
    pub invoice: Invoice,
    /// Without it, whoever is forwarded the message can pay it too. With it, a forwarded copy leads to the bot instead,
    /// as `/start` with this word: 1 to 64 of `[A-Za-z0-9_-]`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_parameter: Option<String>,
    /// Buttons; the first one must be [`super::InlineKeyboardButton::pay`]. Without any, Telegram makes that one itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_markup: Option<InlineKeyboardMarkup>,
}

impl SendInvoice {
    /// An invoice that whoever is forwarded it can pay too.
    pub fn new(chat_id: i64, invoice: Invoice) -> Self {
        Self {
            chat_id,
            invoice,
            start_parameter: None,
            reply_markup: None,
        }
    }
}

impl Method for SendInvoice {
    const NAME: &'static str = "sendInvoice";
    type Answer = Message;
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn invoice(title: &str, description: &str, payload: &str, stars: u32) -> Result<Invoice, InvoiceError> {
        Invoice::new(title, description, payload, stars)
    }

    #[test]
    fn an_invoice_has_one_price_in_stars_and_no_provider() {
        let invoice = invoice("20 credits", "For 20 videos", "buy-7-x", 250).unwrap();
        let once = json!({
            "title": "20 credits", "description": "For 20 videos", "payload": "buy-7-x", "provider_token": "",
            "currency": "XTR", "prices": [{"label": "20 credits", "amount": 250}],
        });
        let link = CreateInvoiceLink::new(invoice.clone());
        assert_eq!(serde_json::to_value(link).unwrap(), once);
        let mut monthly = once.clone();
        monthly["subscription_period"] = json!(2_592_000);
        let link = CreateInvoiceLink::monthly(invoice.clone()).unwrap();
        assert_eq!(serde_json::to_value(link).unwrap(), monthly);
        let mut sent = once;
        sent["chat_id"] = json!(7);
        let message = SendInvoice::new(7, invoice);
        assert_eq!(serde_json::to_value(message).unwrap(), sent);
    }

    #[test]
    fn what_is_read_is_cut_by_characters_and_the_payload_is_refused_by_bytes() {
        let long = "Ж".repeat(300);
        let cut = invoice(&long, &long, &"ж".repeat(64), 1).unwrap();
        assert_eq!(
            (cut.title.chars().count(), cut.description.chars().count()),
            (32, 255)
        );
        let fits = invoice(&"Ж".repeat(32), &"Ж".repeat(255), "p", 1).unwrap();
        assert!(!fits.title.contains('…') && !fits.description.contains('…'));
        assert_eq!(
            invoice("t", "d", &"ж".repeat(65), 1),
            Err(InvoiceError::Payload { bytes: 130 })
        );
        assert!(invoice("t", "d", &"x".repeat(128), 1).is_ok());
    }

    #[test]
    fn what_telegram_would_refuse_is_not_made() {
        assert_eq!(invoice(" ", "d", "p", 1), Err(InvoiceError::Untitled));
        assert_eq!(invoice("t", "\n", "p", 1), Err(InvoiceError::Untitled));
        assert_eq!(invoice("t", "d", "", 1), Err(InvoiceError::Payload { bytes: 0 }));
        assert_eq!(invoice("t", "d", "p", 0), Err(InvoiceError::Price { stars: 0 }));
    }

    #[test]
    fn a_subscription_costs_at_most_ten_thousand() {
        let monthly = |stars| CreateInvoiceLink::monthly(invoice("t", "d", "p", stars).unwrap());
        assert!(monthly(10_000).is_ok());
        assert_eq!(monthly(10_001), Err(InvoiceError::Price { stars: 10_001 }));
    }
}
