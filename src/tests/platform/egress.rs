//! Calls go out to the public internet, and nowhere else.

use crate::platform::egress::{Barred, WHOLE, client_within, reachable, read_within};
use proptest::prelude::*;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

fn address(text: &str) -> IpAddr {
    text.parse().expect(text)
}

#[test]
fn f54_addresses_of_the_house_are_not_reachable() {
    for text in [
        "127.0.0.1",
        "127.8.8.8",
        "::1",
        "10.1.2.3",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "198.18.0.1",
        "192.0.2.1",
        "::",
        "fe80::1",
        "fc00::1",
        "fd00:ec2::254",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::10.0.0.5",
        "::ffff:0:10.0.0.5",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
        "2002:7f00:1::",
        "2001:db8::1",
    ] {
        assert!(!reachable(address(text), false), "{text}");
    }
    for text in ["8.8.8.8", "1.1.1.1", "172.32.0.1", "192.167.255.255", "2606:4700::1111", "::ffff:8.8.8.8"] {
        assert!(reachable(address(text), false), "{text}");
    }
    // Allowing this machine allows no other.
    assert!(reachable(address("127.0.0.1"), true) && reachable(address("::1"), true));
    assert!(!reachable(address("169.254.169.254"), true) && !reachable(address("10.0.0.1"), true));
}

#[test]
fn f54_an_address_is_public_https_and_nothing_else() {
    for text in
        ["https://example.com/hooks?x=1", "https://example.com:443/", "https://8.8.8.8/", "https://مثال.السعودية/"]
    {
        assert!(read_within(text, false).is_some(), "{text}");
    }
    for text in [
        "",
        "example.com",
        "http://example.com/",
        "ftp://example.com/",
        "file:///etc/passwd",
        "https://",
        "https://example.com:8443/",
        "https://name@example.com/",
        "https://name:word@example.com/",
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0177.0.0.1/",
        "https://127.1/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://169.254.169.254/latest/meta-data/",
        "https://localhost/",
        "https://LOCALHOST/",
        "https://api.localhost/",
        "https://10.0.0.1/",
        "https://[fd00::1]/",
        "javascript:alert(1)",
    ] {
        assert!(read_within(text, false).is_none(), "{text}");
    }
    for text in ["http://127.0.0.1:8080/x", "http://localhost:3000/", "https://[::1]:9/"] {
        assert!(read_within(text, true).is_some(), "{text}");
    }
    for text in ["http://example.com/", "https://10.0.0.1/", "http://169.254.169.254/"] {
        assert!(read_within(text, true).is_none(), "{text}");
    }
}

#[tokio::test]
async fn f54_a_name_is_looked_up_before_it_is_called() {
    let url = |text: &str| text.parse().expect("an address");
    assert_eq!(client_within(&url("https://127.0.0.1/"), false, WHOLE).await.err(), Some(Barred::Address));
    // A name that leads to this machine, and is not known to do so, is found out by its addresses.
    let hosts = std::fs::read_to_string("/etc/hosts").unwrap_or_default();
    let inward = hosts.lines().filter(|line| !line.starts_with('#')).find_map(|line| {
        let mut words = line.split_whitespace();
        let address: IpAddr = words.next()?.parse().ok()?;
        let name = words.find(|name| !name.contains("localhost"))?;
        (!reachable(address, false)).then(|| name.to_owned())
    });
    if let Some(name) = inward {
        assert_eq!(
            client_within(&url(&format!("https://{name}/")), false, WHOLE).await.err(),
            Some(Barred::Private),
            "{name}"
        );
    }
    let nowhere = client_within(&url("https://nowhere.invalid/"), false, WHOLE).await.err();
    assert_eq!(nowhere, Some(Barred::Unknown));
    assert!(client_within(&url("http://127.0.0.1:9/"), true, WHOLE).await.is_ok());
}

proptest! {
    /// An address of the fourth version is judged alike however it is written.
    #[test]
    fn f54_an_address_in_another_dress_is_the_same(bits: u32) {
        let plain = Ipv4Addr::from_bits(bits);
        let mapped: Ipv6Addr = plain.to_ipv6_mapped();
        prop_assert_eq!(reachable(plain.into(), false), reachable(mapped.into(), false));
        let written = format!("https://{bits}/");
        prop_assert_eq!(read_within(&written, false).is_some(), reachable(plain.into(), false) && !plain.is_loopback());
    }

    /// No text makes reading it panic, or lets a private address through.
    #[test]
    fn f54_no_text_leads_inside(text in "(https?://)?[a-z0-9.:@\\[\\]/%#?-]{0,40}") {
        if let Some(url) = read_within(&text, false) {
            prop_assert_eq!(url.scheme(), "https");
            if let Ok(address) = url.host_str().unwrap_or_default().trim_matches(['[', ']']).parse() {
                prop_assert!(reachable(address, false), "{}", text);
            }
        }
    }
}
