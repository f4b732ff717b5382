//! `YooKassa`'s notifications. They are **not signed**: where they come from is a first filter, and what they say is a
//! reason to ask, never an answer.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use domain::money::Amount;
use domain::payment::{Money, Truth};
use ipnet::IpNet;
use serde_json::Value;

use super::read::{amount, text};

/// What a notification is about, and what it claims.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// `YooKassa`'s name of the payment.
    pub payment: String,
    claims: Claims,
}

/// What a notification claims. It is never believed; where it is not so, somebody made it up, or it came before
/// `YooKassa`'s own books.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Claims {
    event: Event,
    amount: Option<Amount>,
    purchase: Option<String>,
    shop: Option<String>,
}

/// What a notification says has happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Event {
    Succeeded,
    Canceled,
    Refunded,
    Other,
}

impl Notice {
    /// Reads a notification; `None` if it is about no payment. A refund names its payment.
    pub fn read(body: &[u8]) -> Option<Self> {
        let body: Value = serde_json::from_slice(body).ok()?;
        let event = text(&body, "/event")?;
        let at = match event.split_once('.')?.0 {
            "payment" => "/object/id",
            "refund" => "/object/payment_id",
            _ => return None,
        };
        let payment = text(&body, at)?.to_owned();
        let claims = Claims::read(event, body.get("object")?);
        (!payment.is_empty()).then_some(Self { payment, claims })
    }

    /// Whether the truth allows for what is claimed. One that is only late is allowed for: more may have happened since.
    pub fn fits(&self, truth: &Truth) -> bool {
        let Claims {
            event,
            amount,
            purchase,
            shop,
        } = &self.claims;
        let happened = match event {
            Event::Succeeded => matches!(truth.money, Money::Arrived | Money::Disputed),
            Event::Canceled => truth.money == Money::Canceled,
            Event::Refunded => truth.refunded > 0,
            Event::Other => true,
        };
        let same_purchase = *purchase == truth.purchase.as_ref().map(ToString::to_string);
        let of_payment = *event != Event::Refunded;
        happened
            && (!of_payment || *amount == Some(truth.amount))
            && (!of_payment || same_purchase)
            && (!of_payment || *shop == truth.shop)
    }
}

impl Claims {
    fn read(event: &str, object: &Value) -> Self {
        Self {
            event: match event {
                "payment.succeeded" => Event::Succeeded,
                "payment.canceled" => Event::Canceled,
                "refund.succeeded" => Event::Refunded,
                _ => Event::Other,
            },
            amount: object.get("amount").and_then(amount),
            purchase: text(object, "/metadata/purchase").map(str::to_owned),
            shop: text(object, "/recipient/account_id").map(str::to_owned),
        }
    }
}

/// The networks that notifications come from.
///
/// Source: yookassa.ru/developers, "Incoming notifications"; read on 2026-11-21.
const NETWORKS: [IpNet; 7] = [
    v4([185, 71, 76, 0], 27),
    v4([185, 71, 77, 0], 27),
    v4([77, 75, 153, 0], 25),
    v4([77, 75, 156, 11], 32),
    v4([77, 75, 156, 35], 32),
    v4([77, 75, 154, 128], 25),
    IpNet::new_assert(IpAddr::V6(Ipv6Addr::new(0x2a02, 0x5180, 0, 0, 0, 0, 0, 0)), 32),
];

const fn v4([a, b, c, d]: [u8; 4], bits: u8) -> IpNet {
    IpNet::new_assert(IpAddr::V4(Ipv4Addr::new(a, b, c, d)), bits)
}

/// Whether an address is one that `YooKassa`'s notifications come from, or lies in one of the other networks. It has to be
/// the one that the gateway saw, not one that a header states.
pub fn is_known(source: IpAddr, others: &[IpNet]) -> bool {
    let source = source.to_canonical();
    NETWORKS
        .iter()
        .chain(others)
        .any(|network| network.contains(&source))
}
