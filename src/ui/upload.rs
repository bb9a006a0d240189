//! Sends a file in parts, in the words of tus, and goes on where a broken connection stopped.

use super::port::Port;
use crate::record::page::FileItem;
use js_sys::{Promise, Uint8Array};
use uuid::Uuid;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, Headers, RequestInit, Response};

/// Bytes of a part; the server takes no more at once.
const PART: f64 = 4.0 * 1024.0 * 1024.0;

/// How often a part is tried; the waits between add up to about a minute.
const TRIES: u32 = 6;

/// What became of a file.
pub enum Ended {
    Whole(Box<FileItem>),
    /// In the reader's words.
    Refused(String),
    Lost,
}

/// Attaches a file to a record. `on_progress` hears percents.
pub async fn send(port: &dyn Port, file: &File, record: &str, id: Uuid, on_progress: impl Fn(u32)) -> Ended {
    let size = file.size();
    let Some(begun) = begin(file, record, id).await else { return Ended::Lost };
    if begun.status() != 201 {
        return refused(&begun).await;
    }
    let (Some(address), Some(mut offset)) = (header(&begun, "location"), number(&begun)) else { return Ended::Lost };
    let mut tries = 0;
    loop {
        on_progress((offset / size * 100.0) as u32);
        let Some(answer) = append(file, &address, offset, size).await else {
            if !again(&mut tries).await {
                return Ended::Lost;
            }
            continue;
        };
        match (answer.status(), number(&answer)) {
            (204, Some(now)) if now >= size => return whole(port, &address).await,
            (204, Some(now)) => (offset, tries) = (now, 0),
            // Where it is already whole, or somewhere else than we thought.
            (409, Some(now)) if now >= size && offset >= size => return whole(port, &address).await,
            (409, Some(now)) if again(&mut tries).await => offset = now,
            (423 | 500.., _) if again(&mut tries).await => {}
            (409 | 423 | 500.., _) => return Ended::Lost,
            _ => return refused(&answer).await,
        }
    }
}

async fn begin(file: &File, record: &str, id: Uuid) -> Option<Response> {
    let mut metadata = vec![
        pair("record", record)?,
        pair("id", &id.to_string())?,
        pair("filename", &file.name())?,
        pair("filetype", &file.type_())?,
    ];
    // Only where the connection is safe do browsers sum.
    if let Some(sum) = sum(file).await {
        metadata.push(pair("sha256", &sum)?);
    }
    let length = (file.size() as u64).to_string();
    let headers = [("upload-length", length.as_str()), ("upload-metadata", &metadata.join(","))];
    ask("POST", "/files/uploads", &headers, None).await
}

async fn append(file: &File, address: &str, offset: f64, size: f64) -> Option<Response> {
    let part = file.slice_with_f64_and_f64(offset, (offset + PART).min(size)).ok()?;
    let at = (offset as u64).to_string();
    let headers = [("content-type", "application/offset+octet-stream"), ("upload-offset", at.as_str())];
    ask("PATCH", address, &headers, Some(part.as_ref())).await
}

async fn whole(port: &dyn Port, address: &str) -> Ended {
    let Some(id) = address.rsplit('/').next().and_then(|id| id.parse().ok()) else { return Ended::Lost };
    port.uploaded(id).await.map_or(Ended::Lost, |file| Ended::Whole(Box::new(file)))
}

async fn refused(answer: &Response) -> Ended {
    let said = text(answer).await.and_then(|text| js_sys::JSON::parse(&text).ok());
    let message = said.and_then(|said| js_sys::Reflect::get(&said, &JsValue::from_str("message")).ok()?.as_string());
    message.map_or(Ended::Lost, Ended::Refused)
}

/// Waits, longer each time; false when it is enough.
async fn again(tries: &mut u32) -> bool {
    *tries += 1;
    if *tries > TRIES {
        return false;
    }
    let milliseconds = 500 << *tries;
    let wait = Promise::new(&mut |done, _| {
        super::browser::after(milliseconds, move || {
            let _ = done.call0(&JsValue::NULL);
        });
    });
    JsFuture::from(wait).await.is_ok()
}

/// Asks the server; `None` when it cannot be reached.
pub async fn ask(method: &str, address: &str, headers: &[(&str, &str)], body: Option<&JsValue>) -> Option<Response> {
    let all = Headers::new().ok()?;
    for (name, value) in headers {
        all.set(name, value).ok()?;
    }
    let init = RequestInit::new();
    init.set_method(method);
    init.set_headers(&all);
    if let Some(body) = body {
        init.set_body(body);
    }
    let answer = web_sys::window()?.fetch_with_str_and_init(address, &init);
    JsFuture::from(answer).await.ok()?.dyn_into().ok()
}

/// What an answer says.
pub async fn text(answer: &Response) -> Option<String> {
    JsFuture::from(answer.text().ok()?).await.ok()?.as_string()
}

fn header(answer: &Response, name: &str) -> Option<String> {
    answer.headers().get(name).ok()?
}

fn number(answer: &Response) -> Option<f64> {
    header(answer, "upload-offset")?.parse().ok()
}

/// One pair of `Upload-Metadata`: its value is UTF-8 in base64.
fn pair(name: &str, value: &str) -> Option<String> {
    let bytes: String = value.bytes().map(char::from).collect();
    Some(format!("{name} {}", web_sys::window()?.btoa(&bytes).ok()?))
}

/// SHA-256 of a file, in hex.
async fn sum(file: &File) -> Option<String> {
    let bytes = Uint8Array::new(&JsFuture::from(file.array_buffer()).await.ok()?);
    let subtle = web_sys::window()?.crypto().ok()?.subtle();
    let sum = JsFuture::from(subtle.digest_with_str_and_js_u8_array("SHA-256", &bytes).ok()?).await.ok()?;
    Some(Uint8Array::new(&sum).to_vec().iter().map(|byte| format!("{byte:02x}")).collect())
}
