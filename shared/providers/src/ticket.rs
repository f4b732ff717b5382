//! Our own marks on an order: the callback address, which carries the job, the attempt's fence and a MAC of both, so a
//! task can be found again even when the answer that named it was lost; and the order's name, for providers that can be
//! asked by it.

use ring::hmac;

/// Keeps these MACs apart from everything else that is made with the same key.
const MAC_DOMAIN: &[u8] = b"neurocards/kie-callback/1";

/// Our own name of a submission: no two have the same. It is made of letters, digits and hyphens.
pub fn own_name(job: &str, fence: u32) -> String {
    format!("{job}-{fence}")
}

/// The address to be called when this attempt's task has ended. `base` is the callback function's own address; the
/// provider's name and the job id have to be made of characters that need no escaping.
pub fn callback_url(base: &str, provider: &str, job: &str, fence: u32, key: &[u8]) -> String {
    let mac = hex(hmac::sign(&mac_key(key), &mac_text(job, fence)).as_ref());
    format!(
        "{}/{provider}?job={job}&fence={fence}&mac={mac}",
        base.trim_end_matches('/')
    )
}

/// Whether the MAC is ours for this job and fence. Takes the same time wherever it differs.
pub fn verify(job: &str, fence: u32, mac_hex: &str, key: &[u8]) -> bool {
    unhex(mac_hex).is_some_and(|mac| hmac::verify(&mac_key(key), &mac_text(job, fence), &mac).is_ok())
}

/// A job's attempt, as one of our callback addresses names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// Our job.
    pub job: String,
    /// Which submission of it.
    pub fence: u32,
}

impl Ticket {
    /// Reads and verifies the query of one of our addresses, or the whole address (which a look-up echoes): the proof
    /// that a task belongs to this attempt. `None` if it is not ours.
    pub fn verified(address: &str, key: &[u8]) -> Option<Self> {
        let query = address.split_once('?').map_or(address, |(_, query)| query);
        let field = |name: &str| {
            let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
        };
        let (job, fence) = (field("job")?, field("fence")?.parse().ok()?);
        verify(job, fence, field("mac")?, key).then(|| Self {
            job: job.to_owned(),
            fence,
        })
    }
}

fn mac_key(key: &[u8]) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, key)
}

fn mac_text(job: &str, fence: u32) -> Vec<u8> {
    [MAC_DOMAIN, job.as_bytes(), fence.to_string().as_bytes()].join(&0)
}

fn hex(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or('0');
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = text.is_ascii() && text.len().is_multiple_of(2);
    let pairs = digits.then(|| text.as_bytes().chunks(2))?;
    pairs
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &[u8] = b"callback-mac-key";

    #[test]
    fn our_address_is_believed_only_as_it_was_given_out() {
        let url = callback_url("https://us.example/", "kie", "42-abc", 3, KEY);
        let (head, mac) = url.split_once("&mac=").unwrap();
        assert_eq!(head, "https://us.example/kie?job=42-abc&fence=3");
        assert!(verify("42-abc", 3, mac, KEY));
        for (job, fence, mac, key) in [
            ("42-abd", 3, mac, KEY),
            ("42-abc", 4, mac, KEY),
            ("42-abc", 3, &mac[2..], KEY),
            ("42-abc", 3, "", KEY),
            ("42-abc", 3, "zz", KEY),
            ("42-abc", 3, "€", KEY),
            ("42-abc", 3, mac, &b"another key"[..]),
        ] {
            assert!(!verify(job, fence, mac, key), "{job} {fence} {mac}");
        }
    }

    #[test]
    fn every_submission_has_a_name_of_its_own() {
        assert_eq!(own_name("42-abc", 3), "42-abc-3");
        assert_ne!(own_name("42-abc", 3), own_name("42-abc", 4));
    }

    #[test]
    fn job_and_fence_cannot_be_shifted_into_each_other() {
        assert_ne!(mac_text("a1", 2), mac_text("a", 12));
    }

    #[test]
    fn a_ticket_is_read_from_a_query_and_from_the_whole_address() {
        let url = callback_url("https://us.example", "kie", "42-abc", 3, KEY);
        let ticket = Some(Ticket {
            job: "42-abc".into(),
            fence: 3,
        });
        assert_eq!(Ticket::verified(&url, KEY), ticket);
        assert_eq!(Ticket::verified(url.split_once('?').unwrap().1, KEY), ticket);
        assert_eq!(Ticket::verified(&url.replace("fence=3", "fence=4"), KEY), None);
        assert_eq!(Ticket::verified(&url.replace("fence=3", "fence=-3"), KEY), None);
        assert_eq!(Ticket::verified("https://us.example/kie", KEY), None);
    }
}
