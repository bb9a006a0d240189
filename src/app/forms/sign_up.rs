//! Founding a company: by signing up, or as one more of somebody who is signed in.

use crate::app::auth_rules;
use crate::i18n::{Digits, Locale};
use crate::modules::administration::founding;
use crate::platform::auth::{self, SignedIn};
use crate::platform::error::{Error, Outcome};
use crate::platform::tenancy::Cx;
use crate::platform::web::{self, House, Visit, form_pairs};
use crate::record::Names;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Redirect, Response};
use std::collections::BTreeMap;
use tower_sessions::Session;
use uuid::Uuid;

pub async fn sign_up(
    State(house): State<House>,
    visit: Visit,
    headers: HeaderMap,
    session: Session,
    body: Bytes,
) -> Response {
    let fields: BTreeMap<String, String> = form_pairs(&body).into_iter().collect();
    match found(&house, &visit, &fields).await {
        Ok(signed_in) => web::let_in(&session, &visit, &signed_in, "/").await,
        Err(error) => {
            let status = error.status();
            web::give_back(house, visit, headers, fields, error, status).await
        }
    }
}

async fn found(house: &House, visit: &Visit, fields: &BTreeMap<String, String>) -> Outcome<SignedIn> {
    let field = |name: &str| fields.get(name).map(|text| text.trim().to_owned()).unwrap_or_default();
    let password = fields.get("password").cloned().unwrap_or_default();
    let refusals = auth_rules::check(&field("company"), &field("name"), &field("email"), &password);
    if !refusals.is_empty() {
        return Err(Error::Refused(refusals));
    }
    let cx = Cx {
        user: Uuid::now_v7(),
        tenant: Uuid::now_v7(),
        i18n: visit.i18n,
        request: visit.request,
        address: visit.address,
        scope: None,
    };
    let plan = founding::Founding {
        company: company_name(visit, field("company")),
        country: field("country"),
        currency: Some(field("currency")).filter(|code| !code.is_empty()),
        person: field("name"),
        email: field("email").to_lowercase(),
        password_hash: Some(auth::hash_password(password).await?),
    };
    founding::found(&house.db, cx.clone(), plan).await?;
    Ok(SignedIn {
        user: cx.user,
        name: field("name"),
        tenant: cx.tenant,
        locale: visit.i18n.locale,
        digits: Digits::Western,
        theme: visit.theme.clone(),
        density: auth::normal(),
        keys: String::new(),
    })
}

/// A name given in one language serves both until somebody writes the other.
fn company_name(visit: &Visit, name: String) -> Names {
    match visit.i18n.locale {
        Locale::Ar => Names::new("", name),
        Locale::En => Names::new(name, ""),
    }
}

/// Founds one more company for somebody who is signed in, and takes them there.
pub async fn add_company(
    State(house): State<House>,
    visit: Visit,
    headers: HeaderMap,
    session: Session,
    body: Bytes,
) -> Response {
    let Some(person) = visit.signed_in.clone() else { return Redirect::to("/sign-in").into_response() };
    let fields: BTreeMap<String, String> = form_pairs(&body).into_iter().collect();
    match found_another(&house, &visit, &person, &fields).await {
        Ok(tenant) => web::let_in(&session, &visit, &SignedIn { tenant, ..person }, "/").await,
        Err(error) => {
            let status = error.status();
            web::give_back(house, visit, headers, fields, error, status).await
        }
    }
}

async fn found_another(
    house: &House,
    visit: &Visit,
    person: &SignedIn,
    fields: &BTreeMap<String, String>,
) -> Outcome<Uuid> {
    let field = |name: &str| fields.get(name).map(|text| text.trim().to_owned()).unwrap_or_default();
    if let Some(refusal) = auth_rules::check_company(&field("company")) {
        return Err(refusal.into());
    }
    let cx = Cx { tenant: Uuid::now_v7(), ..visit.cx()? };
    let plan = founding::Founding {
        company: company_name(visit, field("company")),
        country: field("country"),
        currency: Some(field("currency")).filter(|code| !code.is_empty()),
        person: person.name.clone(),
        email: auth::email_of(&house.db, person.user).await?,
        password_hash: None,
    };
    founding::found(&house.db, cx.clone(), plan).await?;
    Ok(cx.tenant)
}
