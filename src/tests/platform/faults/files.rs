//! Files that break off, point elsewhere or hold too much.

use super::*;

async fn batches(firm: &Firm) -> i64 {
    sqlx::query_scalar("select count(*) from import_batch where tenant_id = $1")
        .bind(firm.cx.tenant)
        .fetch_one(firm.tx().await.conn())
        .await
        .expect("batches are counted")
}

/// A file of which only a part came is no file.
#[tokio::test]
async fn f37_an_import_that_breaks_off_on_its_way_leaves_nothing() {
    let firm = Firm::new().await;
    let objects = format!("imports/{}", firm.cx.tenant);
    // More than the store takes in one piece, so that something of it has arrived.
    let part = Bytes::from("K0001,Customer,en\n".repeat(60_000));
    let mut parts: Vec<Outcome<Bytes>> = (0..7).map(|_| Ok(part.clone())).collect();
    parts.push(Err(Error::BadRequest("form")));
    let outcome =
        batch::receive(&firm.db, &firm.cx, &FILES, record("customer"), false, "a.csv", stream::iter(parts).boxed())
            .await;
    assert!(matches!(outcome, Err(Error::BadRequest(_))), "{outcome:?}");
    assert_eq!((batches(&firm).await, FILES.sweep(&objects, Duration::ZERO).await.expect("swept")), (0, 0));
    // The same on the web: a wire that is cut, and a form that ends before its end.
    let mut browser = Browser::of(&firm).await;
    let head = "--edge\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\ncode,name\nA,";
    let request = || {
        Request::post("/customers/import")
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=edge")
            .header("sec-fetch-site", "same-origin")
    };
    let wire: Vec<std::io::Result<Bytes>> =
        vec![Ok(Bytes::from_static(head.as_bytes())), Err(std::io::Error::other("the wire is cut"))];
    for body in [Body::from_stream(stream::iter(wire)), Body::from(head)] {
        let answer = browser.send(request().header(header::CONTENT_LENGTH, "1000000"), body).await;
        assert!(answer.status.is_client_error(), "{}: {}", answer.status, answer.text());
        assert_eq!((batches(&firm).await, FILES.sweep(&objects, Duration::ZERO).await.expect("swept")), (0, 0));
    }
}

/// Where the program itself ends while a file arrives, nobody tidies up until a day has passed.
#[tokio::test]
async fn f37_a_file_that_never_arrived_is_swept_after_a_day() {
    let firm = Firm::new().await;
    let id = Uuid::now_v7();
    let key = format!("imports/{}/{id}", firm.cx.tenant);
    FILES.put(&key, Bytes::from_static(b"code,na")).await.expect("half a file");
    let mut tx = firm.tx().await;
    sqlx::query("insert into import_batch (id, record, name, storage) values ($1, 'customer', 'half.csv', $2)")
        .bind(id)
        .bind(&key)
        .execute(tx.conn())
        .await
        .expect("a batch that arrives");
    tx.commit().await.expect("commit");
    for (hours, swept) in [(23, 0), (25, 1)] {
        sqlx::query("update import_batch set at = now() - make_interval(hours => $2) where id = $1")
            .bind(id)
            .bind(hours)
            .execute(&mut admin().await)
            .await
            .expect("hours pass");
        let found = batch::sweep(&firm.db, &firm.cx, &FILES).await.expect("swept");
        assert_eq!(found, swept, "after {hours} hours");
        assert_eq!(FILES.size(&key).await.is_ok(), swept == 0, "after {hours} hours");
    }
    assert_eq!(batches(&firm).await, 0);
}

/// A file of more rows than one import takes is refused whole, and says so.
#[tokio::test]
async fn f36_more_rows_than_an_import_takes_are_refused() {
    let _turn = alone().await;
    let firm = Firm::new().await;
    let mut file = "code,name,language\n".to_owned();
    for n in 0..=MOST_ROWS {
        file.push_str(&format!("T{n},Row {n},en\n"));
    }
    let id = receive(&firm, "customer", file.as_bytes()).await;
    work(&firm).await;
    let page = import_page(&firm, "customer", id).await;
    let told = serde_json::to_string(&page).expect("a page");
    assert!(told.contains("import-fault-too-large"), "{}", &told[..told.len().min(2000)]);
    assert_eq!(count_customers(&firm).await, 1);
}

type Archive = zip::ZipWriter<Cursor<Vec<u8>>>;

fn stored() -> SimpleFileOptions {
    SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored)
}

fn put(archive: &mut Archive, name: &str, bytes: &[u8]) {
    archive.start_file(name, stored()).expect("a part");
    archive.write_all(bytes).expect("its bytes");
}

/// What a part refers to: kinds and targets, by the ids `rId1`, `rId2` …
fn relationships(links: &[(&str, &str)]) -> String {
    let link = |(n, (kind, target)): (usize, &(&str, &str))| {
        format!(r#"<Relationship Id="rId{n}" Type="http://x/relationships/{kind}" Target="{target}"/>"#)
    };
    format!("<Relationships>{}</Relationships>", (1..).zip(links).map(link).collect::<String>())
}

/// A workbook of two cells whose parts refer to each other by these targets, and whatever else is put beside them.
fn workbook(main: &str, sheet: &str, styles: &str, more: impl FnOnce(&mut Archive)) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    put(&mut archive, "[Content_Types].xml", b"<Types/>");
    put(&mut archive, "_rels/.rels", relationships(&[("officeDocument", main)]).as_bytes());
    let book = br#"<workbook xmlns:r="r"><sheets><sheet name="Rows" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
    put(&mut archive, "xl/workbook.xml", book);
    let links = relationships(&[("worksheet", sheet), ("styles", styles)]);
    put(&mut archive, "xl/_rels/workbook.xml.rels", links.as_bytes());
    let cell = |text: &str| format!(r#"<row><c t="str"><v>{text}</v></c></row>"#);
    let rows = format!("<worksheet><sheetData>{}{}</sheetData></worksheet>", cell("code"), cell("A1"));
    put(&mut archive, "xl/worksheets/sheet1.xml", rows.as_bytes());
    more(&mut archive);
    archive.finish().expect("an archive").into_inner()
}

const USUAL: (&str, &str, &str) = ("xl/workbook.xml", "worksheets/sheet1.xml", "styles.xml");

/// The rows below the head of a workbook.
fn read(bytes: &[u8]) -> Result<Vec<Vec<String>>, table::Fault> {
    let mut table = Table::open(support::file(bytes))?;
    let rows = table.rows(0)?;
    rows.map(|row| row.map(|row| row.cells)).collect()
}

/// Nothing of an archive is ever unpacked into a folder, so names that climb out of one lead nowhere.
#[test]
fn f55_parts_that_point_out_of_an_archive_are_as_if_they_were_not_there() {
    let (main, sheet, styles) = USUAL;
    let inner = workbook(main, sheet, styles, |_| {});
    let expected = vec![vec!["A1".to_owned()]];
    assert_eq!(read(&inner).expect("a good file"), expected);
    let beside = workbook(main, sheet, styles, |archive| {
        let bad = b"<worksheet><sheetData><row><c t=\"str\"><v>evil</v></c></row></sheetData></worksheet>";
        for name in
            ["../../evil.txt", "/etc/evil.txt", "../xl/worksheets/sheet1.xml", "C:\\evil.txt", "..\\..\\evil.txt"]
        {
            put(archive, name, bad);
        }
        put(archive, "xl/embeddings/inner.zip", &inner);
        put(archive, "xl/embeddings/inner.xlsx", &inner);
        archive.add_symlink("xl/media/link.xml", "/etc/passwd", stored()).expect("a symlink");
        archive.add_symlink("../link", "../../../etc/passwd", stored()).expect("a symlink");
    });
    assert_eq!(read(&beside).expect("the same file"), expected);
    // A sheet that is a symlink holds the name of a file, and not the file.
    let linked = workbook(main, "worksheets/link.xml", styles, |archive| {
        archive.add_symlink("xl/worksheets/link.xml", "/etc/passwd", stored()).expect("a symlink");
    });
    let fault = read(&linked).expect_err("a sheet without rows");
    assert!(fault.message().is_some(), "{fault:?}");
}

#[test]
fn f55_what_refers_to_files_of_the_machine_is_a_fault() {
    let (main, sheet, styles) = USUAL;
    for outside in [
        "../../../etc/passwd",
        "/etc/passwd",
        "file:///etc/passwd",
        "..\\..\\..\\etc\\passwd",
        "http://127.0.0.1/x.xml",
        "..",
    ] {
        for bytes in [workbook(outside, sheet, styles, |_| {}), workbook(main, outside, styles, |_| {})] {
            let fault = read(&bytes).expect_err("it refers to nothing");
            assert_eq!(format!("{fault:?}"), "Damaged", "{outside}");
        }
        // Without its styles a workbook is plainer, and still one.
        let plain = workbook(main, sheet, outside, |_| {});
        assert_eq!(read(&plain).expect("a plain workbook"), [["A1"]], "{outside}");
    }
}
