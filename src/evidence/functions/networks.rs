//! IP addresses and networks.

use std::net::IpAddr;

use ipnet::IpNet;

/// Whether an address lies in a network; none when one of them is none. An IPv4 address written as IPv6 counts as
/// what it is.
pub(super) fn holds(address: &str, network: &str) -> Option<bool> {
    let address: IpAddr = address.trim().parse().ok()?;
    let network: IpNet = network.trim().parse().ok()?;
    Some(network.contains(&address.to_canonical()))
}
