//! The company itself: its details, its branches, who works in it, which programs do, and what each may do.

pub mod api_token;
pub mod branch;
pub mod company;
pub mod custom_field;
#[cfg(feature = "ssr")]
pub mod founding;
#[cfg(feature = "ssr")]
pub mod invitation;
pub mod member;
pub mod role;
pub mod webhook;

use super::Module;
use crate::brings;

brings! {
    company::COMPANY => company::CompanyRules,
    branch::BRANCH,
    member::MEMBER => member::MemberRules,
    role::ROLE => role::RoleRules,
    custom_field::CUSTOM_FIELD => custom_field::CustomFieldRules,
    api_token::API_TOKEN => api_token::ApiTokenRules,
    webhook::WEBHOOK => webhook::WebhookRules,
}

pub const MODULE: Module = Module {
    name: "administration",
    records: RECORDS,
    pages: &[
        ("audit", "history"),
        ("developers", "book-open"),
        ("webhook-log", "send"),
        ("company-data", "download"),
        ("usage", "bar-chart-3"),
    ],
    #[cfg(feature = "ssr")]
    opens: |page, rights| match page {
        "developers" => rights.sees(&api_token::API_TOKEN) || rights.sees(&webhook::WEBHOOK),
        "webhook-log" => rights.sees_whole(&webhook::WEBHOOK),
        "company-data" => rights.takes_everything(),
        "usage" => rights.changes_everything(),
        _ => rights.sees_everything(),
    },
    #[cfg(feature = "ssr")]
    rules,
};
