//! Where a client comes from: what is counted as one client.

use core::fmt;
use core::net::{IpAddr, Ipv6Addr, SocketAddr};
use core::str::FromStr;

use anyhow::{Context, Result};
use axum::http::HeaderMap;

/// An IPv4 address, or the first 64 bits of an IPv6 address: one customer has all that begin alike.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct Network(IpAddr);

impl From<IpAddr> for Network {
    fn from(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V6(ip) => Ipv6Addr::from_bits(ip.to_bits() & !u128::from(u64::MAX)).into(),
            ip @ IpAddr::V4(_) => ip,
        })
    }
}

impl fmt::Debug for Network {
    /// Logs hold no addresses.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Network(_)")
    }
}

/// Proxies that are believed when they say for whom they ask.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct TrustedProxies(Vec<IpAddr>);

impl FromStr for TrustedProxies {
    type Err = anyhow::Error;

    /// Reads IP addresses separated by commas.
    fn from_str(text: &str) -> Result<Self> {
        let addresses = text.split(',').map(|address| address.trim().parse::<IpAddr>());
        addresses
            .map(|address| address.map(|ip| ip.to_canonical()))
            .collect::<Result<_, _>>()
            .map(Self)
            .context("write IP addresses with commas between, as 127.0.0.1,::1")
    }
}

impl TrustedProxies {
    pub(crate) fn contain(&self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }

    /// Returns for whom `peer` asks.
    ///
    /// Each proxy adds at the end of `X-Forwarded-For` who asked it, so that the last one that is no
    /// trusted proxy is the client; what stands before it anybody may have written. Without one the
    /// proxy asks for itself.
    pub(crate) fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        if !self.contain(peer) {
            return peer;
        }
        let lists = headers.get_all(FORWARDED_FOR).iter().rev();
        let entries = lists.flat_map(|list| list.to_str().unwrap_or_default().rsplit(','));
        let client = entries.map(address).find(|entry| entry.is_none_or(|ip| !self.contain(ip)));
        client.flatten().unwrap_or(peer)
    }
}

/// Some proxies write the port, too.
fn address(entry: &str) -> Option<IpAddr> {
    let entry = entry.trim();
    let with_port = || entry.parse().ok().map(|address: SocketAddr| address.ip());
    entry.parse().ok().or_else(with_port)
}

const FORWARDED_FOR: &str = "x-forwarded-for";

#[cfg(test)]
mod tests {
    use super::*;

    fn network(address: &str) -> Network {
        address.parse::<IpAddr>().unwrap().into()
    }

    #[test]
    fn an_address_counts_and_of_ipv6_its_first_half() {
        assert_ne!(network("192.0.2.1"), network("192.0.2.2"));
        assert_eq!(network("192.0.2.1"), network("::ffff:192.0.2.1"));
        assert_eq!(network("2001:db8:0:1::1"), network("2001:db8:0:1:2:3:4:5"));
        assert_ne!(network("2001:db8:0:1::1"), network("2001:db8:0:2::1"));
    }

    #[test]
    fn the_client_is_the_last_that_is_no_trusted_proxy() {
        let proxies: TrustedProxies = "::ffff:127.0.0.1, ::1,10.0.0.1".parse().unwrap();
        for (peer, forwarded, client) in [
            ("127.0.0.1", &["192.0.2.1"][..], "192.0.2.1"),
            ("::ffff:127.0.0.1", &["192.0.2.1"], "192.0.2.1"),
            ("::1", &["6.6.6.6, 192.0.2.1,10.0.0.1"], "192.0.2.1"),
            ("::1", &["6.6.6.6", "192.0.2.1", "10.0.0.1"], "192.0.2.1"),
            ("::1", &["192.0.2.1:5000"], "192.0.2.1"),
            ("::1", &["[2001:db8::1]:5000"], "2001:db8::1"),
            ("::1", &["192.0.2.1, nonsense"], "::1"),
            ("::1", &[], "::1"),
            ("192.0.2.9", &["192.0.2.1"], "192.0.2.9"),
        ] {
            let headers = forwarded.iter().map(|list| {
                (axum::http::HeaderName::from_static(FORWARDED_FOR), list.parse().unwrap())
            });
            let headers = headers.collect();
            let found = proxies.client(peer.parse().unwrap(), &headers);
            assert_eq!(found, client.parse::<IpAddr>().unwrap(), "{peer} {forwarded:?}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in ["", "localhost", "10.0.0.0/8", "127.0.0.1,"] {
            assert!(text.parse::<TrustedProxies>().is_err(), "{text}");
        }
    }
}
