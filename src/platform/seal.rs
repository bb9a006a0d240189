//! Texts that leave the house and must come back as they were: places in lists, invitations.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use std::sync::OnceLock;

static SECRET: OnceLock<Vec<u8>> = OnceLock::new();

/// Bytes of the signature that travel; half of SHA-256, as RFC 2104 section 5 allows.
const TAG: usize = 16;

/// Sets the key that signs; once, at start.
pub fn set_secret(secret: Vec<u8>) {
    let _ = SECRET.set(secret);
}

fn mac(context: &str, body: &str) -> Hmac<Sha256> {
    let secret = SECRET.get().map_or(&[][..], Vec::as_slice);
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes keys of any length");
    mac.update(context.as_bytes());
    mac.update(&[0]);
    mac.update(body.as_bytes());
    mac
}

/// A key for one purpose, which follows from the secret and tells nothing of it.
pub fn key(purpose: &str) -> Vec<u8> {
    mac("key", purpose).finalize().into_bytes().to_vec()
}

/// The text with a signature that holds for this context only. The text can be read by whoever has it.
pub fn seal(context: &str, body: &str) -> String {
    let tag = mac(context, body).finalize().into_bytes();
    format!("{}.{}", URL_SAFE_NO_PAD.encode(body), URL_SAFE_NO_PAD.encode(&tag[..TAG]))
}

/// The text of a seal that holds in this context.
pub fn open(context: &str, sealed: &str) -> Option<String> {
    let (_, tag) = sealed.split_once('.')?;
    let body = read(sealed)?;
    let tag = URL_SAFE_NO_PAD.decode(tag).ok().filter(|tag| tag.len() == TAG)?;
    mac(context, &body).verify_truncated_left(&tag).ok()?;
    Some(body)
}

/// The text of a seal, whether it holds or not: for finding the context that it must hold in.
pub fn read(sealed: &str) -> Option<String> {
    let (body, _) = sealed.split_once('.')?;
    String::from_utf8(URL_SAFE_NO_PAD.decode(body).ok()?).ok()
}
