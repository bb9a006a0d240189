//! The demonstration company: a metal works in Riyadh with eight months of selling, made through the same door as anything
//! that a person does.

use super::administration::founding::{self, rows};
use super::administration::{member::MEMBER, role::ROLE};
use super::finance::rate::EXCHANGE_RATE;
use super::inventory::{adjustment::STOCK_ADJUSTMENT, item::ITEM, warehouse::WAREHOUSE};
use super::sales::{customer::CUSTOMER, order::SALES_ORDER, quotation::QUOTATION};
use crate::i18n::{Digits, I18n, Locale};
use crate::platform::auth;
use crate::platform::document::{Document, Line};
use crate::platform::door::{self, Error, Outcome, Typed};
use crate::platform::tenancy::{Cx, Db, TenantTx};
use crate::record::{Names, Record};
use jiff::{ToSpan as _, civil::Date};
use rust_decimal::Decimal;
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// Who signs in to the demonstration company.
pub const OWNER: &str = "owner@alnoor.example";
/// The password of everybody in it. The company exists only where `serve --demo` was asked for.
pub const PASSWORD: &str = "diwan-demo-2026";

#[derive(Deserialize)]
struct PersonRow {
    name_en: String,
    name_ar: String,
    email: String,
    role: String,
}

#[derive(Deserialize)]
struct CustomerRow {
    code: String,
    name_en: String,
    name_ar: String,
    tax_number: String,
    phone: String,
    email: String,
    city_en: String,
    city_ar: String,
    address_en: String,
    address_ar: String,
    terms: String,
    currency: String,
    credit_limit: Option<Decimal>,
    language: String,
}

#[derive(Deserialize)]
struct ItemRow {
    code: String,
    name_en: String,
    name_ar: String,
    unit: String,
    kind: String,
    price: Decimal,
    cost: Decimal,
    tax_code: String,
    barcode: String,
    opening_quantity: Decimal,
}

#[derive(Deserialize)]
struct PlaceRow {
    code: String,
    name_en: String,
    name_ar: String,
}

/// Repeatable choices: the same company on every machine.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

/// Founds the company and its people where they do not exist yet, and fills it with business.
pub async fn found(db: &Db) -> anyhow::Result<()> {
    if auth::find_user(db, OWNER).await?.is_some() {
        return Ok(());
    }
    let people: Vec<PersonRow> = rows(include_str!("demo/people.csv"));
    let owner = &people[0];
    let cx = Cx {
        user: Uuid::now_v7(),
        tenant: Uuid::now_v7(),
        i18n: I18n::new(Locale::En, Digits::Western),
        request: Uuid::now_v7(),
        address: None,
    };
    let password_hash = auth::hash_password(PASSWORD.to_owned()).await?;
    let plan = founding::Founding {
        company: Names::new("Al-Noor Metal Works", "مصنع النور للأعمال المعدنية"),
        country: "SA".to_owned(),
        person: owner.name_en.clone(),
        email: owner.email.clone(),
        password_hash: Some(password_hash.clone()),
    };
    founding::found(db, cx.clone(), plan).await?;
    let mut tx = db.begin(&cx).await?;
    let roles = codes(&mut tx, &ROLE).await?;
    for person in &people[1..] {
        let (name, language) = if person.role == "sales" { (&person.name_en, "en") } else { (&person.name_ar, "ar") };
        let mut member = Document::new(&MEMBER)
            .with("name", name.clone())
            .with("email", person.email.clone())
            .with("role", roles.get(&person.role).copied())
            .with("state", "active");
        member.set("user_id", member.id);
        auth::add_user(&mut tx, member.id, &person.email, &password_hash, name, language).await?;
        door::bring(&mut tx, &mut member).await?;
    }
    sqlx::query("update company set tax_number = '399301586000003', phone = '+966 11 555 0100', address = $2::jsonb where tenant_id = $1")
        .bind(cx.tenant)
        .bind(Names::new("Second Industrial City, Riyadh", "المدينة الصناعية الثانية، الرياض").to_text())
        .execute(tx.conn())
        .await?;
    fill(&mut tx).await?;
    tx.commit().await?;
    Ok(())
}

/// Ids by code of a record type.
async fn codes(tx: &mut TenantTx, record: &'static Record) -> Outcome<HashMap<String, Uuid>> {
    let mut found = HashMap::new();
    for suggestion in door::codes(tx, record).await? {
        found.insert(suggestion.1, suggestion.0);
    }
    Ok(found)
}

async fn fill(tx: &mut TenantTx) -> Outcome<()> {
    let today = tx.company.today;
    let back = |days: i32| today.checked_sub(days.days()).unwrap_or(today);
    for (currency, rate) in [("AED", "1.0211"), ("USD", "3.75"), ("KWD", "12.19")] {
        let rate: Decimal = rate.parse().unwrap_or(Decimal::ONE);
        let mut row =
            Document::new(&EXCHANGE_RATE).with("currency", currency).with("date", back(300)).with("rate", rate);
        door::insert(tx, &mut row).await?;
    }
    let places: Vec<PlaceRow> = rows(include_str!("demo/warehouses.csv"));
    for place in places.iter().filter(|p| p.code != "MAIN") {
        let mut row = Document::new(&WAREHOUSE)
            .with("code", place.code.clone())
            .with("name", Names::new(&place.name_en, &place.name_ar))
            .with("active", true);
        door::insert(tx, &mut row).await?;
    }
    let main = codes(tx, &WAREHOUSE).await?["MAIN"];
    let items = items(tx, main, back(240)).await?;
    let customers = customers(tx).await?;
    let mut dice = Dice(20_261_122);
    for n in 0..64_u64 {
        let days = 230 - (n as i32 * 228 / 64) - dice.below(3) as i32;
        trade(tx, &mut dice, &customers, &items, main, back(days.max(0)), days).await?;
    }
    for n in 0..9 {
        quote(tx, &mut dice, &customers, &items, back(n * 4), n).await?;
    }
    Ok(())
}

async fn items(tx: &mut TenantTx, main: Uuid, opening: Date) -> Outcome<Vec<Uuid>> {
    let units = codes(tx, &super::inventory::unit::UNIT).await?;
    let taxes = codes(tx, &super::finance::tax::TAX_CODE).await?;
    let mut ids = Vec::new();
    let mut stock = Document::new(&STOCK_ADJUSTMENT).with("date", opening).with("reason", "opening");
    for row in rows::<ItemRow>(include_str!("demo/items.csv")) {
        let mut item = Document::new(&ITEM)
            .with("code", row.code)
            .with("name", Names::new(row.name_en, row.name_ar))
            .with("kind", row.kind)
            .with("unit", units.get(&row.unit).copied())
            .with("price", row.price)
            .with("cost", row.cost)
            .with("tax_code", taxes.get(&row.tax_code).copied())
            .with("barcode", Some(row.barcode).filter(|b| !b.is_empty()))
            .with("active", true);
        door::insert(tx, &mut item).await?;
        if row.opening_quantity > Decimal::ZERO {
            let line = Line::new()
                .with("item", item.id)
                .with("warehouse", main)
                .with("quantity", row.opening_quantity)
                .with("cost", row.cost);
            stock.lines.push(line);
        }
        ids.push(item.id);
    }
    door::insert(tx, &mut stock).await?;
    door::act(tx, &STOCK_ADJUSTMENT, stock.id, stock.version, "post").await?;
    Ok(ids)
}

async fn customers(tx: &mut TenantTx) -> Outcome<Vec<Uuid>> {
    let terms = codes(tx, &super::finance::terms::PAYMENT_TERM).await?;
    let mut ids = Vec::new();
    for row in rows::<CustomerRow>(include_str!("demo/customers.csv")) {
        let limit = row.credit_limit.and_then(|limit| crate::record::money::to_minor(limit, 2));
        let mut customer = Document::new(&CUSTOMER)
            .with("code", row.code)
            .with("name", Names::new(row.name_en, row.name_ar))
            .with("tax_number", Some(row.tax_number).filter(|t| !t.is_empty()))
            .with("phone", row.phone)
            .with("email", row.email)
            .with("city", Names::new(row.city_en, row.city_ar))
            .with("address", Names::new(row.address_en, row.address_ar))
            .with("payment_term", terms.get(&row.terms).copied())
            .with("currency", row.currency)
            .with("credit_limit", limit)
            .with("language", row.language)
            .with("active", true);
        door::insert(tx, &mut customer).await?;
        ids.push(customer.id);
    }
    Ok(ids)
}

fn lines(dice: &mut Dice, items: &[Uuid]) -> Vec<Line> {
    let count = 2 + dice.below(4);
    let mut chosen: Vec<Uuid> = Vec::new();
    while (chosen.len() as u64) < count {
        let item = items[dice.below(items.len() as u64) as usize];
        if !chosen.contains(&item) {
            chosen.push(item);
        }
    }
    chosen
        .into_iter()
        .map(|item| Line::new().with("item", item).with("quantity", Decimal::from(1 + dice.below(6))))
        .collect()
}

async fn quote(
    tx: &mut TenantTx,
    dice: &mut Dice,
    customers: &[Uuid],
    items: &[Uuid],
    date: Date,
    n: i32,
) -> Outcome<()> {
    let customer = customers[dice.below(customers.len() as u64) as usize];
    let mut quotation = Document::new(&QUOTATION).with("customer", customer).with("date", date);
    quotation.lines = lines(dice, items);
    door::insert(tx, &mut quotation).await?;
    if n > 1 {
        let (sent, _) = door::act(tx, &QUOTATION, quotation.id, quotation.version, "send").await?;
        if n % 5 == 4 {
            door::act(tx, &QUOTATION, sent.id, sent.version, "reject").await?;
        }
    }
    Ok(())
}

/// One order and, depending on its age, what became of it.
async fn trade(
    tx: &mut TenantTx,
    dice: &mut Dice,
    customers: &[Uuid],
    items: &[Uuid],
    main: Uuid,
    date: Date,
    age: i32,
) -> Outcome<()> {
    let later = |days: i32| {
        date.checked_add(days.days()).unwrap_or(date).min(date.checked_add(age.max(0).days()).unwrap_or(date))
    };
    let customer = customers[dice.below(customers.len() as u64) as usize];
    let promise = date.checked_add((7 + dice.below(14) as i32).days()).unwrap_or(date);
    let mut order = Document::new(&SALES_ORDER)
        .with("customer", customer)
        .with("date", date)
        .with("delivery_date", promise)
        .with("warehouse", main)
        .with("reference", format!("PO-{}", 4000 + dice.below(900)));
    order.lines = lines(dice, items);
    door::insert(tx, &mut order).await?;
    if age < 3 {
        return Ok(()); // a draft
    }
    let order = confirm(tx, &order).await?;
    if age < 9 {
        return Ok(());
    }
    let (order, made) = door::act(tx, &SALES_ORDER, order.id, order.version, "deliver").await?;
    let Some(delivery) = made.first() else { return Ok(()) };
    let partly = age < 40 && dice.below(3) > 0;
    let delivery = dated(tx, delivery, later(5), partly).await?;
    door::act(tx, delivery.record, delivery.id, delivery.version, "post").await?;
    if age < 16 {
        return Ok(());
    }
    let order = door::load(tx, &SALES_ORDER, order.id, door::Lock::No).await?;
    let (_, made) = door::act(tx, &SALES_ORDER, order.id, order.version, "invoice").await?;
    let Some(invoice) = made.first() else { return Ok(()) };
    let invoice = dated(tx, invoice, later(7), false).await?;
    let (invoice, _) = door::act(tx, invoice.record, invoice.id, invoice.version, "post").await?;
    if age < 45 || dice.below(5) == 0 {
        return Ok(());
    }
    let (_, made) = door::act(tx, invoice.record, invoice.id, invoice.version, "pay").await?;
    let Some(payment) = made.first() else { return Ok(()) };
    let payment = dated(tx, payment, later(30 + dice.below(12) as i32), false).await?;
    door::act(tx, payment.record, payment.id, payment.version, "post").await?;
    Ok(())
}

/// Confirms an order; one beyond the customer's credit limit is released first.
async fn confirm(tx: &mut TenantTx, order: &Document) -> Outcome<Document> {
    let version = match door::act(tx, &SALES_ORDER, order.id, order.version, "confirm").await {
        Ok((order, _)) => return Ok(order),
        Err(Error::Refused(_)) => door::act(tx, &SALES_ORDER, order.id, order.version, "release").await?.0.version,
        Err(other) => return Err(other),
    };
    Ok(door::act(tx, &SALES_ORDER, order.id, version, "confirm").await?.0)
}

/// Gives a draft its date in the past; a partial delivery also loses its last line, or half of its only one.
async fn dated(tx: &mut TenantTx, draft: &Document, date: Date, partly: bool) -> Outcome<Document> {
    let mut typed = Typed { fields: BTreeMap::from([("date".to_owned(), date.to_string())]), lines: None };
    if partly && draft.lines.len() > 1 {
        let kept = draft.lines.iter().take(draft.lines.len() - 1);
        typed.lines = Some(kept.map(|line| BTreeMap::from([("id".to_owned(), line.id.to_string())])).collect());
    }
    door::save(tx, draft.record, draft.id, draft.version, &typed).await
}
