//! Files: what may come in, what comes out and how, what is left when something breaks.

use crate::platform::config::S3;
use crate::platform::door::{self, Error, Outcome};
use crate::platform::files::content::{self, ContentType, NAME_CHARS, clean_name, disposition, sniff};
use crate::platform::files::http::{Unsatisfiable, range};
use crate::platform::files::{self, Link, NewFile, Shut, Step, Store, picture};
use crate::platform::permission::Rights;
use crate::platform::seal;
use crate::platform::tenancy::Cx;
use crate::record::page::{FileItem, FileShelf};
use crate::tests::support::{self, Answer, Browser, FILES, Firm, record};
use axum::body::{Body, Bytes};
use axum::http::{Method, Request, StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::stream::StreamExt as _;
use sha2::{Digest as _, Sha256};
use sqlx::{Connection as _, PgConnection};
use std::io::Cursor;
use uuid::Uuid;

const PDF: &[u8] = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";
const SVG: &[u8] =
    b"<?xml version=\"1.0\"?>\n<!-- hello -->\n<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";

fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    image::RgbaImage::from_fn(width, height, |x, y| image::Rgba([x as u8, y as u8, 90, 200]))
        .write_to(&mut Cursor::new(&mut bytes), image::ImageFormat::Png)
        .expect("a picture");
    bytes
}

/// The head of a PNG that claims to be this large; a decoder that believed it would take gigabytes.
fn boastful_png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = png(1, 1);
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    let mut sum = !0_u32;
    for byte in &bytes[12..29] {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = if sum & 1 == 1 { (sum >> 1) ^ 0xEDB8_8320 } else { sum >> 1 };
        }
    }
    bytes[29..33].copy_from_slice(&(!sum).to_be_bytes());
    bytes
}

/// A ZIP with these entries, stored.
fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (name, content) in entries {
        bytes.extend(b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0\0\0\0\0");
        for length in [content.len() as u32, content.len() as u32] {
            bytes.extend(length.to_le_bytes());
        }
        bytes.extend((name.len() as u16).to_le_bytes());
        bytes.extend([0, 0]);
        bytes.extend(name.as_bytes());
        bytes.extend(*content);
    }
    bytes
}

fn sum(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

// ------------------------------------------------------------------ names and types

#[test]
fn f57_names_are_cleaned() {
    for (given, clean) in [
        ("invoice.pdf", "invoice.pdf"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\x\\Desktop\\plan.dwg", "plan.dwg"),
        ("a\r\nSet-Cookie: x=1.pdf", "a Set-Cookie_ x=1.pdf"),
        ("exe.\u{202E}fdp.pdf", "exe.fdp.pdf"),
        ("nul\0l.png", "null.png"),
        ("zero\u{200B}width\u{FEFF}.png", "zerowidth.png"),
        ("  two   spaces\u{A0}. .pdf", "two spaces.pdf"),
        ("con.pdf", "_con.pdf"),
        ("LPT1.report.csv", "_LPT1.report.csv"),
        ("a<b>\"c\"|d?*.pdf", "a_b__c__d__.pdf"),
        (".pdf", "file.pdf"),
        ("...", "file"),
        ("", "file"),
        ("\u{202E}", "file"),
        (".htaccess", "htaccess"),
        ("عرض سعر ٢٠٢٦.pdf", "عرض سعر ٢٠٢٦.pdf"),
        ("tags\u{E0041}.pdf", "tags.pdf"),
    ] {
        assert_eq!(clean_name(given), clean, "{given:?}");
    }
    for long in ["x".repeat(300), "ش".repeat(300), "👩‍🔧".repeat(100), "e\u{301}".repeat(1000), "con".repeat(80)]
    {
        let clean = clean_name(&format!("{long}.docx"));
        assert!(clean.ends_with(".docx"), "{clean}");
        assert!(clean.chars().count() <= NAME_CHARS && clean.len() <= 255, "{} bytes", clean.len());
    }
    for name in ["a.pdf", "x".repeat(1000).as_str(), "\u{7}.\u{7}", ". . .", "a.b.c.d", "🧾.pdf", "con", "com1.txt"] {
        assert_eq!(clean_name(&clean_name(name)), clean_name(name), "cleaning twice is cleaning once: {name:?}");
    }
}

#[test]
fn dispositions_are_for_all_programs() {
    assert_eq!(
        disposition("عقد \"1\".pdf", ContentType::Pdf.is_shown()),
        "inline; filename=\"___ _1_.pdf\"; filename*=UTF-8''%D8%B9%D9%82%D8%AF%20%221%22.pdf"
    );
    assert!(disposition("a.svg", ContentType::Svg.is_shown()).starts_with("attachment; "));
    for content in ContentType::ALL {
        let shown =
            matches!(content.mime(), "application/pdf" | "image/png" | "image/jpeg" | "image/webp" | "image/gif");
        assert_eq!(disposition("a", content.is_shown()).starts_with("inline"), shown, "{content:?}");
    }
}

#[test]
fn types_are_proved_by_the_first_bytes() {
    let workbook =
        zip(&[("[Content_Types].xml", b"<Types/>"), ("_rels/.rels", b""), ("xl/workbook.xml", b"<workbook/>")]);
    let from_a_library = zip(&[
        ("docProps/app.xml", b""),
        ("docProps/core.xml", b""),
        ("docProps/custom.xml", b""),
        ("xl/theme/theme1.xml", b""),
    ]);
    let letter = zip(&[("_rels/.rels", b""), ("docProps/core.xml", b""), ("word/document.xml", b"")]);
    let macros = zip(&[("[Content_Types].xml", b""), ("word/document.xml", b""), ("word/vbaProject.bin", b"")]);
    let sheet = zip(&[("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", b"")]);
    let template = zip(&[("mimetype", b"application/vnd.oasis.opendocument.text-template"), ("content.xml", b"")]);
    let program = zip(&[("META-INF/MANIFEST.MF", b""), ("xl/Evil.class", b"")]);
    let png = png(2, 2);
    let utf16: Vec<u8> =
        [0xFF, 0xFE].into_iter().chain("اسم\tسعر\r\n".encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let wide_html: Vec<u8> =
        [0xFF, 0xFE].into_iter().chain("<script>".encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let polyglot = [&b"<html><script>alert(1)</script>"[..], &png[..]].concat();
    let pdf_late = [&b"MZ\x90\0"[..], PDF].concat();
    use ContentType::{Csv, Docx, Dwg, Dxf, Gif, Jpeg, Ods, Pdf, Png, Svg, Text, WebP, Xlsx};
    for (name, bytes, proved) in [
        ("a.pdf", PDF, Some(Pdf)),
        ("A.PDF", PDF, Some(Pdf)),
        ("a.png", &png, Some(Png)),
        ("a.jpg", b"\xff\xd8\xff\xe0\0\x10JFIF\0", Some(Jpeg)),
        ("a.jpeg", b"\xff\xd8\xff\xe1", Some(Jpeg)),
        ("a.gif", b"GIF89a\x01\0\x01\0", Some(Gif)),
        ("a.webp", b"RIFF\x24\0\0\0WEBPVP8 ", Some(WebP)),
        ("a.svg", SVG, Some(Svg)),
        ("a.svg", b"\xEF\xBB\xBF<!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" \"x.dtd\"> <svg/>", Some(Svg)),
        ("a.txt", "سلام\r\n".as_bytes(), Some(Text)),
        ("a.txt", b"caf\xe9 in another encoding", Some(Text)),
        ("a.txt", &utf16, Some(Text)),
        ("a.csv", b"code,name\nMZ,PK\n", Some(Csv)),
        ("a.xlsx", &workbook, Some(Xlsx)),
        ("a.xlsx", &from_a_library, Some(Xlsx)),
        ("a.docx", &letter, Some(Docx)),
        ("a.ods", &sheet, Some(Ods)),
        ("a.dxf", b"999\r\nmade by hand\r\n  0\r\nSECTION\r\n  2\r\nHEADER\r\n", Some(Dxf)),
        ("a.dxf", b"AutoCAD Binary DXF\r\n\x1a\0\0", Some(Dxf)),
        ("a.dwg", b"AC1032\0\0\0\0", Some(Dwg)),
        // Not what the name says.
        ("a.png", PDF, None),
        ("a.pdf", &png, None),
        ("a.png", b"<html><body>", None),
        ("a.jpg", b"GIF89a\x01\0\x01\0", None),
        ("a.docx", &workbook, None),
        ("a.odt", &sheet, None),
        ("a.odt", &template, None),
        ("a.dwg", b"AC10xx", None),
        // Scripts and programs, whatever the name says.
        ("a.txt", b"<html><script>alert(1)</script>", None),
        ("a.csv", b"a,b\n<ScRiPt src=x>\n", None),
        ("a.txt", b"  \r\n<!DOCTYPE HTML><p>", None),
        ("a.txt", &wide_html, None),
        ("a.txt", b"#!/bin/sh\nrm -rf /\n", None),
        ("a.txt", b"<?php system($_GET['x']);", None),
        ("a.txt", b"MZ\x90\0\x03\0\0\0", None),
        ("a.txt", b"\x7fELF\x02\x01", None),
        ("a.docx", &macros, None),
        ("a.xlsx", &program, None),
        ("a.zip", &workbook, None),
        ("a.html", b"<html>", None),
        ("a.exe", b"MZ\x90\0", None),
        ("a.pdf.exe", PDF, None),
        ("a.js", b"alert(1)", None),
        ("a", PDF, None),
        ("pdf", PDF, None),
        // Two things at once are what they are at the first byte.
        ("a.png", &polyglot, None),
        ("a.pdf", &pdf_late, None),
        ("a.svg", b"GIF89a/*<svg onload=alert(1)>*/=1", None),
        ("a.svg", b"<!DOCTYPE svg [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><svg>&x;</svg>", None),
        ("a.svg", b"<!doctype html><svg></svg>", Some(Svg)),
        ("a.svg", b"<svgx>", None),
        ("a.svg", b"<!-- never closed", None),
    ] {
        assert_eq!(sniff(bytes, name), proved, "{name}: {:?}", String::from_utf8_lossy(&bytes[..bytes.len().min(40)]));
    }
    assert!(
        Pdf.agrees_with("application/pdf")
            && Csv.agrees_with("application/vnd.ms-excel")
            && Csv.agrees_with("text/plain")
    );
    assert!(
        !Png.agrees_with("image/jpeg") && !Text.agrees_with("text/html") && !Text.agrees_with("application/javascript")
    );
    for content in ContentType::ALL {
        assert_eq!(ContentType::from_mime(content.mime()), Some(content));
        assert!(content.endings().iter().all(|e| ContentType::from_ending(e) == Some(content)));
    }
}

/// No file of a few bytes, however it is cut, takes the reader down.
#[test]
fn cut_files_are_read_without_harm() {
    let whole = [
        zip(&[("[Content_Types].xml", b"<Types/>"), ("word/document.xml", b"x")]),
        zip(&[("mimetype", b"application/vnd.oasis.opendocument.text")]),
        SVG.to_vec(),
        png(3, 3),
    ];
    for bytes in whole {
        for end in 0..bytes.len() {
            for content in ContentType::ALL {
                let _ = sniff(&bytes[..end], &format!("a.{}", content.endings()[0]));
            }
            let _ = picture::dimensions(ContentType::Png, &bytes[..end]);
        }
    }
    assert!(picture::small_copy(ContentType::Png, &png(3, 3)[..40]).is_none());
}

#[test]
fn pictures_are_measured_before_they_are_decoded() {
    assert_eq!(picture::dimensions(ContentType::Png, &png(30, 20)), Some((30, 20)));
    assert_eq!(picture::dimensions(ContentType::Png, &boastful_png(30_000, 30_000)), Some((30_000, 30_000)));
    assert!(picture::small_copy(ContentType::Png, &boastful_png(30_000, 30_000)).is_none());
    for (width, height, small) in [(1000, 500, (256, 128)), (100, 600, (43, 256)), (20, 10, (20, 10))] {
        let copy = picture::small_copy(ContentType::Png, &png(width, height)).expect("a small copy");
        assert!(copy.starts_with(b"\xff\xd8\xff"));
        assert_eq!(picture::dimensions(ContentType::Jpeg, &copy), Some(small));
    }
}

#[test]
fn ranges_are_of_bytes_that_exist() {
    for (asked, part) in [
        ("bytes=0-3", Ok(Some(0..4))),
        ("bytes=4-", Ok(Some(4..10))),
        ("bytes=-3", Ok(Some(7..10))),
        ("bytes=-30", Ok(Some(0..10))),
        ("bytes=8-99", Ok(Some(8..10))),
        ("bytes=0-18446744073709551615", Ok(Some(0..10))),
        ("bytes=10-", Err(Unsatisfiable)),
        ("bytes=-0", Err(Unsatisfiable)),
        ("bytes=3-2", Ok(None)),
        ("bytes=0-1,4-5", Ok(None)),
        ("bytes=-", Ok(None)),
        ("lines=0-1", Ok(None)),
        ("bytes=x-y", Ok(None)),
    ] {
        assert_eq!(range(asked, 10), part, "{asked}");
    }
    assert_eq!(range("bytes=0-", 0), Err(Unsatisfiable));
}

#[test]
fn files_are_open_to_those_who_work_with_the_record() {
    crate::modules::install();
    let customer = record("customer");
    let rights = |base| Rights::new(base, door::records(), &[]);
    for (base, sees, attaches) in [
        ("owner", true, true),
        ("sales", true, true),
        ("auditor", true, false),
        // Customers see their own documents, but not what colleagues attach to them.
        ("portal", false, false),
        ("nothing", false, false),
    ] {
        let rights = rights(base);
        let may = (rights.sees_files(customer), rights.attaches(customer));
        assert_eq!(may, (sees, attaches), "{base}");
    }
    assert!(rights("portal").sees(customer));
}

#[test]
fn what_the_page_offers_is_what_may_be_attached() {
    let offered: Vec<&str> = crate::record::page::FILE_ENDINGS.split(',').map(|e| e.trim_start_matches('.')).collect();
    let known: Vec<&str> = ContentType::ALL.iter().flat_map(|c| c.endings().iter().copied()).collect();
    assert_eq!(offered, known);
    assert_eq!(content::HEAD, 64 * 1024);
}

// ------------------------------------------------------------------ as a browser does

fn form(files: &[(&str, &str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, kind, bytes) in files {
        let head = format!(
            "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: {kind}\r\n\r\n"
        );
        body.extend(head.as_bytes());
        body.extend(*bytes);
        body.extend(b"\r\n");
    }
    body.extend(b"--edge--\r\n");
    body
}

/// Sends a form and goes where it leads.
async fn attach(browser: &mut Browser, path: &str, files: &[(&str, &str, &[u8])]) -> Answer {
    let request = Request::post(format!("{path}/files"))
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=edge")
        .header("sec-fetch-site", "same-origin");
    let answer = browser.send(request, Body::from(form(files))).await;
    match &answer.location {
        Some(location) if answer.status == StatusCode::SEE_OTHER => {
            browser.get(location.split('#').next().unwrap_or_default()).await
        }
        _ => answer,
    }
}

async fn shelf_of(firm: &Firm, cx: &Cx) -> Option<FileShelf> {
    let mut tx = firm.db.begin(cx).await.expect("begin");
    let customer = door::reachable(&mut tx, record("customer"), firm.customer, door::Lock::No).await.expect("customer");
    files::list(&mut tx, &customer).await.expect("files are listed")
}

async fn items(firm: &Firm) -> Vec<FileItem> {
    shelf_of(firm, &firm.cx).await.expect("a shelf").items
}

fn text<'a>(answer: &'a Answer, name: &str) -> &'a str {
    answer.headers.get(name).and_then(|h| h.to_str().ok()).unwrap_or_default()
}

/// Rows of a company, whatever their state.
async fn rows(firm: &Firm) -> i64 {
    let mut tx = firm.tx().await;
    let tenant = tx.tenant();
    sqlx::query_scalar("select count(*) from attachment where tenant_id = $1")
        .bind(tenant)
        .fetch_one(tx.conn())
        .await
        .expect("rows")
}

#[tokio::test]
async fn a_file_is_attached_opened_and_removed_without_scripts() {
    let firm = Firm::new().await;
    let mut browser = Browser::of(&firm).await;
    let path = format!("/customers/{}", firm.customer);
    let picture = png(600, 400);
    let page = attach(
        &mut browser,
        &path,
        &[
            ("عقد التوريد.pdf", "application/pdf", PDF),
            ("", "application/octet-stream", b""),
            ("C:\\fakepath\\photo.png", "image/png", &picture),
        ],
    )
    .await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    assert!(page.body.contains("عقد التوريد.pdf") && page.body.contains("photo.png"), "{}", page.body);
    let items = items(&firm).await;
    assert_eq!(items.iter().map(|i| i.size).collect::<Vec<_>>(), [PDF.len() as i64, picture.len() as i64]);
    assert_eq!((items[0].thumbnail.is_some(), items[1].thumbnail.is_some()), (false, true));

    let opened = browser.get(&format!("/files/{}", items[0].id)).await;
    assert_eq!(opened.status, StatusCode::SEE_OTHER);
    let address = opened.location.expect("an address");
    // Whoever has the address needs no session, and gets none.
    let mut stranger = Browser::new().await;
    let file = stranger.get(&address).await;
    assert_eq!((file.status, file.body.as_bytes()), (StatusCode::OK, PDF));
    for (name, value) in [
        ("content-type", "application/pdf"),
        ("content-length", &PDF.len().to_string()),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "sandbox; default-src 'none'"),
        ("cache-control", "private, max-age=600"),
        ("accept-ranges", "bytes"),
        ("set-cookie", ""),
    ] {
        assert_eq!(text(&file, name), value, "{name}");
    }
    assert!(
        text(&file, "content-disposition").starts_with("inline; filename=\"___ _______.pdf\"; filename*=UTF-8''%D8%B9")
    );

    let small = stranger.get(items[1].thumbnail.as_deref().unwrap_or_default()).await;
    assert_eq!((small.status, text(&small, "content-type")), (StatusCode::OK, "image/jpeg"));

    let removed = browser.post(&format!("/files/{}/remove", items[0].id), &[]).await;
    assert_eq!(removed.location, Some(format!("{path}?done=detached#files")));
    assert_eq!(self::items(&firm).await.len(), 1);
    assert_eq!(stranger.get(&address).await.status, StatusCode::NOT_FOUND, "its object is gone");
    assert_eq!(rows(&firm).await, 1, "and so is its row");
    assert_eq!(browser.get(&format!("/files/{}", items[0].id)).await.status, StatusCode::NOT_FOUND);

    let mut tx = firm.tx().await;
    let acts: Vec<(String, serde_json::Value)> = sqlx::query_as(
        "select action, changes from audit where tenant_id = $1 and record = 'customer' and record_id = $2 order by id",
    )
    .bind(firm.cx.tenant)
    .bind(firm.customer)
    .fetch_all(tx.conn())
    .await
    .expect("audit");
    let names: Vec<&str> = acts.iter().map(|(action, _)| action.as_str()).collect();
    assert_eq!(names, ["create", "attach", "attach", "open_file", "detach"]);
    assert_eq!(acts[1].1["file"][1], "عقد التوريد.pdf");
    assert_eq!(acts[1].1["file.sha256"][1], sum(PDF));
}

#[tokio::test]
async fn f56_what_is_not_what_it_says_stays_out() {
    let firm = Firm::new().await;
    let mut browser = Browser::of(&firm).await;
    let path = format!("/customers/{}", firm.customer);
    let i18n = firm.cx.i18n;
    let huge = boastful_png(30_000, 30_000);
    let cases: [(&str, &str, &[u8], &str); 7] = [
        ("a.png", "image/png", b"<html><script>alert(1)</script>", "refuse-file-type"),
        ("a.txt", "text/html", b"hello", "refuse-file-type"),
        ("a.png", "image/png", b"\x89PNG\r\n\x1a\nbut nothing more", "refuse-file-type"),
        ("run.exe", "application/x-msdownload", b"MZ\x90\0", "refuse-file-type"),
        ("huge.png", "image/png", &huge, "refuse-file-pixels"),
        ("empty.pdf", "application/pdf", b"", "refuse-file-empty"),
        ("..", "application/pdf", PDF, "refuse-file-type"),
    ];
    for (name, kind, bytes, id) in cases {
        let page = attach(&mut browser, &path, &[(name, kind, bytes), ("good.pdf", "application/pdf", PDF)]).await;
        let mut args = fluent_bundle::FluentArgs::new();
        args.set("name", clean_name(name));
        args.set("most", if id == "refuse-file-pixels" { 40 } else { 25 });
        assert!(
            page.text().replace("&amp;", "&").contains(&plain(&i18n.format(id, Some(&args)))),
            "{name}: {}",
            page.text()
        );
    }
    // The good ones beside them came in.
    assert_eq!(items(&firm).await.len(), 7);
    assert_eq!(rows(&firm).await, 7);

    let page = attach(&mut browser, &path, &[("logo.svg", "image/svg+xml", SVG)]).await;
    assert!(page.body.contains("logo.svg"));
    let id = items(&firm).await[7].id;
    let address = browser.get(&format!("/files/{id}")).await.location.expect("an address");
    let svg = browser.get(&address).await;
    assert_eq!(svg.body.as_bytes(), SVG);
    assert!(text(&svg, "content-disposition").starts_with("attachment; "));
    assert_eq!(text(&svg, "content-security-policy"), "sandbox; default-src 'none'");
    // The name in an address is not sealed, and makes nothing else of the file.
    for other in ["logo.html", "logo.pdf", "logo"] {
        let base = address.rsplit_once('/').expect("a path").0;
        assert_eq!(browser.get(&format!("{base}/{other}")).await.status, StatusCode::NOT_FOUND, "{other}");
    }
    let none = attach(&mut browser, &path, &[("", "application/octet-stream", b"")]).await;
    assert!(none.text().contains(&i18n.format("refuse-file-none", None)));
}

fn plain(text: &str) -> String {
    text.chars().filter(|c| !('\u{2066}'..='\u{2069}').contains(c)).collect()
}

#[tokio::test]
async fn nobody_puts_words_into_diwans_mouth() {
    let firm = Firm::new().await;
    let mut browser = Browser::of(&firm).await;
    let forged = STANDARD.encode("[{\"id\":\"diwan\"}]");
    let page = browser.get(&format!("/customers/{}?said={forged}.AAAA", firm.customer)).await;
    assert_eq!(page.status, StatusCode::OK);
    let other = seal::seal("file", "[{\"id\":\"diwan\"}]");
    assert!(files::http::said_in(&other).is_empty(), "a seal of another context");
}

#[tokio::test]
async fn a_company_has_room_for_so_much() {
    let firm = Firm::new().await;
    let web = support::web_with(Store::in_memory().with_quota(2 * PDF.len() as u64 + 10)).await;
    let mut browser = Browser::over(web, &firm.email).await;
    let path = format!("/customers/{}", firm.customer);
    for name in ["one.pdf", "two.pdf"] {
        attach(&mut browser, &path, &[(name, "application/pdf", PDF)]).await;
    }
    assert_eq!(items(&firm).await.len(), 2);
    let page = attach(&mut browser, &path, &[("three.pdf", "application/pdf", PDF)]).await;
    assert!(page.text().contains("three.pdf") && page.text().contains("remove other files first"), "{}", page.text());
    assert_eq!((items(&firm).await.len(), rows(&firm).await), (2, 2));
    // An upload in parts reserves its room before it begins.
    let answer = create(&mut browser, &firm, "four.pdf", PDF.len(), None).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let id = items(&firm).await[0].id;
    browser.post(&format!("/files/{id}/remove"), &[]).await;
    attach(&mut browser, &path, &[("three.pdf", "application/pdf", PDF)]).await;
    assert_eq!(items(&firm).await.len(), 2);
}

/// Many at once do not take the room of one.
#[tokio::test]
async fn room_is_not_taken_twice() {
    let firm = Firm::new().await;
    let store = Store::in_memory().with_quota(3 * PDF.len() as u64);
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..8 {
        let (db, cx, store, customer) = (firm.db.clone(), firm.cx.clone(), store.clone(), firm.customer);
        tasks.spawn(async move {
            let new = NewFile::new(record("customer"), customer, &format!("{n}.pdf"));
            files::attach(&db, &cx, &store, &new, stream(&[PDF])).await
        });
    }
    let done: Vec<_> = tasks.join_all().await;
    assert_eq!(done.iter().filter(|outcome| outcome.is_ok()).count(), 3, "{done:?}");
    assert_eq!((items(&firm).await.len(), rows(&firm).await), (3, 3));
}

/// Nor do two that do not see each other yet.
#[tokio::test]
async fn room_is_reserved_one_after_the_other() {
    let firm = Firm::new().await;
    let store = Store::in_memory().with_quota(100);
    let upload = |name: &str| NewFile { size: Some(60), ..NewFile::new(record("customer"), firm.customer, name) };
    let mut first = firm.tx().await;
    files::begin_upload(&mut first, &store, &upload("one.pdf")).await.expect("there is room");
    let (db, cx, late, other) = (firm.db.clone(), firm.cx.clone(), upload("two.pdf"), store.clone());
    let second = tokio::spawn(async move {
        let mut tx = db.begin(&cx).await?;
        files::begin_upload(&mut tx, &other, &late).await
    });
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert!(!second.is_finished(), "it waits for the one before it");
    first.commit().await.expect("commit");
    assert_eq!(support::refusals(second.await.expect("an answer")), ["refuse-file-room"]);
}

fn stream(parts: &[&[u8]]) -> futures_util::stream::BoxStream<'static, Outcome<Bytes>> {
    let parts: Vec<Outcome<Bytes>> = parts.iter().map(|part| Ok(Bytes::copy_from_slice(part))).collect();
    futures_util::stream::iter(parts).boxed()
}

/// An answer without what is new in each: nonces, references, ids.
fn essence(answer: &Answer) -> String {
    let text = answer.text();
    text.split_whitespace().filter(|word| word.len() < 30).collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn f38_files_of_another_company_look_like_random_ones() {
    let (a, b) = (Firm::new().await, Firm::new().await);
    let theirs = format!("/customers/{}", b.customer);
    attach(&mut Browser::of(&b).await, &theirs, &[("SECRET.pdf", "application/pdf", PDF)]).await;
    let secret = items(&b).await[0].id;
    let upload = begun(&b, 10).await;
    let mut browser = Browser::of(&a).await;
    let random = Uuid::now_v7();
    for (real, fake) in [
        (format!("/files/{secret}"), format!("/files/{random}")),
        (format!("/files/uploads/{upload}"), format!("/files/uploads/{random}")),
        (format!("/files/uploads/{secret}"), format!("/files/uploads/{random}")),
    ] {
        let (real, fake) = (browser.get(&real).await, browser.get(&fake).await);
        assert_eq!((real.status, essence(&real)), (StatusCode::NOT_FOUND, essence(&fake)));
    }
    for id in [secret, random] {
        let answer = browser.post(&format!("/files/{id}/remove"), &[]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
    }
    for id in [upload, random] {
        let answer = patch(&mut browser, id, 0, b"0123456789").await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        let answer = browser.send(mine(Request::delete(format!("/files/uploads/{id}"))), Body::empty()).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
    }
    for customer in [b.customer, random] {
        let page = attach(&mut browser, &format!("/customers/{customer}"), &[("a.pdf", "application/pdf", PDF)]).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND);
        let metadata = metadata("customer", customer, "a.pdf", None);
        let request =
            mine(Request::post("/files/uploads")).header("upload-length", "9").header("upload-metadata", metadata);
        assert_eq!(browser.send(request, Body::empty()).await.status, StatusCode::NOT_FOUND);
    }
    assert_eq!(items(&b).await.len(), 1);
    assert_eq!(rows(&a).await, 0);
    // Signed out, there is nothing but the door.
    let mut nobody = Browser::new().await;
    assert!(nobody.get(&format!("/files/{secret}")).await.location.is_some_and(|l| l.starts_with("/sign-in")));
    assert_eq!(nobody.get(&format!("/files/uploads/{upload}")).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn colleagues_do_what_their_roles_allow() {
    let firm = Firm::new().await;
    let (auditor, seller) = (firm.colleague("auditor").await, firm.colleague("sales").await);
    let new = NewFile::new(record("customer"), firm.customer, "a.pdf");
    let refused = files::attach(&firm.db, &auditor, &FILES, &new, stream(&[PDF])).await;
    assert!(matches!(refused, Err(Error::Denied)));
    let id = files::attach(&firm.db, &seller, &FILES, &new, stream(&[PDF])).await.expect("attached");
    let shelf = shelf_of(&firm, &auditor).await.expect("a shelf");
    assert_eq!((shelf.items.len(), shelf.can_attach, shelf.items[0].removable), (1, false, false));
    assert_eq!(shelf.items[0].by, "Colleague");
    let mut tx = firm.db.begin(&auditor).await.expect("begin");
    assert!(files::open(&mut tx, id).await.is_ok());
    assert!(matches!(files::remove(&mut tx, id).await, Err(Error::Denied)));
    drop(tx);
    // An upload belongs to whoever began it.
    let upload = begun(&firm, 10).await;
    let other = files::append(&firm.db, &seller, &FILES, upload, 0, Bytes::from_static(b"0123456789")).await;
    assert!(matches!(other, Err(Error::NotFound)));
}

// ------------------------------------------------------------------ links

#[tokio::test]
async fn links_open_one_file_for_ten_minutes() {
    let firm = Firm::new().await;
    let mut browser = Browser::of(&firm).await;
    attach(&mut browser, &format!("/customers/{}", firm.customer), &[("a.pdf", "application/pdf", PDF)]).await;
    let id = items(&firm).await[0].id;
    let now = jiff::Timestamp::now().as_second();
    let sealed = |until: i64| seal::seal("file", &format!("{}/{id}/{until}/pdf", firm.cx.tenant));
    let good = sealed(now + 60);
    assert_eq!(browser.get(&format!("/f/{good}/a.pdf")).await.status, StatusCode::OK);
    let expired = sealed(now - 1);
    browser.language = "ar";
    let answer = browser.get(&format!("/f/{expired}/a.pdf")).await;
    let arabic = crate::i18n::I18n::new(crate::i18n::Locale::Ar, crate::i18n::Digits::Western);
    assert_eq!((answer.status, answer.body), (StatusCode::GONE, arabic.format("error-link-expired", None)));
    assert_eq!(Link::follow(&expired), Err(Shut::Expired));
    let thumb = seal::seal("thumb", &format!("{}/{id}/{}/pdf", firm.cx.tenant, now + 60));
    let cases = [
        (
            "another signature",
            format!("{}.{}", good.split('.').next().unwrap_or_default(), thumb.split('.').nth(1).unwrap_or_default()),
        ),
        ("a seal of a place in a list", seal::seal("place", "x")),
        ("nothing", "x".to_owned()),
        ("too little", seal::seal("file", &format!("{id}/{}", now + 60))),
        ("no type", seal::seal("file", &format!("{}/{id}/{}/exe", firm.cx.tenant, now + 60))),
    ];
    for (what, sealed) in cases {
        assert_eq!(browser.get(&format!("/f/{sealed}/a.pdf")).await.status, StatusCode::NOT_FOUND, "{what}");
    }
    // A PDF has no thumbnail.
    assert_eq!(browser.get(&format!("/f/{thumb}/thumb")).await.status, StatusCode::NOT_FOUND);

    let get = |name: &str, value: &str| Request::get(format!("/f/{good}/a.pdf")).header(name, value);
    let part = browser.send(get("range", "bytes=5-7"), Body::empty()).await;
    assert_eq!((part.status, part.body.as_str()), (StatusCode::PARTIAL_CONTENT, "1.4"));
    assert_eq!(text(&part, "content-range"), format!("bytes 5-7/{}", PDF.len()));
    let none = browser.send(get("range", "bytes=9999-"), Body::empty()).await;
    assert_eq!(
        (none.status, text(&none, "content-range")),
        (StatusCode::RANGE_NOT_SATISFIABLE, format!("bytes */{}", PDF.len()).as_str())
    );
    let stale = browser.send(get("range", "bytes=5-7").header("if-range", "\"other\""), Body::empty()).await;
    assert_eq!((stale.status, stale.body.as_bytes()), (StatusCode::OK, PDF));
    let tag = text(&stale, "etag").to_owned();
    let same = browser.send(get("if-none-match", &tag), Body::empty()).await;
    assert_eq!((same.status, same.body.as_str()), (StatusCode::NOT_MODIFIED, ""));
    let head =
        browser.send(Request::builder().method(Method::HEAD).uri(format!("/f/{good}/a.pdf")), Body::empty()).await;
    assert_eq!((head.status, text(&head, "content-length")), (StatusCode::OK, PDF.len().to_string().as_str()));
}

// ------------------------------------------------------------------ uploads in parts

fn mine(request: axum::http::request::Builder) -> axum::http::request::Builder {
    request.header("sec-fetch-site", "same-origin").header("tus-resumable", "1.0.0")
}

fn metadata(record: &str, id: Uuid, name: &str, sha256: Option<&str>) -> String {
    let mut pairs = vec![("record", record.to_owned()), ("id", id.to_string()), ("filename", name.to_owned())];
    pairs.extend(sha256.map(|sum| ("sha256", sum.to_owned())));
    pairs.iter().map(|(name, value)| format!("{name} {}", STANDARD.encode(value))).collect::<Vec<_>>().join(",")
}

async fn create(browser: &mut Browser, firm: &Firm, name: &str, size: usize, sha256: Option<&str>) -> Answer {
    let request = mine(Request::post("/files/uploads"))
        .header("upload-length", size.to_string())
        .header("upload-metadata", metadata("customer", firm.customer, name, sha256));
    browser.send(request, Body::empty()).await
}

async fn patch(browser: &mut Browser, id: Uuid, offset: usize, bytes: &[u8]) -> Answer {
    let request = mine(Request::patch(format!("/files/uploads/{id}")))
        .header(header::CONTENT_TYPE, "application/offset+octet-stream")
        .header("upload-offset", offset.to_string());
    browser.send(request, Body::from(bytes.to_vec())).await
}

/// An upload of so many bytes that the owner has begun.
async fn begun(firm: &Firm, size: u64) -> Uuid {
    let mut tx = firm.tx().await;
    let new = NewFile { size: Some(size), ..NewFile::new(record("customer"), firm.customer, "begun.txt") };
    let id = files::begin_upload(&mut tx, &FILES, &new).await.expect("begun").id;
    tx.commit().await.expect("commit");
    id
}

fn id_of(answer: &Answer) -> Uuid {
    let location = answer.location.as_deref().and_then(|l| l.strip_prefix("/files/uploads/"));
    location.and_then(|id| id.parse().ok()).unwrap_or_else(|| panic!("{}: {}", answer.status, answer.body))
}

#[tokio::test]
async fn f37_an_upload_goes_on_where_it_stopped() {
    let firm = Firm::new().await;
    let mut browser = Browser::of(&firm).await;
    let bytes: Vec<u8> = PDF.iter().copied().cycle().take(9_000_000).collect();
    let sum = sum(&bytes);
    let created = create(&mut browser, &firm, "large.pdf", bytes.len(), Some(&sum)).await;
    assert_eq!(created.status, StatusCode::CREATED, "{}", created.body);
    let id = id_of(&created);
    let four = 4 * 1024 * 1024;
    let first = patch(&mut browser, id, 0, &bytes[..four]).await;
    assert_eq!((first.status, text(&first, "upload-offset")), (StatusCode::NO_CONTENT, four.to_string().as_str()));
    assert_eq!(text(&first, "tus-resumable"), "1.0.0");
    // The answer was lost: the same part once more, and one from the middle of nowhere.
    for offset in [0, 17] {
        let wrong = patch(&mut browser, id, offset, &bytes[..four]).await;
        assert_eq!((wrong.status, text(&wrong, "upload-offset")), (StatusCode::CONFLICT, four.to_string().as_str()));
    }
    // The browser was closed: beginning again is going on.
    let again = create(&mut browser, &firm, "large.pdf", bytes.len(), Some(&sum)).await;
    assert_eq!((id_of(&again), text(&again, "upload-offset")), (id, four.to_string().as_str()));
    let head = browser
        .send(mine(Request::builder().method(Method::HEAD).uri(format!("/files/uploads/{id}"))), Body::empty())
        .await;
    assert_eq!((text(&head, "upload-offset"), text(&head, "upload-length")), (four.to_string().as_str(), "9000000"));
    assert_eq!(text(&head, "cache-control"), "no-store");
    assert!(items(&firm).await.is_empty(), "nobody sees half a file");
    for (offset, end) in [(four, 2 * four), (2 * four, bytes.len())] {
        let answer = patch(&mut browser, id, offset, &bytes[offset..end]).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT, "{}", answer.body);
    }
    let done = browser.get(&format!("/files/uploads/{id}")).await;
    let progress: serde_json::Value = serde_json::from_str(&done.body).expect("JSON");
    assert_eq!((&progress["offset"], &progress["file"]["name"]), (&9_000_000.into(), &"large.pdf".into()));
    let address = browser.get(&format!("/files/{id}")).await.location.expect("an address");
    assert_eq!(self::sum(browser.get(&address).await.body.as_bytes()), sum);
    assert_eq!(FILES.get(&format!("files/{}/{id}", firm.cx.tenant)).await.expect("the object").len(), bytes.len());
    let late = patch(&mut browser, id, 0, b"x").await;
    assert_eq!(late.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn f37_bytes_that_are_not_those_that_were_promised_are_not_kept() {
    let firm = Firm::new().await;
    let mut browser = Browser::of(&firm).await;
    let promised = sum(PDF);
    let id = id_of(&create(&mut browser, &firm, "a.pdf", PDF.len(), Some(&promised)).await);
    let mut other = PDF.to_vec();
    other[20] ^= 1;
    let answer = patch(&mut browser, id, 0, &other).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains("did not arrive as it was sent"), "{}", answer.body);
    assert_eq!((items(&firm).await.len(), rows(&firm).await), (0, 0));
    assert!(matches!(FILES.get(&format!("files/{}/{id}", firm.cx.tenant)).await, Err(Error::NotFound)));
    assert_eq!(browser.get(&format!("/files/uploads/{id}")).await.status, StatusCode::NOT_FOUND);
    // Nor what is not what its name says.
    let id = id_of(&create(&mut browser, &firm, "a.png", PDF.len(), None).await);
    assert_eq!(patch(&mut browser, id, 0, PDF).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(rows(&firm).await, 0);
}

#[tokio::test]
async fn uploads_keep_to_the_protocol() {
    let firm = Firm::new().await;
    let mut browser = Browser::of(&firm).await;
    let options = Request::builder().method(Method::OPTIONS).uri("/files/uploads");
    let answer = browser.send(options, Body::empty()).await;
    assert_eq!((text(&answer, "tus-version"), text(&answer, "tus-extension")), ("1.0.0", "creation,termination"));
    assert_eq!(text(&answer, "tus-max-size"), (25 * 1024 * 1024).to_string());
    let large = create(&mut browser, &firm, "a.pdf", 25 * 1024 * 1024 + 1, None).await;
    assert_eq!(large.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(create(&mut browser, &firm, "a.pdf", 0, None).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(create(&mut browser, &firm, "a.pdf", 9, Some("xyz")).await.status, StatusCode::BAD_REQUEST);
    let id = id_of(&create(&mut browser, &firm, "a.pdf", PDF.len(), None).await);
    let uri = format!("/files/uploads/{id}");
    let plain = mine(Request::patch(&uri)).header("upload-offset", "0").header(header::CONTENT_TYPE, "text/plain");
    assert_eq!(browser.send(plain, Body::from("x")).await.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let old = Request::patch(&uri).header("sec-fetch-site", "same-origin").header("tus-resumable", "0.2.2");
    assert_eq!(browser.send(old, Body::from("x")).await.status, StatusCode::PRECONDITION_FAILED);
    let foreign = Request::patch(&uri).header("sec-fetch-site", "cross-site").header("upload-offset", "0");
    assert_eq!(browser.send(foreign, Body::from("x")).await.status, StatusCode::FORBIDDEN);
    let lost = mine(Request::patch(&uri)).header(header::CONTENT_TYPE, "application/offset+octet-stream");
    assert_eq!(browser.send(lost, Body::from("x")).await.status, StatusCode::BAD_REQUEST);
    let more = patch(&mut browser, id, 0, &[PDF, b"more"].concat()).await;
    assert_eq!(more.status, StatusCode::BAD_REQUEST);
    let long = patch(&mut browser, id, 0, &vec![b' '; 4 * 1024 * 1024 + 1]).await;
    assert_eq!(long.status, StatusCode::PAYLOAD_TOO_LARGE);
    let gone = browser.send(mine(Request::delete(&uri)), Body::empty()).await;
    assert_eq!((gone.status, rows(&firm).await), (StatusCode::NO_CONTENT, 0));
    assert_eq!(patch(&mut browser, id, 0, PDF).await.status, StatusCode::NOT_FOUND);
}

/// Two requests with the same part: one is taken, the bytes are there once.
#[tokio::test]
async fn f37_parts_that_race_are_taken_once() {
    let firm = Firm::new().await;
    let id = begun(&firm, 20).await;
    let mut tasks = tokio::task::JoinSet::new();
    for letter in [b'a', b'b', b'c', b'd'] {
        let (db, cx) = (firm.db.clone(), firm.cx.clone());
        tasks.spawn(async move {
            let step = files::append(&db, &cx, &FILES, id, 0, Bytes::from(vec![letter; 10])).await.expect("a step");
            matches!(step, Step::Taken(_)).then_some(letter)
        });
    }
    let taken: Vec<u8> = tasks.join_all().await.into_iter().flatten().collect();
    assert_eq!(taken.len(), 1);
    let step =
        files::append(&firm.db, &firm.cx, &FILES, id, 10, Bytes::from_static(b"0123456789")).await.expect("a step");
    assert!(matches!(step, Step::Taken(progress) if progress.file.is_some()));
    let kept = FILES.get(&format!("files/{}/{id}", firm.cx.tenant)).await.expect("the object");
    assert_eq!(kept, [vec![taken[0]; 10], b"0123456789".to_vec()].concat());
}

// ------------------------------------------------------------------ when something breaks

#[tokio::test]
async fn f64_a_store_that_is_down_leaves_no_file_without_its_bytes() {
    let firm = Firm::new().await;
    let nowhere = Store::in_s3(&S3 {
        endpoint: Some("http://127.0.0.1:9".to_owned()),
        bucket: "diwan".to_owned(),
        access_key_id: "x".to_owned(),
        secret_access_key: "x".to_owned(),
        region: "us-east-1".to_owned(),
    })
    .expect("a store");
    let new = NewFile::new(record("customer"), firm.customer, "a.pdf");
    let failed = files::attach(&firm.db, &firm.cx, &nowhere, &new, stream(&[PDF])).await;
    assert!(matches!(failed, Err(Error::Other(_))), "{failed:?}");
    assert!(items(&firm).await.is_empty());
    // The row that is gone waits for a store that answers.
    assert_eq!(rows(&firm).await, 1);
    assert_eq!(files::sweep(&firm.db, &firm.cx, &FILES).await.expect("swept"), 1);
    assert_eq!(rows(&firm).await, 0);
}

#[tokio::test]
async fn f37_a_form_that_breaks_off_leaves_nothing() {
    let firm = Firm::new().await;
    let new = NewFile::new(record("customer"), firm.customer, "a.pdf");
    let broken = vec![Ok(Bytes::from_static(PDF)), Err(Error::BadRequest("form"))];
    let failed = files::attach(&firm.db, &firm.cx, &FILES, &new, futures_util::stream::iter(broken).boxed()).await;
    assert!(matches!(failed, Err(Error::BadRequest(_))));
    let part = vec![b'%'; 1024 * 1024];
    let endless = futures_util::stream::repeat_with(move || Ok(Bytes::from([&b"%PDF-"[..], &part].concat()))).boxed();
    let failed = files::attach(&firm.db, &firm.cx, &FILES, &new, endless).await;
    assert_eq!(support::refusals(failed), ["refuse-file-large"]);
    let mut browser = Browser::of(&firm).await;
    let mut body = form(&[("a.pdf", "application/pdf", PDF)]);
    body.truncate(body.len() - 30);
    let request = Request::post(format!("/customers/{}/files", firm.customer))
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=edge")
        .header("sec-fetch-site", "same-origin");
    assert_eq!(browser.send(request, Body::from(body)).await.status, StatusCode::SEE_OTHER);
    assert_eq!((items(&firm).await.len(), rows(&firm).await), (0, 0));
}

#[tokio::test]
async fn what_nobody_finished_is_swept_after_a_day() {
    let firm = Firm::new().await;
    let store = Store::in_memory();
    let (old, young) = (begun(&firm, 10).await, begun(&firm, 10).await);
    for id in [old, young] {
        let step =
            files::append(&firm.db, &firm.cx, &store, id, 0, Bytes::from_static(b"01234")).await.expect("a step");
        assert!(matches!(step, Step::Taken(_)));
    }
    let mut admin = PgConnection::connect(&support::admin_url().await).await.expect("admin");
    sqlx::query("update attachment set at = at - interval '25 hours' where id = $1")
        .bind(old)
        .execute(&mut admin)
        .await
        .expect("a day passes");
    assert_eq!(files::sweep(&firm.db, &firm.cx, &store).await.expect("swept"), 1);
    assert_eq!(rows(&firm).await, 1);
    let mut tx = firm.tx().await;
    assert!(matches!(files::progress(&mut tx, old).await, Err(Error::NotFound)));
    assert_eq!(files::progress(&mut tx, young).await.expect("still there").offset, 5);
    // Parts without a row are as old as they look.
    assert_eq!(files::sweep_parts(&store).await.expect("swept"), 0);
    assert_eq!(store.sweep("parts", std::time::Duration::ZERO).await.expect("swept"), 1);
}

#[tokio::test]
async fn files_go_with_their_record() {
    let firm = Firm::new().await;
    let mut tx = firm.tx().await;
    let mut spare = door::fresh(&mut tx, record("customer")).await.expect("fresh");
    spare = spare.with("code", "C2").with("name", crate::record::Names::new("Spare", "")).with("language", "en");
    door::insert(&mut tx, &mut spare).await.expect("a customer");
    tx.commit().await.expect("commit");
    let new = NewFile::new(record("customer"), spare.id, "a.pdf");
    let id = files::attach(&firm.db, &firm.cx, &FILES, &new, stream(&[PDF])).await.expect("attached");
    let mut tx = firm.tx().await;
    door::delete(&mut tx, spare.record, spare.id, 1).await.expect("deleted");
    assert!(matches!(files::open(&mut tx, id).await, Err(Error::NotFound)));
    tx.commit().await.expect("commit");
    assert_eq!(files::clear(&firm.db, &firm.cx, &FILES).await.expect("cleared"), 1);
    assert!(matches!(FILES.get(&format!("files/{}/{id}", firm.cx.tenant)).await, Err(Error::NotFound)));
}

#[tokio::test]
async fn a_scanner_lets_pass_or_not() {
    use std::os::unix::fs::PermissionsExt as _;
    let firm = Firm::new().await;
    let folder = std::env::temp_dir().join(format!("diwan-scan-{}", Uuid::now_v7()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let program = folder.join("scan");
    std::fs::write(&program, "#!/bin/sh\nif grep -q EICAR; then exit 1; fi\n").expect("a program");
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).expect("it runs");
    let store = Store::in_memory().with_scanner(program);
    let new = NewFile::new(record("customer"), firm.customer, "a.txt");
    files::attach(&firm.db, &firm.cx, &store, &new, stream(&[b"hello"])).await.expect("clean");
    let infected = files::attach(&firm.db, &firm.cx, &store, &new, stream(&[b"EICAR"])).await;
    assert_eq!(support::refusals(infected), ["refuse-file-infected"]);
    let broken = Store::in_memory().with_scanner(folder.join("missing"));
    let failed = files::attach(&firm.db, &firm.cx, &broken, &new, stream(&[b"hello"])).await;
    assert!(matches!(failed, Err(Error::Other(_))), "a scanner that is not there lets nothing pass");
    assert_eq!(items(&firm).await.len(), 1);
    std::fs::remove_dir_all(folder).expect("tidy");
}

// ------------------------------------------------------------------ stores

/// What every store must do.
async fn keeps_files(store: Store) {
    store.answers().await.expect("it answers");
    let firm = Firm::new().await;
    let mut browser = Browser::over(support::web_with(store.clone()).await, &firm.email).await;
    let path = format!("/customers/{}", firm.customer);
    let large: Vec<u8> = PDF.iter().copied().cycle().take(12_000_000).collect();
    let page = attach(
        &mut browser,
        &path,
        &[("large.pdf", "application/pdf", &large), ("p.png", "image/png", &png(300, 300))],
    )
    .await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    let in_parts: Vec<u8> = b"a,b\n".iter().copied().cycle().take(10_000_000).collect();
    let id = id_of(&create(&mut browser, &firm, "parts.csv", in_parts.len(), Some(&sum(&in_parts))).await);
    for (n, part) in in_parts.chunks(4_000_000).enumerate() {
        let answer = patch(&mut browser, id, n * 4_000_000, part).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT, "{}", answer.body);
    }
    let items = items(&firm).await;
    assert_eq!(items.iter().map(|i| i.size).collect::<Vec<_>>()[..1], [12_000_000]);
    assert_eq!((items.len(), items[2].size), (3, 10_000_000));
    for (item, bytes) in [(&items[0], &large), (&items[2], &in_parts)] {
        let address = browser.get(&format!("/files/{}", item.id)).await.location.expect("an address");
        assert_eq!(sum(browser.get(&address).await.body.as_bytes()), sum(bytes), "{}", item.name);
        let part = browser.send(Request::get(&address).header("range", "bytes=5242870-5242889"), Body::empty()).await;
        assert_eq!((part.status, part.body.as_bytes()), (StatusCode::PARTIAL_CONTENT, &bytes[5_242_870..5_242_890]));
    }
    let small = browser.get(items[1].thumbnail.as_deref().unwrap_or_default()).await;
    assert_eq!(small.status, StatusCode::OK);
    let refused = attach(&mut browser, &path, &[("big.png", "image/png", &boastful_png(30_000, 30_000))]).await;
    assert_eq!(refused.status, StatusCode::OK);
    for item in &items {
        browser.post(&format!("/files/{}/remove", item.id), &[]).await;
    }
    assert_eq!(rows(&firm).await, 0);
    for left in [format!("files/{}", firm.cx.tenant), format!("parts/{}", firm.cx.tenant)] {
        assert_eq!(
            store.sweep(&left, std::time::Duration::ZERO).await.expect("a list"),
            0,
            "objects are left at {left}"
        );
    }
}

#[tokio::test]
async fn a_folder_keeps_files() {
    let folder = std::env::temp_dir().join(format!("diwan-files-{}", Uuid::now_v7()));
    keeps_files(Store::in_folder(&folder).expect("a folder")).await;
    std::fs::remove_dir_all(folder).expect("tidy");
}

/// `deploy/test` starts a server of S3 and sets where it is.
#[tokio::test]
async fn s3_keeps_files() {
    let s3 = S3::from_environment()
        .expect("S3_…")
        .expect("S3_BUCKET is not set: `deploy/s3 cargo test …` brings a server of S3");
    keeps_files(Store::in_s3(&s3).expect("a store")).await;
}
