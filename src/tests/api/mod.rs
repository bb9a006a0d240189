//! Mirror of what programs ask for.

mod doors;
#[cfg(feature = "graphql")]
pub mod graphql;
pub mod rest;
pub mod webhooks;

use crate::platform::config::Rates;
use crate::platform::door::{self, Typed};
use crate::platform::tenancy::Cx;
use crate::platform::token::Bearer;
use crate::tests::support::{self, Firm, record};
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use tower::ServiceExt as _;
use uuid::Uuid;

/// The routes at which the test of GraphQL asks for what belongs to another company, whether or not it is built in.
pub const WALKED: &[&str] = &["/api/graphql"];

/// A program with a token, as it meets the web.
#[derive(Clone)]
pub struct Program {
    web: Router,
    pub tenant: Uuid,
    /// The token.
    pub id: Uuid,
    /// What it shows.
    pub shown: String,
    pub language: Option<&'static str>,
}

/// What a program was answered.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    /// Null without a body.
    pub json: Json,
    pub text: String,
    pub bytes: Bytes,
}

impl Reply {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    pub fn etag(&self) -> String {
        self.header("etag").unwrap_or_else(|| panic!("no tag: {} {}", self.status, self.text)).to_owned()
    }

    /// The ids of what stands in the way, with the fields that they concern.
    pub fn errors(&self) -> Vec<(String, String)> {
        let text = |error: &Json, name: &str| error[name].as_str().unwrap_or_default().to_owned();
        let errors = self.json["errors"].as_array().cloned().unwrap_or_default();
        errors.iter().map(|error| (text(error, "field"), text(error, "id"))).collect()
    }

    /// It is this status, and a problem of that.
    pub fn assert_problem(&self, status: StatusCode, id: &str, what: &str) {
        assert_eq!(self.status, status, "{what}: {}", self.text);
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{what}");
        assert_eq!(self.json["status"], status.as_u16(), "{what}");
        assert!(self.errors().iter().any(|(_, known)| known == id), "{what} for {id}: {}", self.text);
        for part in ["type", "title", "detail", "request"] {
            assert!(self.json[part].as_str().is_some_and(|text| !text.is_empty()), "{what} has no {part}");
        }
    }

    pub fn assert_ok(self, what: &str) -> Reply {
        assert!(self.status.is_success(), "{what}: {} {}", self.status, self.text);
        self
    }
}

/// A token for somebody, made by the owner of the firm, kept to these types of records where there are some.
pub async fn token(firm: &Firm, member: Uuid, scope: &str, records: &[&str]) -> Uuid {
    let id = Uuid::now_v7();
    let member = member.to_string();
    let fields = [("name", "A program"), ("member", member.as_str()), ("scope", scope)];
    let fields = fields.map(|(name, text)| (name.to_owned(), text.to_owned())).into();
    let line = |name: &&str| BTreeMap::from([("record".to_owned(), (*name).to_owned())]);
    let typed = Typed { fields, lines: Some(records.iter().map(line).collect()) };
    let mut tx = firm.tx().await;
    door::save(&mut tx, record("api_token"), id, 0, &typed).await.expect("a token");
    tx.commit().await.expect("commit");
    id
}

impl Program {
    /// A program that may do what the owner of a firm may.
    pub async fn of(firm: &Firm) -> Program {
        Program::with(firm, &firm.cx, "write", &[]).await
    }

    /// A program of somebody, with so much of their rights.
    pub async fn with(firm: &Firm, member: &Cx, scope: &str, records: &[&str]) -> Program {
        let id = token(firm, member.user, scope, records).await;
        Program::over(support::web().await, firm, id)
    }

    /// A program that meets a web whose limits are these.
    pub async fn at(firm: &Firm, rates: Rates) -> Program {
        let id = token(firm, firm.cx.user, "write", &[]).await;
        Program::over(support::web_at(rates).await, firm, id)
    }

    /// Another program on the same web.
    pub async fn beside(&self, firm: &Firm) -> Program {
        self.beside_with(firm, "write", &[]).await
    }

    /// Another program on the same web, with so much of the owner's rights.
    pub async fn beside_with(&self, firm: &Firm, scope: &str, records: &[&str]) -> Program {
        let id = token(firm, firm.cx.user, scope, records).await;
        Program::over(self.web.clone(), firm, id)
    }

    /// A program of somebody on the same web.
    pub async fn beside_of(&self, firm: &Firm, member: &Cx) -> Program {
        let id = token(firm, member.user, "write", &[]).await;
        Program::over(self.web.clone(), firm, id)
    }

    /// The same program, asking another node.
    pub fn on(&self, web: Router) -> Program {
        Program { web, ..self.clone() }
    }

    fn over(web: Router, firm: &Firm, id: Uuid) -> Program {
        let shown = Bearer { tenant: firm.cx.tenant, id }.secret();
        Program { web, tenant: firm.cx.tenant, id, shown, language: None }
    }

    /// The same with something else to show.
    pub fn showing(&self, shown: impl Into<String>) -> Program {
        Program { shown: shown.into(), ..self.clone() }
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, &[], Json::Null).await
    }

    pub async fn post(&self, path: &str, body: Json) -> Reply {
        self.send(Method::POST, path, &[], body).await
    }

    /// Posts under a key.
    pub async fn post_once(&self, path: &str, key: &str, body: Json) -> Reply {
        self.send(Method::POST, path, &[("idempotency-key", key)], body).await
    }

    pub async fn patch(&self, path: &str, etag: &str, body: Json) -> Reply {
        self.send(Method::PATCH, path, &[("if-match", etag)], body).await
    }

    pub async fn delete(&self, path: &str) -> Reply {
        self.send(Method::DELETE, path, &[], Json::Null).await
    }

    /// Takes an action on what is at a path, as it is now.
    pub async fn act(&self, path: &str, action: &str) -> Reply {
        let etag = self.get(path).await.assert_ok(path).etag();
        self.send(Method::POST, &format!("{path}/{action}"), &[("if-match", &etag)], Json::Null).await
    }

    pub async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Json) -> Reply {
        let mut request = Request::builder().method(method).uri(path);
        if !self.shown.is_empty() {
            request = request.header(header::AUTHORIZATION, format!("Bearer {}", self.shown));
        }
        if let Some(language) = self.language {
            request = request.header(header::ACCEPT_LANGUAGE, language);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let is_typed = headers.iter().any(|(name, _)| *name == "content-type");
        let body = match body {
            Json::Null => Body::empty(),
            // Some other text than JSON.
            Json::String(text) if is_typed => Body::from(text),
            json => {
                request = request.header(header::CONTENT_TYPE, "application/json");
                Body::from(json.to_string())
            }
        };
        self.ask(request.body(body).expect("a request")).await
    }

    /// Asks for something made by hand.
    pub async fn ask(&self, request: Request<Body>) -> Reply {
        let response = self.web.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.expect("a body");
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let json = serde_json::from_str(&text).unwrap_or_default();
        Reply { status: parts.status, headers: parts.headers, json, text, bytes }
    }
}
