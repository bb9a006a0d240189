//! Where a request comes from when proxies stand before this server.

use ipnet::IpNet;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// The proxies whose word is taken for where a request comes from.
#[derive(Clone, Debug, Default)]
pub struct Proxies(Arc<[IpNet]>);

impl Proxies {
    /// Reads addresses and networks, such as `10.0.0.0/8`, with commas between them; fails with one that is neither.
    pub fn read(list: &str) -> anyhow::Result<Proxies> {
        let named = list.split(',').map(str::trim).filter(|text| !text.is_empty());
        let networks = named.map(|text| {
            let network = match text.parse::<IpAddr>() {
                Ok(address) => Some(IpNet::from(address.to_canonical())),
                Err(_) => text.parse::<IpNet>().ok(),
            };
            network.ok_or_else(|| anyhow::anyhow!("{text} is neither an address nor a network"))
        });
        Ok(Proxies(networks.collect::<anyhow::Result<_>>()?))
    }

    /// Where a request comes from that `peer` brought. `forwarded` are the lines of `X-Forwarded-For`, to whose end each
    /// proxy adds the address that it was asked from: they are read backwards, as long as who wrote them is trusted. What
    /// is no address ends them.
    pub fn client<'h>(&self, peer: IpAddr, forwarded: impl DoubleEndedIterator<Item = &'h [u8]>) -> IpAddr {
        let mut hops = forwarded.rev().flat_map(|line| line.rsplit(|byte| *byte == b',')).map(hop);
        let mut address = peer.to_canonical();
        while self.trusts(address)
            && let Some(before) = hops.next().flatten()
        {
            address = before;
        }
        address
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }
}

/// An address as proxies write it, with a port or without.
fn hop(text: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(text).ok()?.trim();
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let address = match bare.parse::<IpAddr>() {
        Ok(address) => address,
        Err(_) => text.parse::<SocketAddr>().ok()?.ip(),
    };
    Some(address.to_canonical())
}
