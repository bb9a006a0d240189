//! Receivers that keep whoever calls them waiting, cannot be trusted, or never stop.

use super::{alone, customer, hook, log};
use crate::api::webhooks::{work, work_within};
use crate::tests::support::Firm;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::future::Future;
use std::io::{Read as _, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

/// All of a call, where nobody answers it.
const SHORT: Duration = Duration::from_millis(300);

/// Bytes, more than lie between two programs of one machine while nobody reads.
const ENDLESS: usize = 256 << 20;

/// A key and its certificate for this machine, until 2120, as PKCS #8 and X.509: signed by itself and by nobody else.
const KEY: &str = "\
    MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg7w4Mxfg/8UTibR9cVinhTbhFAKxfEykdzJ0Ex3n+qZOhRANCAAQ9OPTA4s8ihLBS\
    GsMBrtvnEdPeirdJ1U3eM+R4DSG9/qMzmKhI3/bog9Uj8QFlWGXDeFh+pIsfXU76dLbTGdxN";
const CERTIFICATE: &str = "\
    MIIBWTCB/6ADAgECAgEBMAoGCCqGSM49BAMCMBQxEjAQBgNVBAMMCTEyNy4wLjAuMTAgFw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAwMDAwMFow\
    FDESMBAGA1UEAwwJMTI3LjAuMC4xMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEPTj0wOLPIoSwUhrDAa7b5xHT3oq3SdVN3jPkeA0hvf6jM5io\
    SN/26IPVI/EBZVhlw3hYfqSLH11O+nS20xncTaNAMD4wDwYDVR0RBAgwBocEfwAAATAMBgNVHRMBAf8EAjAAMB0GA1UdDgQWBBRc/w4cf9pPpb4N\
    4aq6CxnBY5s7+jAKBggqhkjOPQQDAgNJADBGAiEAhXDMNcN4HI6qmnxvDikyXWSXi1TGgKFx7gD4VoH1fxsCIQCmEDURUWQibpNGmuXNHpOR0+Dv\
    Ngi+CwtVr40pyuOLJA==";

/// A receiver that answers each call as it likes once it has heard something of it. Its address.
async fn rude<F: Future<Output = ()> + Send + 'static>(answer: impl Fn(TcpStream) -> F + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("http://{}/hook", listener.local_addr().expect("an address"));
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let _ = socket.read(&mut [0; 4096]).await;
            tokio::spawn(answer(socket));
        }
    });
    address
}

/// Begins an answer so, and goes on with a byte now and then as long as somebody listens: often enough that a limit on
/// silence would never end it.
async fn drip(mut socket: TcpStream, beginning: &'static str) {
    let _ = socket.write_all(beginning.as_bytes()).await;
    while socket.write_all(b"x").await.is_ok() {
        tokio::time::sleep(SHORT / 15).await;
    }
}

async fn say_nothing(socket: TcpStream) {
    std::future::pending::<()>().await;
    drop(socket);
}

#[tokio::test]
async fn f61_an_attempt_ends_however_slowly_it_is_answered() {
    let _turn = alone().await;
    let firm = Firm::new().await;
    let (in_head, in_body, mute) = tokio::join!(
        rude(|socket| drip(socket, "HTTP/1.1 200 OK\r\nx-")),
        rude(|socket| drip(socket, "HTTP/1.1 500 Internal Server Error\r\n\r\n")),
        rude(say_nothing),
    );
    for url in [in_head, in_body, mute] {
        hook(&firm, &url, &[("customer", "create")]).await;
    }
    customer(&firm, "A").await;
    work_within(&firm.db, firm.cx.tenant, SHORT).await.expect("sent");
    let lines = log(&firm).await;
    let came_of: Vec<(&str, &str)> =
        lines.iter().map(|(_, state, _, outcome)| (state.as_str(), outcome.as_str())).collect();
    let (late, refused) = (("waiting", "no_answer"), ("waiting", "refused"));
    assert_eq!((came_of.len(), came_of[0], came_of[2]), (3, late, late));
    // It has refused as soon as its head is there, which a busy machine may find too late.
    assert!([refused, late].contains(&came_of[1]), "{came_of:?}");
}

/// A receiver with that certificate. Its address, and how many requests it has heard.
fn trusted_by_nobody() -> (String, Arc<AtomicUsize>) {
    let key = PrivatePkcs8KeyDer::from(STANDARD.decode(KEY).expect("base64"));
    let certificate = CertificateDer::from(STANDARD.decode(CERTIFICATE).expect("base64"));
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions of TLS")
        .with_no_client_auth()
        .with_single_cert(vec![certificate], PrivateKeyDer::Pkcs8(key))
        .expect("a certificate and its key");
    let config = Arc::new(config);
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("https://{}/hook", listener.local_addr().expect("an address"));
    let heard: Arc<AtomicUsize> = Arc::default();
    let count = heard.clone();
    std::thread::spawn(move || {
        for socket in listener.incoming() {
            let connection = ServerConnection::new(config.clone()).expect("a connection");
            let mut tls = StreamOwned::new(connection, socket.expect("a caller"));
            if tls.read(&mut [0; 4096]).is_ok_and(|bytes| bytes > 0) {
                count.fetch_add(1, Ordering::SeqCst);
                let _ = tls.write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n");
            }
        }
    });
    (address, heard)
}

#[tokio::test]
async fn f61_whose_certificate_nobody_signed_is_told_nothing() {
    let _turn = alone().await;
    let firm = Firm::new().await;
    let (url, heard) = trusted_by_nobody();
    hook(&firm, &url, &[("customer", "create")]).await;
    customer(&firm, "A").await;
    work(&firm.db, firm.cx.tenant).await.expect("sent");
    let line = ("customer.create".to_owned(), "waiting".to_owned(), 1, "no_connection".to_owned());
    assert_eq!(log(&firm).await, [line]);
    assert_eq!(heard.load(Ordering::SeqCst), 0);
    // Nothing else is wrong with it: whoever does not look at certificates is answered.
    let credulous = reqwest::Client::builder().no_proxy().tls_danger_accept_invalid_certs(true).build();
    let answer = credulous.expect("a client").post(&url).body("{}").send().await.expect("an answer");
    assert_eq!((answer.status().as_u16(), heard.load(Ordering::SeqCst)), (204, 1));
}

#[tokio::test]
async fn f61_an_endless_answer_is_an_answer_and_is_not_read() {
    let _turn = alone().await;
    let firm = Firm::new().await;
    let (sent, mut counts) = mpsc::unbounded_channel();
    let url = rude(move |mut socket| {
        let sent = sent.clone();
        async move {
            let (part, mut bytes) = (vec![b'x'; 1 << 16], 0);
            let _ = socket.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
            while bytes < ENDLESS
                && let Ok(written) = socket.write(&part).await
            {
                bytes += written;
            }
            let _ = sent.send(bytes);
        }
    })
    .await;
    hook(&firm, &url, &[("customer", "create")]).await;
    customer(&firm, "A").await;
    work(&firm.db, firm.cx.tenant).await.expect("sent");
    let line = ("customer.create".to_owned(), "delivered".to_owned(), 1, "accepted".to_owned());
    assert_eq!(log(&firm).await, [line]);
    let bytes = counts.recv().await.expect("a count");
    assert!(bytes < ENDLESS, "{bytes} bytes were taken");
}
