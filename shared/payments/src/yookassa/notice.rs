//! `YooKassa`'s notifications. They are **not signed**: where they come from is a first filter, and what they say is a
//! reason to ask, never an answer.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use serde_json::Value;

use super::read::text;

/// What a notification is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// `YooKassa`'s name of the payment.
    pub payment: String,
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
        (!payment.is_empty()).then_some(Self { payment })
    }
}

/// The networks that notifications come from.
///
/// Source: yookassa.ru/developers, "Incoming notifications"; read on 2026-11-21.
const NETWORKS_V4: [(Ipv4Addr, u32); 6] = [
    (Ipv4Addr::new(185, 71, 76, 0), 27),
    (Ipv4Addr::new(185, 71, 77, 0), 27),
    (Ipv4Addr::new(77, 75, 153, 0), 25),
    (Ipv4Addr::new(77, 75, 156, 11), 32),
    (Ipv4Addr::new(77, 75, 156, 35), 32),
    (Ipv4Addr::new(77, 75, 154, 128), 25),
];
const NETWORK_V6: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2a02, 0x5180, 0, 0, 0, 0, 0, 0), 32);

/// Whether an address is one that `YooKassa`'s notifications come from. It has to be the one that the gateway saw, not one
/// that a header states.
pub fn is_from_yookassa(source: IpAddr) -> bool {
    match source.to_canonical() {
        IpAddr::V4(source) => NETWORKS_V4.iter().any(|(network, bits)| {
            let shift = 32_u32.saturating_sub(*bits);
            source.to_bits().checked_shr(shift) == network.to_bits().checked_shr(shift)
        }),
        IpAddr::V6(source) => {
            let (network, bits) = NETWORK_V6;
            let shift = 128_u32.saturating_sub(bits);
            source.to_bits().checked_shr(shift) == network.to_bits().checked_shr(shift)
        }
    }
}
