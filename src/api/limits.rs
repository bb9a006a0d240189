//! How often programs may ask: buckets of tokens in the memory of this node, one for each access token and one for each
//! company, each full for a minute's requests and refilled evenly.
//!
//! A token has as many as the installation says, a company as many as its plan does. A request takes what it needs before
//! anybody looks into the database, by what the company's plan said the last time; once the plan is read, by what it says now.

use crate::platform::config::Rates;
use crate::platform::error::Outcome;
use crate::platform::plan::{self, Allowance};
use crate::platform::tenancy::Db;
use crate::platform::token::Bearer;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use governor::clock::Clock as _;
use governor::middleware::StateInformationMiddleware;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use uuid::Uuid;

const STATE: HeaderName = HeaderName::from_static("ratelimit");
const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// Seconds in which an empty bucket is full again.
const WINDOW: u32 = 60;

/// Requests of a company in a second that are let through to its plan although there is no room for them.
const LOOKS: u32 = 2;

/// The buckets of this node.
#[derive(Clone)]
pub struct Limits(Arc<Buckets>);

struct Buckets {
    token: Bucket,
    /// Of companies whose plans say no number.
    company: Arc<Bucket>,
    planned: Mutex<Planned>,
    looks: DefaultKeyedRateLimiter<Uuid>,
    /// Calls that this node has let in and not written down yet, by company.
    counted: Mutex<HashMap<Uuid, i64>>,
}

/// The buckets of companies whose plans say a number.
#[derive(Default)]
struct Planned {
    /// By that number.
    buckets: HashMap<u32, Arc<Bucket>>,
    /// The numbers of companies, as their plans were last read.
    rates: HashMap<Uuid, u32>,
}

/// The buckets of one kind, by whose they are.
struct Bucket {
    name: &'static str,
    most: NonZeroU32,
    limiter: DefaultKeyedRateLimiter<Uuid, StateInformationMiddleware>,
}

/// What is left in a bucket.
#[derive(Clone, Copy, Debug)]
struct Level {
    name: &'static str,
    most: u32,
    left: u32,
    /// Until more can be taken, when this time there was not enough.
    wait: Option<Duration>,
}

/// What a request took, and what it leaves to others.
#[derive(Clone, Copy, Debug)]
pub struct Taken {
    token: Level,
    company: Level,
}

impl Limits {
    pub fn new(rates: Rates) -> Limits {
        Limits(Arc::new(Buckets {
            token: Bucket::new("token", rates.token),
            company: Arc::new(Bucket::new("company", rates.company)),
            planned: Mutex::default(),
            looks: RateLimiter::keyed(Quota::per_second(NonZeroU32::new(LOOKS).unwrap_or(NonZeroU32::MIN))),
            counted: Mutex::default(),
        }))
    }

    /// Takes so many requests out of the buckets of a token and of its company, as the company's plan was last read.
    pub fn take(&self, bearer: Bearer, requests: u32) -> Taken {
        let requests = NonZeroU32::new(requests).unwrap_or(NonZeroU32::MIN);
        let token = self.0.token.take(bearer.id, requests);
        let company = self.known(bearer.tenant);
        // Who asks too much takes nothing from colleagues.
        let company = match token.wait {
            Some(_) => company.full(),
            None => company.take(bearer.tenant, requests),
        };
        Taken { token, company }
    }

    /// Whether a request for which its company has no room is let through to the plan all the same. A few are, so that a larger
    /// plan counts at once; the rest of a storm stays outside.
    pub fn looks_again(&self, bearer: Bearer, taken: &Taken) -> bool {
        taken.token.wait.is_none() && self.0.looks.check_key(&bearer.tenant).is_ok()
    }

    /// The same request by what the company's plan says now: where that is another number than the last time, it is taken out
    /// of that bucket. Without a number it is what the installation gives each company.
    pub fn settle(&self, bearer: Bearer, taken: Taken, rate: Option<i64>) -> Taken {
        let company = self.learn(bearer.tenant, rate);
        if taken.company.most == company.most.get() {
            return taken;
        }
        Taken { company: company.take(bearer.tenant, NonZeroU32::MIN), ..taken }
    }

    /// The buckets among which a company has one, as its plan was last read.
    fn known(&self, company: Uuid) -> Arc<Bucket> {
        let planned = self.planned();
        let bucket = planned.rates.get(&company).and_then(|rate| planned.buckets.get(rate));
        bucket.unwrap_or(&self.0.company).clone()
    }

    /// The same, as its plan is now.
    fn learn(&self, company: Uuid, rate: Option<i64>) -> Arc<Bucket> {
        let usual = self.0.company.most.get();
        let mut planned = self.planned();
        match rate.and_then(|rate| u32::try_from(rate).ok()).filter(|rate| *rate != usual) {
            Some(rate) => {
                planned.rates.insert(company, rate);
                planned.buckets.entry(rate).or_insert_with(|| Arc::new(Bucket::new("company", rate))).clone()
            }
            None => {
                planned.rates.remove(&company);
                self.0.company.clone()
            }
        }
    }

    fn planned(&self) -> MutexGuard<'_, Planned> {
        self.0.planned.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts calls of a company, as long as its plan has room for them in this month. Of other nodes it knows what they have
    /// written down: a company may come a minute's calls beyond its limit, and is never refused before it.
    pub fn spend(&self, company: Uuid, calls: u32, allowance: Allowance) -> bool {
        let mut counted = self.counted();
        let here = counted.get(&company).copied().unwrap_or_default();
        let fits = plan::fits(allowance.made.saturating_add(here), calls.into(), allowance.most);
        if fits {
            counted.insert(company, here + i64::from(calls));
        }
        fits
    }

    fn counted(&self) -> MutexGuard<'_, HashMap<Uuid, i64>> {
        self.0.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes down what was counted. What cannot be written is counted further.
    pub async fn write_down(&self, db: &Db) -> Outcome<()> {
        let taken = std::mem::take(&mut *self.counted());
        if taken.is_empty() {
            return Ok(());
        }
        let calls: Vec<(Uuid, i64)> = taken.into_iter().collect();
        let written = plan::count_calls(db, &calls).await;
        if written.is_err() {
            let mut counted = self.counted();
            for (company, calls) in calls {
                *counted.entry(company).or_default() += calls;
            }
        }
        written
    }

    /// Forgets whose buckets are full again, and what plans say: each is read again with the next request.
    pub fn forget(&self) {
        self.0.token.limiter.retain_recent();
        self.0.company.limiter.retain_recent();
        self.0.looks.retain_recent();
        let mut planned = self.planned();
        planned.rates.clear();
        planned.buckets.retain(|_, bucket| {
            bucket.limiter.retain_recent();
            !bucket.limiter.is_empty()
        });
    }
}

impl Bucket {
    fn new(name: &'static str, most: u32) -> Bucket {
        let most = NonZeroU32::new(most).unwrap_or(NonZeroU32::MIN);
        let limiter = RateLimiter::keyed(Quota::per_minute(most)).with_middleware::<StateInformationMiddleware>();
        Bucket { name, most, limiter }
    }

    fn full(&self) -> Level {
        Level { name: self.name, most: self.most.get(), left: self.most.get(), wait: None }
    }

    fn take(&self, whose: Uuid, requests: NonZeroU32) -> Level {
        match self.limiter.check_key_n(&whose, requests) {
            Ok(Ok(state)) => Level { left: state.remaining_burst_capacity(), ..self.full() },
            Ok(Err(until)) => {
                let wait = until.wait_time_from(self.limiter.clock().now());
                Level { left: 0, wait: Some(wait), ..self.full() }
            }
            // More at once than fits, however long one waits.
            Err(_) => Level { left: 0, wait: Some(Duration::from_secs(WINDOW.into())), ..self.full() },
        }
    }
}

impl Level {
    /// Seconds until the bucket is full, or until there is enough for what was asked.
    fn reset(&self) -> u64 {
        match self.wait {
            Some(wait) => seconds(wait),
            None => (u64::from(self.most - self.left.min(self.most)) * u64::from(WINDOW)).div_ceil(self.most.into()),
        }
    }
}

/// Whole seconds, so that whoever waits for them has waited enough.
pub fn seconds(wait: Duration) -> u64 {
    (wait.as_secs() + u64::from(wait.subsec_nanos() > 0)).max(1)
}

impl Taken {
    /// How long to wait, when there was not enough.
    pub fn wait(&self) -> Option<Duration> {
        self.token.wait.into_iter().chain(self.company.wait).max()
    }

    /// Says it in the headers of draft-ietf-httpapi-ratelimit-headers.
    pub fn tell(&self, headers: &mut HeaderMap) {
        let both = |one: &dyn Fn(&Level) -> String| format!("{}, {}", one(&self.token), one(&self.company));
        let policy = both(&|level| format!("\"{}\";q={};w={WINDOW}", level.name, level.most));
        let state = both(&|level| format!("\"{}\";r={};t={}", level.name, level.left, level.reset()));
        for (name, text) in [(POLICY, policy), (STATE, state)] {
            if let Ok(value) = HeaderValue::from_str(&text) {
                headers.insert(name, value);
            }
        }
    }
}
