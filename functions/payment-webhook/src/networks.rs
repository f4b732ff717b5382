//! Networks from which notices are taken besides the rail's own: a tunnel, a test, a machine that plays the rail.

use std::net::IpAddr;

/// Networks, as addresses with the number of their leading bits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Networks(Vec<(IpAddr, u32)>);

impl Networks {
    /// Reads `127.0.0.1/32,10.0.0.0/8`; `None` if it is no such list. Empty is none.
    pub fn parse(text: &str) -> Option<Self> {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        parts.map(network).collect::<Option<_>>().map(Self)
    }

    /// Whether an address lies in one of them.
    pub fn contain(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0
            .iter()
            .any(|(network, bits)| lies_in(address, *network, *bits))
    }
}

fn network(text: &str) -> Option<(IpAddr, u32)> {
    let (address, bits) = text.split_once('/')?;
    let address: IpAddr = address.parse().ok()?;
    let bits: u32 = bits.parse().ok()?;
    let max = if address.is_ipv4() { 32 } else { 128 };
    (bits <= max).then_some((address, bits))
}

fn lies_in(address: IpAddr, network: IpAddr, bits: u32) -> bool {
    match (address, network) {
        (IpAddr::V4(address), IpAddr::V4(network)) => {
            let shift = 32_u32.saturating_sub(bits);
            address.to_bits().checked_shr(shift) == network.to_bits().checked_shr(shift)
        }
        (IpAddr::V6(address), IpAddr::V6(network)) => {
            let shift = 128_u32.saturating_sub(bits);
            address.to_bits().checked_shr(shift) == network.to_bits().checked_shr(shift)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_lies_in_the_networks_that_are_listed_and_in_no_others() {
        let networks = Networks::parse("127.0.0.1/32, 10.0.0.0/8,::1/128").unwrap();
        for inside in ["127.0.0.1", "10.255.0.1", "::1", "::ffff:127.0.0.1"] {
            assert!(networks.contain(inside.parse().unwrap()), "{inside}");
        }
        for outside in ["127.0.0.2", "11.0.0.1", "::2"] {
            assert!(!networks.contain(outside.parse().unwrap()), "{outside}");
        }
        assert!(!Networks::default().contain("127.0.0.1".parse().unwrap()));
        assert!(
            Networks::parse("0.0.0.0/0")
                .unwrap()
                .contain("8.8.8.8".parse().unwrap())
        );
        assert_eq!(Networks::parse(""), Some(Networks::default()));
        for bad in ["127.0.0.1", "127.0.0.1/33", "x/8", "::1/129"] {
            assert_eq!(Networks::parse(bad), None, "{bad}");
        }
    }
}
