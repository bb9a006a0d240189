//! The demonstration company: a metal works in Riyadh with eight months of selling, made through the same door as
//! anything that a person does. Days count back from today, so that it is the same company whenever it is founded.

use super::administration::founding::{self, rows};
use super::administration::{branch::BRANCH, member::MEMBER, role::ROLE};
use super::finance::{account::ACCOUNT, entry::JOURNAL_ENTRY, rate::EXCHANGE_RATE};
use super::inventory::stock::{self, Place};
use super::inventory::{adjustment::STOCK_ADJUSTMENT, item::ITEM, warehouse::WAREHOUSE};
use super::sales::{customer::CUSTOMER, order::SALES_ORDER, quotation::QUOTATION};
use super::sales::{lead::LEAD, opportunity::OPPORTUNITY, price_list::PRICE_LIST};
use crate::i18n::{Digits, I18n, Locale};
use crate::platform::auth;
use crate::platform::document::{Document, Line};
use crate::platform::door::{self, Error, Outcome, Typed};
use crate::platform::tenancy::{Cx, Db, TenantTx};
use crate::record::{Minor, Names, Record, money};
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
    price_list: String,
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
struct PriceRow {
    item: String,
    from_quantity: Decimal,
    price: Decimal,
}

/// What is paid on a day of each month, in riyals.
#[derive(Deserialize)]
struct CostRow {
    day: i8,
    memo: String,
    debit: String,
    credit: String,
    amount: Decimal,
}

/// `then`: the actions that it has gone through.
#[derive(Deserialize)]
struct LeadRow {
    name: String,
    company: String,
    phone: String,
    email: String,
    source: String,
    age: i32,
    then: String,
}

#[derive(Deserialize)]
struct OpportunityRow {
    title: String,
    customer: String,
    amount: Decimal,
    age: i32,
    closes_in: i32,
    then: String,
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
        scope: None,
    };
    let password_hash = auth::hash_password(PASSWORD.to_owned()).await?;
    let plan = founding::Founding {
        company: Names::new("Al-Noor Metal Works", "مصنع النور للأعمال المعدنية"),
        country: "SA".to_owned(),
        currency: None,
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

/// How far an order has come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Draft,
    Cancelled,
    Confirmed,
    Partly,
    Delivered,
    Invoiced,
    /// The goods of a line came back, and were credited before the rest was paid.
    Returned,
    Paid,
}

/// What a customer made of a quotation.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Answer {
    Unsent,
    Waiting,
    Ordered,
    Rejected,
    Expired,
    Revised,
}

/// Days that the store lasts.
const MONTH: i32 = 30;
/// Months of business.
const MONTHS: i32 = 8;

/// The orders of the last weeks by age in days: some in each state in which somebody has still something to do.
const RECENT: &[(i32, Fate)] = &[
    (42, Fate::Paid),
    (38, Fate::Invoiced),
    (34, Fate::Partly),
    (31, Fate::Cancelled),
    (27, Fate::Invoiced),
    (24, Fate::Partly),
    (21, Fate::Invoiced),
    (18, Fate::Delivered),
    (15, Fate::Partly),
    (12, Fate::Delivered),
    (9, Fate::Confirmed),
    (6, Fate::Confirmed),
    (4, Fate::Cancelled),
    (3, Fate::Confirmed),
    (2, Fate::Draft),
    (0, Fate::Draft),
];

/// The quotations by age in days.
const QUOTED: &[(i32, Answer)] = &[
    (72, Answer::Expired),
    (51, Answer::Rejected),
    (40, Answer::Revised),
    (26, Answer::Ordered),
    (22, Answer::Waiting),
    (17, Answer::Rejected),
    (13, Answer::Waiting),
    (11, Answer::Ordered),
    (5, Answer::Waiting),
    (3, Answer::Unsent),
    (1, Answer::Unsent),
];

/// Accounts by code in the chart of Saudi Arabia.
const BANK: &str = "1120";
const INPUT_VAT: &str = "1180";
const PAYABLE: &str = "2110";
const CAPITAL: &str = "3110";
const OPENING: &str = "3190";
const RECEIVED: &str = "5160";

/// Riyals for one unit of the other currencies that customers pay in.
const RATES: &[(&str, &str)] = &[("AED", "1.0211"), ("USD", "3.75"), ("KWD", "12.19")];

/// What the partners paid into the bank, in halalas.
const PAID_IN: Minor = 60_000_000;

/// An item with what the demonstration needs to know of it.
struct Ware {
    id: Uuid,
    price: Decimal,
    cost: Decimal,
    stocked: bool,
    /// What the store holds when it is full.
    full: Decimal,
}

/// A customer with the currency that they pay in.
struct Buyer {
    id: Uuid,
    currency: String,
}

/// An order to come: the places of who orders and of the wares, each with a quantity.
struct Plan {
    age: i32,
    fate: Fate,
    buyer: usize,
    lines: Vec<(usize, Decimal)>,
}

/// What all that happens in the company refers to.
struct Works {
    today: Date,
    branch: Uuid,
    main: Uuid,
    accounts: HashMap<String, Uuid>,
    wares: Vec<Ware>,
    buyers: Vec<Buyer>,
}

impl Works {
    /// The date so many days ago; in the future when negative.
    fn back(&self, days: i32) -> Date {
        self.today.checked_sub(days.days()).unwrap_or(self.today)
    }

    fn account(&self, code: &str) -> Uuid {
        self.accounts[code]
    }
}

async fn fill(tx: &mut TenantTx) -> Outcome<()> {
    let today = tx.company.today;
    let opening = today.checked_sub((MONTH * MONTHS).days()).unwrap_or(today);
    rates(tx, opening).await?;
    let places: Vec<PlaceRow> = rows(include_str!("demo/warehouses.csv"));
    for place in places.iter().filter(|p| p.code != "MAIN") {
        let mut row = Document::new(&WAREHOUSE)
            .with("code", place.code.clone())
            .with("name", Names::new(&place.name_en, &place.name_ar))
            .with("active", true);
        door::insert(tx, &mut row).await?;
    }
    let main = codes(tx, &WAREHOUSE).await?["MAIN"];
    let (wares, stock) = wares(tx, main, opening).await?;
    price_list(tx).await?;
    let works = Works {
        today,
        branch: codes(tx, &BRANCH).await?["MAIN"],
        main,
        accounts: codes(tx, &ACCOUNT).await?,
        wares,
        buyers: buyers(tx).await?,
    };
    let capital =
        [(works.account(BANK), PAID_IN), (works.account(OPENING), stock), (works.account(CAPITAL), -PAID_IN - stock)];
    enter(tx, opening, "Capital paid in – رأس المال المدفوع", &capital).await?;
    let mut dice = Dice(20_261_122);
    let plans = plans(&mut dice, &works);
    for month in 1..=MONTHS {
        let first = MONTH * (MONTHS + 1 - month) - 1;
        let ages = first + 1 - MONTH..=first;
        let plans: Vec<&Plan> = plans.iter().filter(|plan| ages.contains(&plan.age)).collect();
        restock(tx, &mut dice, &works, first, &plans).await?;
        costs(tx, &works, first).await?;
        for plan in plans {
            trade(tx, &mut dice, &works, plan).await?;
        }
    }
    for (age, answer) in QUOTED {
        quote(tx, &mut dice, &works, *age, *answer).await?;
    }
    prospects(tx, &works).await
}

async fn rates(tx: &mut TenantTx, from: Date) -> Outcome<()> {
    for (currency, _) in RATES {
        let rate = Document::new(&EXCHANGE_RATE).with("currency", *currency).with("date", from);
        door::insert(tx, &mut rate.with("rate", rate_of(currency))).await?;
    }
    Ok(())
}

fn rate_of(currency: &str) -> Decimal {
    let rate = RATES.iter().find(|(code, _)| *code == currency).and_then(|(_, rate)| rate.parse::<Decimal>().ok());
    rate.unwrap_or(Decimal::ONE)
}

/// Enters items and the stock that there is of them. Answers with what it is worth, too.
async fn wares(tx: &mut TenantTx, main: Uuid, opening: Date) -> Outcome<(Vec<Ware>, Minor)> {
    let units = codes(tx, &super::inventory::unit::UNIT).await?;
    let taxes = codes(tx, &super::finance::tax::TAX_CODE).await?;
    let mut wares = Vec::new();
    let mut stock = Document::new(&STOCK_ADJUSTMENT).with("date", opening).with("reason", "opening");
    for row in rows::<ItemRow>(include_str!("demo/items.csv")) {
        let stocked = row.kind == "stock";
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
            stock.lines.push(stored(item.id, main, row.opening_quantity, row.cost));
        }
        wares.push(Ware { id: item.id, price: row.price, cost: row.cost, stocked, full: row.opening_quantity });
    }
    door::insert(tx, &mut stock).await?;
    let (stock, _) = door::act(tx, &STOCK_ADJUSTMENT, stock.id, stock.version, "post").await?;
    Ok((wares, stock.minor("total")))
}

/// The line of an adjustment that puts something into a store.
fn stored(item: Uuid, store: Uuid, quantity: Decimal, cost: Decimal) -> Line {
    Line::new().with("item", item).with("warehouse", store).with("quantity", quantity).with("cost", cost)
}

/// What customers with large projects pay.
async fn price_list(tx: &mut TenantTx) -> Outcome<()> {
    let items = codes(tx, &ITEM).await?;
    let mut list = Document::new(&PRICE_LIST)
        .with("code", "PROJECTS")
        .with("name", Names::new("Large projects", "المشاريع الكبيرة"))
        .with("currency", tx.company.currency.clone())
        .with("active", true);
    for row in rows::<PriceRow>(include_str!("demo/prices.csv")) {
        let line = Line::new().with("item", items.get(&row.item).copied()).with("from_quantity", row.from_quantity);
        list.lines.push(line.with("price", row.price));
    }
    door::insert(tx, &mut list).await
}

async fn buyers(tx: &mut TenantTx) -> Outcome<Vec<Buyer>> {
    let terms = codes(tx, &super::finance::terms::PAYMENT_TERM).await?;
    let lists = codes(tx, &PRICE_LIST).await?;
    let mut buyers = Vec::new();
    for row in rows::<CustomerRow>(include_str!("demo/customers.csv")) {
        let limit = row.credit_limit.and_then(|limit| money::to_minor(limit, 2));
        let mut customer = Document::new(&CUSTOMER)
            .with("code", row.code)
            .with("name", Names::new(row.name_en, row.name_ar))
            .with("tax_number", Some(row.tax_number).filter(|t| !t.is_empty()))
            .with("phone", row.phone)
            .with("email", row.email)
            .with("city", Names::new(row.city_en, row.city_ar))
            .with("address", Names::new(row.address_en, row.address_ar))
            .with("payment_term", terms.get(&row.terms).copied())
            .with("currency", row.currency.clone())
            .with("credit_limit", limit)
            .with("price_list", lists.get(&row.price_list).copied())
            .with("language", row.language)
            .with("active", true);
        door::insert(tx, &mut customer).await?;
        buyers.push(Buyer { id: customer.id, currency: row.currency });
    }
    Ok(buyers)
}

/// All orders, oldest first. Those of months ago are done with: paid, but for a few, and never half delivered.
fn plans(dice: &mut Dice, works: &Works) -> Vec<Plan> {
    let mut fates = Vec::new();
    for n in 0..38 {
        let age = 232 - n * 5 - dice.below(3) as i32;
        let fate = match n % 12 {
            4 => Fate::Returned,
            9 => Fate::Cancelled,
            _ if dice.below(if age > 75 { 9 } else { 3 }) == 0 => Fate::Invoiced,
            _ => Fate::Paid,
        };
        fates.push((age, fate));
    }
    fates.extend(RECENT);
    fates
        .into_iter()
        .map(|(age, fate)| {
            let buyer = dice.below(works.buyers.len() as u64) as usize;
            Plan { age, fate, buyer, lines: choose(dice, &works.wares) }
        })
        .collect()
}

/// Two to five wares, goods before services: few of what is dear, many of what is cheap.
fn choose(dice: &mut Dice, wares: &[Ware]) -> Vec<(usize, Decimal)> {
    let count = 2 + dice.below(4) as usize;
    let mut chosen: Vec<(usize, Decimal)> = Vec::new();
    while chosen.len() < count {
        let at = dice.below(wares.len() as u64) as usize;
        let some = 3 + dice.below(11);
        let suits = wares[at].stocked || !chosen.is_empty();
        if suits && chosen.iter().all(|(taken, _)| *taken != at) {
            let price = wares[at].price;
            let quantity = if price > Decimal::from(4000) {
                1 + some / 6
            } else if price < Decimal::TEN {
                some * 100
            } else {
                some
            };
            chosen.push((at, Decimal::from(quantity)));
        }
    }
    chosen.sort_by_key(|(at, _)| !wares[*at].stocked);
    chosen
}

/// The lines of a document. Prices are in riyals: who pays in another currency is given them in it, the others what
/// items and price lists say.
fn priced(works: &Works, buyer: &Buyer, lines: &[(usize, Decimal)]) -> Vec<Line> {
    let foreign = RATES.iter().any(|(code, _)| *code == buyer.currency);
    lines
        .iter()
        .map(|(at, quantity)| {
            let ware = &works.wares[*at];
            let price = money::round(ware.price / rate_of(&buyer.currency), money::decimals(&buyer.currency));
            let line = Line::new().with("item", ware.id).with("quantity", *quantity);
            line.with("price", Some(price).filter(|_| foreign))
        })
        .collect()
}

/// An entry as an accountant writes it: accounts with what they are debited, or credited when it is negative.
async fn enter(tx: &mut TenantTx, date: Date, memo: &str, lines: &[(Uuid, Minor)]) -> Outcome<()> {
    let mut entry = Document::new(&JOURNAL_ENTRY).with("date", date).with("memo", memo);
    for (account, amount) in lines {
        let line = Line::new().with("account", *account).with("debit", (*amount).max(0));
        entry.lines.push(line.with("credit", (-*amount).max(0)));
    }
    door::insert(tx, &mut entry).await?;
    door::act(tx, &JOURNAL_ENTRY, entry.id, entry.version, "post").await?;
    Ok(())
}

/// Fills the store for a month: up to what it held at first, and to all that the orders of the month ask for. While there
/// is no purchasing, goods are counted in; the supplier's bill is entered by hand and paid four weeks later.
async fn restock(tx: &mut TenantTx, dice: &mut Dice, works: &Works, age: i32, plans: &[&Plan]) -> Outcome<()> {
    let mut needed: Vec<Decimal> = works.wares.iter().map(|ware| ware.full).collect();
    let mut asked = vec![Decimal::ZERO; needed.len()];
    for (at, quantity) in plans.iter().flat_map(|plan| &plan.lines) {
        asked[*at] += *quantity;
        needed[*at] = needed[*at].max(asked[*at]);
    }
    let stocked: Vec<(&Ware, Decimal)> = works.wares.iter().zip(needed).filter(|(ware, _)| ware.stocked).collect();
    let places: Vec<Place> = stocked.iter().map(|(ware, _)| (ware.id, works.main)).collect();
    let levels = stock::levels(tx, &places).await?;
    let mut receipt = Document::new(&STOCK_ADJUSTMENT).with("date", works.back(age)).with("reason", "count");
    for (ware, needed) in stocked {
        let on_hand = levels.get(&(ware.id, works.main)).map_or(Decimal::ZERO, |level| level.on_hand);
        if needed > on_hand {
            // Steel costs a little more or less each time.
            let cost = ware.cost * Decimal::new(98 + dice.below(6) as i64, 2);
            receipt.lines.push(stored(ware.id, works.main, needed - on_hand, cost));
        }
    }
    if receipt.lines.is_empty() {
        return Ok(());
    }
    door::insert(tx, &mut receipt).await?;
    let (receipt, _) = door::act(tx, &STOCK_ADJUSTMENT, receipt.id, receipt.version, "post").await?;
    let net = receipt.minor("total");
    let vat = money::proportion(net, 15, 100);
    let bill = [(works.account(RECEIVED), net), (works.account(INPUT_VAT), vat), (works.account(PAYABLE), -net - vat)];
    enter(tx, works.back(age), "Steel received – حديد وارد", &bill).await?;
    let paid = age - 28;
    if paid > MONTH / 2 {
        let payment = [(works.account(PAYABLE), net + vat), (works.account(BANK), -net - vat)];
        enter(tx, works.back(paid), "Steel paid – سداد قيمة الحديد", &payment).await?;
    }
    Ok(())
}

/// Rent, wages and what else falls due in the month that began so many days ago.
async fn costs(tx: &mut TenantTx, works: &Works, age: i32) -> Outcome<()> {
    let costs: Vec<CostRow> = rows(include_str!("demo/costs.csv"));
    for date in (age + 1 - MONTH..=age).rev().map(|days| works.back(days)) {
        for cost in costs.iter().filter(|cost| cost.day == date.day()) {
            let amount = money::to_minor(cost.amount, 2).unwrap_or_default();
            let lines = [(works.account(&cost.debit), amount), (works.account(&cost.credit), -amount)];
            enter(tx, date, &cost.memo, &lines).await?;
        }
    }
    Ok(())
}

async fn quote(tx: &mut TenantTx, dice: &mut Dice, works: &Works, age: i32, answer: Answer) -> Outcome<()> {
    let buyer = &works.buyers[dice.below(works.buyers.len() as u64) as usize];
    let mut quotation =
        Document::new(&QUOTATION).with("customer", buyer.id).with("date", works.back(age)).with("branch", works.branch);
    quotation.lines = priced(works, buyer, &choose(dice, &works.wares));
    door::insert(tx, &mut quotation).await?;
    if answer == Answer::Unsent {
        return Ok(());
    }
    let (sent, _) = door::act(tx, &QUOTATION, quotation.id, quotation.version, "send").await?;
    let action = match answer {
        Answer::Unsent | Answer::Waiting => return Ok(()),
        Answer::Ordered => "order",
        Answer::Rejected => "reject",
        Answer::Expired => "expire",
        Answer::Revised => "revise",
    };
    let (_, made) = door::act(tx, &QUOTATION, sent.id, sent.version, action).await?;
    // An order that it became, or its next revision.
    if let Some(next) = made.first() {
        let next = dated(tx, next, works.back(age - 4), None).await?;
        if answer == Answer::Ordered {
            confirm(tx, &next).await?;
        } else {
            door::act(tx, &QUOTATION, next.id, next.version, "send").await?;
        }
    }
    Ok(())
}

/// One order and what became of it.
async fn trade(tx: &mut TenantTx, dice: &mut Dice, works: &Works, plan: &Plan) -> Outcome<()> {
    let later = |days: i32| works.back((plan.age - days).max(0));
    let promise = 7 + dice.below(14) as i32;
    let buyer = &works.buyers[plan.buyer];
    let mut order = Document::new(&SALES_ORDER)
        .with("customer", buyer.id)
        .with("date", works.back(plan.age))
        .with("delivery_date", works.back(plan.age - promise))
        .with("warehouse", works.main)
        .with("branch", works.branch)
        .with("reference", format!("PO-{}", 4000 + dice.below(900)));
    order.lines = priced(works, buyer, &plan.lines);
    door::insert(tx, &mut order).await?;
    if plan.fate == Fate::Draft {
        return Ok(());
    }
    let order = confirm(tx, &order).await?;
    if plan.fate == Fate::Cancelled {
        door::act(tx, &SALES_ORDER, order.id, order.version, "cancel").await?;
    }
    if matches!(plan.fate, Fate::Cancelled | Fate::Confirmed) {
        return Ok(());
    }
    let (order, made) = door::act(tx, &SALES_ORDER, order.id, order.version, "deliver").await?;
    let delivery = only(made)?;
    let all_but_one = (plan.fate == Fate::Partly).then(|| delivery.lines.len() - 1);
    let delivery = dated(tx, &delivery, later(5), all_but_one).await?;
    let (delivery, _) = door::act(tx, delivery.record, delivery.id, delivery.version, "post").await?;
    if matches!(plan.fate, Fate::Partly | Fate::Delivered) {
        return Ok(());
    }
    let order = door::load(tx, &SALES_ORDER, order.id, door::Lock::No).await?;
    let (_, made) = door::act(tx, &SALES_ORDER, order.id, order.version, "invoice").await?;
    let invoice = dated(tx, &only(made)?, later(7), None).await?;
    let (mut invoice, _) = door::act(tx, invoice.record, invoice.id, invoice.version, "post").await?;
    if plan.fate == Fate::Invoiced {
        return Ok(());
    }
    if plan.fate == Fate::Returned {
        take_back(tx, &delivery, &invoice, later(16)).await?;
        let order = door::load(tx, &SALES_ORDER, order.id, door::Lock::No).await?;
        // What came back is not delivered again.
        door::act(tx, &SALES_ORDER, order.id, order.version, "close").await?;
        invoice = door::load(tx, invoice.record, invoice.id, door::Lock::No).await?;
    }
    let (_, made) = door::act(tx, invoice.record, invoice.id, invoice.version, "pay").await?;
    let payment = dated(tx, &only(made)?, later(37 + dice.below(12) as i32), None).await?;
    door::act(tx, payment.record, payment.id, payment.version, "post").await?;
    Ok(())
}

/// The goods of the first line come back and are credited.
async fn take_back(tx: &mut TenantTx, delivery: &Document, invoice: &Document, date: Date) -> Outcome<()> {
    for (document, action) in [(delivery, "return"), (invoice, "credit")] {
        let (_, made) = door::act(tx, document.record, document.id, document.version, action).await?;
        let back = dated(tx, &only(made)?, date, Some(1)).await?;
        door::act(tx, back.record, back.id, back.version, "post").await?;
    }
    Ok(())
}

/// The document that an action has made.
fn only(made: Vec<Document>) -> Outcome<Document> {
    made.into_iter().next().ok_or_else(|| Error::Other(anyhow::anyhow!("the action made no document")))
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

/// Gives a draft its date, and leaves so many of its first lines.
async fn dated(tx: &mut TenantTx, draft: &Document, date: Date, kept: Option<usize>) -> Outcome<Document> {
    let unchanged = |line: &Line| BTreeMap::from([("id".to_owned(), line.id.to_string())]);
    let typed = Typed {
        fields: BTreeMap::from([("date".to_owned(), date.to_string())]),
        lines: kept.map(|kept| draft.lines.iter().take(kept.max(1)).map(unchanged).collect()),
    };
    door::save(tx, draft.record, draft.id, draft.version, &typed).await
}

/// Who may become a customer, and deals in sight.
async fn prospects(tx: &mut TenantTx, works: &Works) -> Outcome<()> {
    let member = tx.standing.member;
    for row in rows::<LeadRow>(include_str!("demo/leads.csv")) {
        let mut lead = Document::new(&LEAD)
            .with("name", row.name)
            .with("company", row.company)
            .with("phone", row.phone)
            .with("email", row.email)
            .with("source", row.source)
            .with("date", works.back(row.age))
            .with("salesperson", member)
            .with("branch", works.branch);
        door::insert(tx, &mut lead).await?;
        go_through(tx, lead, &row.then).await?;
    }
    let customers = codes(tx, &CUSTOMER).await?;
    for row in rows::<OpportunityRow>(include_str!("demo/opportunities.csv")) {
        let mut opportunity = Document::new(&OPPORTUNITY)
            .with("title", row.title)
            .with("customer", customers.get(&row.customer).copied())
            .with("expected_amount", money::to_minor(row.amount, 2))
            .with("date", works.back(row.age))
            .with("expected_close", works.back(-row.closes_in))
            .with("salesperson", member)
            .with("branch", works.branch);
        door::insert(tx, &mut opportunity).await?;
        go_through(tx, opportunity, &row.then).await?;
    }
    Ok(())
}

/// Takes actions one after the other, parted by spaces.
async fn go_through(tx: &mut TenantTx, mut document: Document, actions: &str) -> Outcome<()> {
    for action in actions.split_whitespace() {
        document = door::act(tx, document.record, document.id, document.version, action).await?.0;
    }
    Ok(())
}
