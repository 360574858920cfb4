//! Under which addresses others reach this machine.

use core::net::IpAddr;

/// Returns what browsers can be pointed to when the server listens on `bind`, the best one first.
#[must_use]
pub fn addresses(bind: IpAddr) -> Vec<IpAddr> {
    if !bind.is_unspecified() {
        return vec![bind];
    }
    let interfaces = if_addrs::get_if_addrs().unwrap_or_default();
    let mut found: Vec<_> = interfaces
        .iter()
        .map(if_addrs::Interface::ip)
        .filter(|ip| ip.is_ipv4() || bind.is_ipv6())
        // Link-local ones mean nothing without the name of an interface.
        .filter(|ip| !matches!(ip, IpAddr::V6(ip) if ip.is_unicast_link_local()))
        .collect();
    found.sort_by_key(|ip| (!ip.is_loopback(), ip.is_ipv6()));
    found
}
