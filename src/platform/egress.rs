//! Calls to addresses that customers name. They reach the public internet and nothing of the house: every address that a name
//! leads to is looked at, and the call goes to one that was (no second look-up in between), over TLS, and follows nobody
//! elsewhere. The blocks are those of IANA's registries of special-purpose addresses (RFC 6890 and its successors).

use ipnet::IpNet;
use reqwest::{Client, Url, redirect};
use std::net::{IpAddr, SocketAddr};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use url::Host;

/// Longest for a connection.
const CONNECT: Duration = Duration::from_secs(10);

/// Longest for all of a call, its answer included.
pub const WHOLE: Duration = Duration::from_secs(20);

/// Whether this machine itself may be called, for tests and development.
static LOOPBACK: AtomicBool = AtomicBool::new(false);

/// Lets calls reach this machine, by plain HTTP and at any port.
pub fn allow_loopback() {
    LOOPBACK.store(true, Ordering::Relaxed);
}

/// Why nothing is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Barred {
    /// No address that may be named.
    Address,
    /// The name leads nowhere.
    Unknown,
    /// It leads to an address that is not public.
    Private,
}

static SPECIAL: LazyLock<Vec<IpNet>> = LazyLock::new(|| {
    let blocks = [
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "::/128",
        "::1/128",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/23",
        "2001:db8::/32",
        "2002::/16",
        "3fff::/20",
        "5f00::/16",
        "fc00::/7",
        "fe80::/10",
        "fec0::/10",
        "ff00::/8",
    ];
    blocks.iter().map(|block| block.parse().expect("a block of addresses")).collect()
});

/// Whether an address is one of the public internet, or one of this machine where that is allowed.
pub(crate) fn reachable(address: IpAddr, loopback: bool) -> bool {
    let address = address.to_canonical();
    // Of the sixth version, only what is handed out for the public: other blocks may lead inside by one translation or another.
    let is_given = match address {
        IpAddr::V4(_) => true,
        IpAddr::V6(address) => address.segments()[0] & 0xe000 == 0x2000,
    };
    (loopback && address.is_loopback()) || (is_given && !SPECIAL.iter().any(|block| block.contains(&address)))
}

/// The address that a text names, when it may be called as far as the text tells.
pub fn read(text: &str) -> Option<Url> {
    read_within(text, LOOPBACK.load(Ordering::Relaxed))
}

/// The same where it is said whether this machine may be called.
pub(crate) fn read_within(text: &str, loopback: bool) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let is_here = match url.host()? {
        Host::Domain(name) => {
            name.eq_ignore_ascii_case("localhost") || name.to_ascii_lowercase().ends_with(".localhost")
        }
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.to_canonical().is_loopback(),
    };
    let literal = match url.host()? {
        Host::Domain(_) => None,
        Host::Ipv4(address) => Some(IpAddr::V4(address)),
        Host::Ipv6(address) => Some(IpAddr::V6(address)),
    };
    let plain = url.username().is_empty() && url.password().is_none();
    let usual = url.scheme() == "https" && url.port_or_known_default() == Some(443) && !is_here;
    let here = loopback && is_here && matches!(url.scheme(), "http" | "https");
    (plain && (usual || here) && literal.is_none_or(|address| reachable(address, loopback))).then_some(url)
}

/// A client that can call this address and nobody else. None of its calls takes longer than `whole`, as a rule [`WHOLE`].
pub async fn client(url: &Url, whole: Duration) -> Result<Client, Barred> {
    client_within(url, LOOPBACK.load(Ordering::Relaxed), whole).await
}

/// The same where it is said whether this machine may be called.
pub(crate) async fn client_within(url: &Url, loopback: bool, whole: Duration) -> Result<Client, Barred> {
    let url = read_within(url.as_str(), loopback).ok_or(Barred::Address)?;
    let host = url.host_str().ok_or(Barred::Address)?;
    let port = url.port_or_known_default().ok_or(Barred::Address)?;
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let found: Vec<SocketAddr> = tokio::net::lookup_host((bare, port)).await.map_err(|_| Barred::Unknown)?.collect();
    client_to(&url, &found, loopback, whole)
}

/// The same for an address whose name leads here. It is not looked up again: whoever is asked twice may answer twice.
pub(crate) fn client_to(url: &Url, found: &[SocketAddr], loopback: bool, whole: Duration) -> Result<Client, Barred> {
    if found.is_empty() {
        return Err(Barred::Unknown);
    }
    // One address that is not public condemns the name: whoever mixes them means no good.
    if !found.iter().all(|address| reachable(address.ip(), loopback)) {
        return Err(Barred::Private);
    }
    let host = url.host_str().ok_or(Barred::Address)?;
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .redirect(redirect::Policy::none())
        .no_proxy()
        .referer(false)
        .connect_timeout(CONNECT)
        .timeout(whole)
        .resolve_to_addrs(host, found)
        .user_agent("Diwan")
        .build()
        .map_err(|_| Barred::Address)
}
