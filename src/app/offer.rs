//! The page that a customer opens by the link of a quotation, without an account: the paper, with what they answer below it.

use super::forms::join::guest;
use super::frame::language_switch;
use super::plain::{Input, general_faults, returned};
use super::print::{self, Sheet};
use crate::i18n::{Digits, I18n, Locale};
use crate::modules::sales::customer;
use crate::modules::sales::offer::{self, Answer};
use crate::platform::error::{Error, Outcome};
use crate::platform::tenancy::whole;
use crate::platform::web::{self, House, Visit, form_pairs};
use crate::t;
use crate::ui::{icon, use_i18n};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::get;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use leptos::prelude::*;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::{Arc, LazyLock};

/// The routes of offers.
pub fn routes() -> Router<House> {
    Router::new().route("/offer/{token}", get(show).post(answer))
}

/// How often one address may ask in a minute: more than anybody reads, and nothing for whoever guesses.
pub const MOST: NonZeroU32 = NonZeroU32::new(120).expect("more than none");

/// Addresses that are remembered before those are forgotten that have not asked for a minute.
const REMEMBERED: usize = 10_000;

/// How often each address has asked.
pub struct Pace(DefaultKeyedRateLimiter<IpAddr>);

impl Pace {
    pub fn new(most: NonZeroU32) -> Pace {
        Pace(RateLimiter::keyed(Quota::per_minute(most)))
    }

    /// Whether an address may ask once more now. Those that nobody knows count as one.
    pub fn allows(&self, address: Option<IpAddr>) -> bool {
        if self.0.len() > REMEMBERED {
            self.0.retain_recent();
        }
        self.0.check_key(&address.unwrap_or(Ipv6Addr::UNSPECIFIED.into())).is_ok()
    }
}

static PACE: LazyLock<Pace> = LazyLock::new(|| Pace::new(MOST));

/// The offer of a page, in its context; `None` when its link opens nothing.
#[derive(Clone)]
struct Offered(Option<Arc<Offer>>);

struct Offer {
    path: String,
    sheet: Sheet,
    state: String,
    /// Who answered, when somebody did.
    by: Option<String>,
}

async fn show(State(house): State<House>, mut visit: Visit, Path(token): Path<String>, headers: HeaderMap) -> Response {
    if !PACE.allows(visit.address) {
        return too_many(&visit);
    }
    let offer = read(&house, &mut visit, &headers, &token).await;
    page_of(house, visit, headers, offer, StatusCode::OK).await
}

/// Accepts or declines, then shows what was said; or shows the offer again with what stands in the way.
async fn answer(
    State(house): State<House>,
    mut visit: Visit,
    Path(token): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if !PACE.allows(visit.address) {
        return too_many(&visit);
    }
    let fields: BTreeMap<String, String> = form_pairs(&body).into_iter().collect();
    let field = |name: &str| fields.get(name).cloned().unwrap_or_default();
    let said = Answer {
        name: field("name"),
        accepts: field("_do") == "accept",
        taken: fields.keys().filter_map(|name| name.strip_prefix("take-")?.parse().ok()).collect(),
        reason: field("reason"),
    };
    let done = match field("_do").as_str() {
        "accept" | "decline" => offer::answer(&house.db, guest(&visit), token.clone(), said).await,
        _ => Err(Error::BadRequest("verb")),
    };
    match done {
        Ok(()) => Redirect::to(&offer::address(&token)).into_response(),
        Err(error) => {
            let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
            let offer = read(&house, &mut visit, &headers, &token).await;
            if !matches!(error, Error::NotFound) {
                visit.come_back(fields, error);
            }
            page_of(house, visit, headers, offer, status).await
        }
    }
}

fn too_many(visit: &Visit) -> Response {
    let headers = [(header::RETRY_AFTER, HeaderValue::from_static("60"))];
    (StatusCode::TOO_MANY_REQUESTS, headers, t!(visit.i18n, "offer-too-many")).into_response()
}

/// Reads what a token opens, in the language of the customer unless the visitor has chosen another.
async fn read(house: &House, visit: &mut Visit, headers: &HeaderMap, token: &str) -> Outcome<Arc<Offer>> {
    let chosen = web::chosen_language(headers);
    let (db, mut cx, token) = (house.db.clone(), guest(visit), token.to_owned());
    let (offer, i18n) = whole(async move {
        let (mut tx, quotation) = offer::read(&db, &cx, &token).await?;
        let spoken = match (chosen, quotation.link("customer")) {
            (None, Some(customer)) => customer::language(&mut tx, customer).await?,
            _ => None,
        };
        let locale = chosen.or(spoken.as_deref().and_then(Locale::from_tag));
        cx.i18n = locale.map_or(cx.i18n, |locale| I18n::new(locale, Digits::Western));
        tx.cx.i18n = cx.i18n;
        let offer = Offer {
            path: offer::address(&token),
            sheet: print::sheet(&mut tx, quotation.record, quotation.id).await?,
            state: quotation.state().unwrap_or_default().to_owned(),
            by: quotation.text("signed_by").map(str::to_owned),
        };
        Ok((Arc::new(offer), cx.i18n))
    })
    .await?;
    visit.i18n = i18n;
    Ok(offer)
}

/// The page of an offer, which no machine shall remember; what opens nothing is not found, whatever the reason.
async fn page_of(
    house: House,
    visit: Visit,
    headers: HeaderMap,
    offer: Outcome<Arc<Offer>>,
    status: StatusCode,
) -> Response {
    if let Err(error) = &offer
        && error.status() >= 500
    {
        tracing::error!(request = %visit.request, %error, "an offer is not read");
    }
    let status = match &offer {
        Err(error) if status.is_success() => {
            StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
        }
        _ => status,
    };
    let mut response = web::render_with(house, visit, headers, Offered(offer.ok())).await;
    *response.status_mut() = status;
    response.headers_mut().insert("x-robots-tag", HeaderValue::from_static("noindex, nofollow"));
    response
}

/// An offer with what can be answered to it, or the news that there is none.
pub fn page() -> AnyView {
    let i18n = use_i18n();
    let form = returned();
    let tools = |print: bool| {
        let print = print.then(|| {
            view! { <button class="btn" type="button" id="print">{icon("printer")}<span>{t!(i18n, "print")}</span></button> }
        });
        view! { <div class="noprint toolbar">{language_switch(i18n, Signal::stored(false))}{print}</div> }
    };
    let Some(offer) = use_context::<Offered>().and_then(|offered| offered.0) else {
        // Why, learns only whoever answered to something that was there.
        return view! {
            <main>{tools(false)}
                <section class="answer" id="no-offer">{general_faults(i18n, &form)}<h1>{t!(i18n, "offer-none")}</h1><p>{t!(i18n, "offer-none-hint")}</p></section>
            </main>
        }
        .into_any();
    };
    let open = offer.state == "sent";
    let by = offer.by.clone().unwrap_or_default();
    let said = match (offer.state.as_str(), by.is_empty()) {
        ("accepted", false) => Some(t!(i18n, "offer-accepted-by", name = by)),
        ("accepted", true) => Some(t!(i18n, "offer-accepted")),
        ("rejected", false) => Some(t!(i18n, "offer-declined-by", name = by)),
        ("rejected", true) => Some(t!(i18n, "offer-declined")),
        _ => None,
    };
    let said =
        said.map(|text| view! { <div class="notice good" role="status">{icon("circle-check")}<div>{text}</div></div> });
    let below = match open {
        true => view! {
            <form class="answer stack noprint" id="answer" method="post" action=offer.path.clone()>
                <h2>{t!(i18n, "offer-answer")}</h2>
                <p>{t!(i18n, "offer-lead")}</p>
                {general_faults(i18n, &form)}
                {Input::new("name", t!(i18n, "offer-name")).autocomplete("name").view(i18n, &form)}
                <div class="acts"><button class="btn pri" name="_do" value="accept">{icon("check")}<span>{t!(i18n, "offer-accept")}</span></button></div>
                {Input::new("reason", t!(i18n, "offer-reason")).optional().view(i18n, &form)}
                <div class="acts"><button class="btn" name="_do" value="decline">{icon("ban")}<span>{t!(i18n, "offer-decline")}</span></button></div>
            </form>
        }
        .into_any(),
        false => view! { <section class="answer stack noprint">{general_faults(i18n, &form)}{said}</section> }.into_any(),
    };
    view! {
        <main>{tools(true)}{print::article(i18n, &offer.sheet, open.then_some(&form))}{below}</main>
    }
    .into_any()
}
