//! Calls go out to the public internet, and nowhere else.

use crate::platform::egress::{Barred, WHOLE, client_to, client_within, reachable, read_within};
use axum::Router;
use proptest::prelude::*;
use reqwest::Url;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

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

fn url(text: &str) -> Url {
    text.parse().expect(text)
}

#[tokio::test]
async fn f54_a_name_is_looked_up_before_it_is_called() {
    let barred = async |text: &str| client_within(&url(text), false, WHOLE).await.err();
    assert_eq!(barred("https://127.0.0.1/").await, Some(Barred::Address));
    assert_eq!(barred("https://nowhere.invalid/").await, Some(Barred::Unknown));
    assert!(client_within(&url("http://127.0.0.1:9/"), true, WHOLE).await.is_ok());
}

#[tokio::test]
async fn f54_one_address_inside_condemns_a_name() {
    let partner = url("https://partner.example/");
    let barred = |answer: &[&str], loopback: bool| {
        let found: Vec<SocketAddr> = answer.iter().map(|text| SocketAddr::new(address(text), 443)).collect();
        client_to(&partner, &found, loopback, WHOLE).err()
    };
    for inward in [
        "10.0.0.1",
        "127.0.0.1",
        "169.254.169.254",
        "::1",
        "fd00:ec2::254",
        "::ffff:10.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::a00:1",
    ] {
        for answer in [&[inward][..], &["8.8.8.8", inward], &[inward, "2606:4700::1111"]] {
            assert_eq!(barred(answer, false), Some(Barred::Private), "{answer:?}");
        }
    }
    assert_eq!(barred(&[], false), Some(Barred::Unknown));
    for answer in [&["8.8.8.8"][..], &["8.8.8.8", "2606:4700::1111"], &["::ffff:8.8.8.8"]] {
        assert_eq!(barred(answer, false), None, "{answer:?}");
    }
    // Allowing this machine allows no other beside it.
    assert_eq!(barred(&["127.0.0.1", "::1"], true), None);
    assert_eq!(barred(&["127.0.0.1", "10.0.0.1"], true), Some(Barred::Private));
}

#[tokio::test]
async fn f54_a_call_goes_to_the_address_that_was_looked_at() {
    // Whatever this machine says of the name, it does not say this address.
    let listener = tokio::net::TcpListener::bind("127.0.0.2:0").await.expect("a port");
    let here = listener.local_addr().expect("an address");
    let router = Router::new().fallback(|| async { "Here." });
    tokio::spawn(async move { axum::serve(listener, router).await });
    let url = url(&format!("http://partner.localhost:{}/", here.port()));
    let client = client_to(&url, &[here], true, WHOLE).expect("a client");
    let answer = client.get(url).send().await.expect("an answer");
    assert_eq!(answer.remote_addr(), Some(here));
    assert_eq!(answer.text().await.expect("text"), "Here.");
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
