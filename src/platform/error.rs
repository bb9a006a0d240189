//! What can go wrong behind a request, and how much of it the reader learns.

use crate::record::page::{Arg, Message};

/// A refusal by a rule: what stands in the way and what to do, beside the field it concerns.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    pub message: Message,
    pub field: Option<String>,
}

impl Refusal {
    pub fn new(id: &str) -> Refusal {
        Refusal { message: Message::new(id), field: None }
    }
    pub fn with(mut self, name: &str, value: impl Into<Arg>) -> Refusal {
        self.message = self.message.with(name, value);
        self
    }
    /// Names the field, `lines[2].quantity` for a cell of a line.
    pub fn at(mut self, field: impl Into<String>) -> Refusal {
        self.field = Some(field.into());
        self
    }
    pub fn at_line(self, row: usize, field: &str) -> Refusal {
        self.at(crate::record::line::input_name(row, field))
    }
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The reader can do something about these.
    #[error("refused: {0:?}")]
    Refused(Vec<Refusal>),
    /// Somebody else saved the record meanwhile.
    #[error("version conflict")]
    Conflict,
    /// It does not exist, or not for this reader: both look the same.
    #[error("not found")]
    NotFound,
    #[error("denied")]
    Denied,
    /// The company is closed, or this part of Diwan is, whatever somebody's rights in it. The sentence says which.
    #[error("shut: {0:?}")]
    Shut(Refusal),
    #[error("signed out")]
    SignedOut,
    /// The request itself is malformed, such as a forged page cursor.
    #[error("bad request: {0}")]
    BadRequest(&'static str),
    #[error(transparent)]
    Db(sqlx::Error),
    #[error(transparent)]
    Other(#[from] anyhow::Error),
}

pub type Outcome<T> = Result<T, Error>;

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Error {
        Error::Refused(vec![refusal])
    }
}

impl From<sqlx::Error> for Error {
    /// Lets the database refuse: a named constraint becomes a sentence at its field.
    fn from(error: sqlx::Error) -> Error {
        if matches!(error, sqlx::Error::RowNotFound) {
            return Error::NotFound;
        }
        let Some(db) = error.as_database_error() else { return Error::Db(error) };
        if let Some(name) = db.constraint() {
            if name == "users_email_key" {
                return Refusal::new("refuse-email-taken").at("email").into();
            }
            let told = super::door::records().iter().flat_map(|record| record.constraints).find(|c| c.name == name);
            if let Some(told) = told {
                let refusal = Refusal::new(told.message);
                return told.field.map_or(refusal.clone(), |field| refusal.at(field)).into();
            }
            if name.ends_with("_code_key") {
                return Refusal::new("refuse-code-taken").at("code").into();
            }
        }
        match db.code().as_deref() {
            // Text that Postgres cannot keep, such as one with NUL.
            Some("22021") | Some("22P05") => Refusal::new("fault-control-character").into(),
            Some("23514") => {
                // No rule speaks for it: people mend what they typed, and we hear that a rule is missing.
                tracing::error!(constraint = db.constraint(), table = db.table(), "a check of the database refused");
                Refusal::new("refuse-value").into()
            }
            Some("23503") => Refusal::new("refuse-in-use").into(),
            Some("22003") => Refusal::new("fault-out-of-range").into(),
            Some("DW001") => Refusal::new("refuse-posted").into(),
            Some("DW002") => Refusal::new("refuse-unbalanced").into(),
            Some("DW003") => Refusal::new("refuse-company-deleted").into(),
            // Not for whoever is no operator.
            Some("DW004") => Error::NotFound,
            Some("55P03") | Some("40P01") | Some("40001") => Refusal::new("refuse-busy").into(),
            _ => Error::Db(error),
        }
    }
}

impl Error {
    /// Whether somebody else held what was needed, so that trying again may help.
    pub fn is_busy(&self) -> bool {
        matches!(self, Error::Refused(refusals) if refusals.iter().any(|refusal| refusal.message.id == "refuse-busy"))
    }

    /// The HTTP status that tells a program the same.
    pub fn status(&self) -> u16 {
        match self {
            Error::Refused(_) => 422,
            Error::Conflict => 409,
            Error::NotFound => 404,
            Error::Denied | Error::Shut(_) => 403,
            Error::SignedOut => 401,
            Error::BadRequest(_) => 400,
            Error::Db(sqlx::Error::PoolTimedOut | sqlx::Error::Io(_)) => 503,
            Error::Db(_) | Error::Other(_) => 500,
        }
    }

    /// Refusals to show; a fault of ours becomes one sentence with the reference for the log.
    pub fn refusals(self, request: uuid::Uuid) -> Vec<Refusal> {
        match self {
            Error::Refused(refusals) => refusals,
            Error::Conflict => vec![Refusal::new("refuse-conflict")],
            Error::NotFound => vec![Refusal::new("error-not-found")],
            Error::Denied => vec![Refusal::new("error-denied")],
            Error::Shut(refusal) => vec![refusal],
            Error::SignedOut => vec![Refusal::new("error-signed-out")],
            Error::BadRequest(_) => vec![Refusal::new("error-bad-request")],
            Error::Db(_) | Error::Other(_) => {
                tracing::error!(%request, error = %self, "request failed");
                vec![Refusal::new("error-internal").with("reference", request.to_string())]
            }
        }
    }
}
