//! Proxies are believed where a request comes from, and nobody else is.

use crate::platform::audit;
use crate::platform::proxies::Proxies;
use crate::record::audit::AuditQuery;
use crate::tests::support::{self, Browser, Firm};
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode, header};
use proptest::prelude::*;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// A network, an address of the fourth version, one of the sixth, and one that is written as the other.
const TRUSTED: &str = "10.0.0.0/8, 192.0.2.7,2001:db8::1 ,::ffff:192.0.2.8";

fn address(text: &str) -> IpAddr {
    text.parse().expect(text)
}

fn client(peer: IpAddr, lines: &[&str]) -> IpAddr {
    let proxies = Proxies::read(TRUSTED).expect("addresses and networks");
    proxies.client(peer, lines.iter().map(|line| line.as_bytes()))
}

#[test]
fn a_list_holds_addresses_and_networks() {
    for list in ["", " , ", "10.0.0.1", "10.0.0.0/8,fd00::/8", "::1, 127.0.0.1"] {
        assert!(Proxies::read(list).is_ok(), "{list}");
    }
    for (list, wrong) in [("10.0.0.0/33", "10.0.0.0/33"), ("10.0.0.1;10.0.0.2", ";"), ("::1, proxy.example", "proxy")] {
        let error = Proxies::read(list).expect_err(list).to_string();
        assert!(error.contains(wrong), "{error}");
    }
}

/// A peer, the lines of the header that it sends, and whose request it is.
const WAYS: &[(&str, &[&str], &str)] = &[
    ("203.0.113.9", &[], "203.0.113.9"),
    ("203.0.113.9", &["198.51.100.1"], "203.0.113.9"),
    ("10.0.0.1", &[], "10.0.0.1"),
    ("10.0.0.1", &["198.51.100.1"], "198.51.100.1"),
    ("::ffff:10.0.0.1", &["198.51.100.1"], "198.51.100.1"),
    ("192.0.2.8", &["2001:db8::5, 192.0.2.7, 2001:db8::1"], "2001:db8::5"),
    ("10.0.0.1", &["1.1.1.1, 198.51.100.1 ,10.9.9.9"], "198.51.100.1"),
    ("10.0.0.1", &["1.1.1.1", "198.51.100.1, 10.9.9.9", "192.0.2.7"], "198.51.100.1"),
    // From inside the house, nobody stands before the first of them.
    ("10.0.0.1", &["10.0.0.3,10.0.0.2"], "10.0.0.3"),
    ("10.0.0.1", &["198.51.100.1:4711"], "198.51.100.1"),
    ("10.0.0.1", &["[2001:db8::5]:4711"], "2001:db8::5"),
    ("10.0.0.1", &["[2001:db8::5]"], "2001:db8::5"),
    ("10.0.0.1", &["::ffff:198.51.100.1"], "198.51.100.1"),
    // What is no address ends the way where it was last known.
    ("10.0.0.1", &["198.51.100.1, unknown"], "10.0.0.1"),
    ("10.0.0.1", &["198.51.100.1, _hidden, 10.0.0.2"], "10.0.0.2"),
    ("10.0.0.1", &["198.51.100.1", ""], "10.0.0.1"),
];

#[test]
fn the_way_is_read_backwards_past_those_who_are_trusted() {
    for (peer, lines, expected) in WAYS {
        assert_eq!(client(address(peer), lines), address(expected), "{peer} with {lines:?}");
    }
    // Bytes that are no text hide neither what stands behind them nor who wrote what stands before.
    let lines = [&b"1.1.1.1"[..], b"\xff, 198.51.100.1"];
    let proxies = Proxies::read(TRUSTED).expect("addresses and networks");
    assert_eq!(proxies.client(address("10.0.0.1"), lines.into_iter()), address("198.51.100.1"));
    assert_eq!(proxies.client(address("10.0.0.1"), lines.map(|line| &line[..1]).into_iter()), address("10.0.0.1"));
    assert_eq!(Proxies::default().client(address("10.0.0.1"), lines.into_iter()), address("10.0.0.1"));
}

fn trusted() -> impl Strategy<Value = IpAddr> {
    any::<[u8; 3]>().prop_map(|[a, b, c]| IpAddr::V4(Ipv4Addr::new(10, a, b, c)))
}

fn untrusted() -> impl Strategy<Value = IpAddr> {
    let fourth = any::<[u8; 3]>().prop_map(|[a, b, c]| IpAddr::V4(Ipv4Addr::new(198, a, b, c)));
    let sixth = any::<u64>().prop_map(|rest| IpAddr::V6(Ipv6Addr::from((0x2606_u128 << 112) | u128::from(rest))));
    prop_oneof![fourth, sixth]
}

proptest! {
    #[test]
    fn what_a_client_claims_before_its_proxies_write_changes_nothing(
        claimed in "[ -~]{0,40}", asker in untrusted(), proxies in proptest::collection::vec(trusted(), 0..4), peer in trusted(),
    ) {
        let hops: Vec<String> = [asker].iter().chain(&proxies).map(IpAddr::to_string).collect();
        let honest = hops.join(", ");
        prop_assert_eq!(client(peer, &[&honest]), asker);
        prop_assert_eq!(client(peer, &[&format!("{claimed},{honest}")]), asker);
        prop_assert_eq!(client(peer, &[&claimed, &honest]), asker);
    }

    #[test]
    fn nobody_else_is_believed(claimed in "[ -~]{0,40}", other in trusted(), peer in untrusted()) {
        prop_assert_eq!(client(peer, &[&claimed]), peer);
        prop_assert_eq!(client(peer, &[&other.to_string()]), peer);
    }
}

#[tokio::test]
async fn the_log_has_the_address_behind_a_trusted_proxy_and_the_reference_that_is_answered() {
    let firm = Firm::new().await;
    let mut browser = Browser::over(support::web_behind(TRUSTED).await, &firm.email).await;
    for (n, (peer, expected)) in
        [("10.0.0.1", "198.51.100.1"), ("203.0.113.9", "203.0.113.9"), ("192.0.2.7", "198.51.100.1")].iter().enumerate()
    {
        let request = Request::post("/customers/new")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .header("x-forwarded-for", "1.1.1.1, 198.51.100.1, 10.0.0.2")
            .extension(ConnectInfo(SocketAddr::new(address(peer), 4711)));
        let body = format!("code=P{n}&name=Buyer&language=en&_edits=1");
        let answer = browser.send(request, Body::from(body)).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
        let reference = answer.headers.get("x-request-id").and_then(|value| value.to_str().ok());
        let query = AuditQuery { record: "customer".to_owned(), action: "create".to_owned(), ..AuditQuery::default() };
        let page = audit::page(&mut firm.tx().await, query).await.expect("a page");
        let entry = &page.entries[0];
        assert!(entry.changes.iter().any(|(_, _, new)| new.as_ref() == Some(&format!("P{n}"))), "{entry:?}");
        assert_eq!((entry.address.as_str(), Some(entry.request.as_str())), (*expected, reference));
    }
}
