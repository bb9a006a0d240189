//! What was read before, kept in the memory of this node until something that it follows from changes.
//!
//! Every change, by whatever door, leaves an entry in the audit log, and the entries are sealed into the company's chain when it
//! commits: the hash of the last seal is a stamp of everything that the company holds and ever held. The tables that a
//! transaction wrote to, whoever wrote, are marked with that hash in the same row; the marks of some tables are a stamp of what
//! is read of these. Both are read with the statement that opens a unit of work, and so before the data: what is kept under a
//! stamp is as new as that, or newer. Nodes need to know nothing of each other, and whoever has changed something finds another
//! stamp.
//!
//! Programs are told by a tag what they know already. Pages have none: no browser may store them (`no-store`), so that nothing
//! stays behind on a machine that others use, and there would be nothing that a 304 could stand for. Their lists are kept here.

use super::tenancy::TenantTx;
use crate::record::{Kind, Reach, Record};
use quick_cache::Weighter;
use sha2::{Digest as _, Sha256};
use std::any::Any;
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// Bytes that are kept.
const ROOM: u64 = 16 * 1024 * 1024;

/// Bytes of the largest thing that is kept.
const MOST: usize = 1024 * 1024;

/// What a thing costs beside its own bytes.
const FRAME: usize = 256;

/// The cache of one node.
#[derive(Clone)]
pub struct Cache(Arc<quick_cache::sync::Cache<Place, Kept, Bytes>>);

/// What is asked, by whom, and the stamp of what the answer follows from.
#[derive(Clone, Debug)]
pub struct Key {
    place: Place,
    /// None where nothing is kept.
    stamp: Option<Vec<u8>>,
}

/// Where something is kept.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Place {
    tenant: Uuid,
    print: [u8; 32],
}

/// What an answer follows from.
#[derive(Clone, Copy, Debug)]
pub enum Sources<'t> {
    /// Anything that the company holds.
    Company,
    /// Rows of these tables, in this order.
    Tables(&'t [&'static str]),
}

/// The tables that decide who sees what of a company, and how: of every list and every record.
pub const COMMON: [&str; 6] = ["company", "custom_choice", "custom_field", "member", "role", "role_right"];

/// The tables that a list of these records, or one of them, is read from.
pub fn tables(record: &Record) -> Vec<&'static str> {
    let lines = record.lines.map(|lines| lines.table);
    let linked = record.fields.iter().filter_map(|field| match field.kind {
        Kind::Link(target) => Some(target),
        _ => None,
    });
    let mut tables: Vec<&'static str> = COMMON.into_iter().chain([record.name]).chain(lines).chain(linked).collect();
    tables.sort_unstable();
    tables.dedup();
    tables
}

/// How new a company was when a transaction began.
#[derive(Clone, Debug)]
pub(super) struct Stamp {
    /// Where the chain of its audit log ended.
    pub(super) end: Vec<u8>,
    /// By tables, as JSON, where it ended when rows of one last changed.
    pub(super) marks: String,
}

impl Stamp {
    fn of(&self, sources: Sources<'_>) -> Option<Vec<u8>> {
        let Sources::Tables(tables) = sources else { return Some(self.end.clone()) };
        let marks: HashMap<&str, &str> = serde_json::from_str(&self.marks).ok()?;
        let marks: Vec<&str> = tables.iter().map(|table| marks.get(table).copied().unwrap_or_default()).collect();
        Some(marks.join(" ").into_bytes())
    }
}

#[derive(Clone)]
struct Kept {
    stamp: Vec<u8>,
    bytes: usize,
    value: Arc<dyn Any + Send + Sync>,
}

#[derive(Clone)]
struct Bytes;

impl Weighter<Place, Kept> for Bytes {
    fn weight(&self, _: &Place, kept: &Kept) -> u64 {
        (kept.bytes + FRAME) as u64
    }
}

impl Default for Cache {
    fn default() -> Cache {
        Cache(Arc::new(quick_cache::sync::Cache::with_weighter(4096, ROOM, Bytes)))
    }
}

/// What is known of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known<T> {
    /// Nothing that it follows from has changed since.
    Fresh(Arc<T>),
    /// Something has changed, whether or not it concerns the answer.
    Stale,
    Nothing,
}

impl TenantTx {
    /// The key of something that is read: what it is, what it is asked with, everything else that decides what this reader sees,
    /// and what it follows from. Whoever reaches all rows sees what their colleagues of the same role see.
    pub fn key(&self, what: &str, asked: &[&str], reach: Reach, sources: Sources<'_>) -> Key {
        let standing = &self.standing;
        let whose = if reach == Reach::All { standing.role } else { standing.member };
        let seen = format!("{:?} {:?} {:?}", self.cx.scope, self.plan.flags, self.company.today);
        let mut print = Sha256::new();
        for part in [what, &seen, self.cx.i18n.locale.tag()].iter().chain(asked) {
            print.update((part.len() as u64).to_be_bytes());
            print.update(part);
        }
        print.update(whose);
        let place = Place { tenant: self.tenant(), print: print.finalize().into() };
        Key { place, stamp: self.stamp.as_ref().and_then(|stamp| stamp.of(sources)) }
    }

    /// What is kept under a key. Once a transaction has changed something, nothing is.
    pub fn known<T: Send + Sync + 'static>(&self, key: &Key) -> Known<T> {
        match self.cache.0.get(&key.place) {
            Some(kept) if self.stamp.is_some() && Some(&kept.stamp) == key.stamp.as_ref() => {
                kept.value.downcast().map_or(Known::Nothing, Known::Fresh)
            }
            Some(_) => Known::Stale,
            None => Known::Nothing,
        }
    }

    /// Keeps what was read in this transaction, of about so many bytes.
    pub fn keep<T: Send + Sync + 'static>(&self, key: Key, value: Arc<T>, bytes: usize) {
        if self.stamp.is_some()
            && bytes <= MOST
            && let Some(stamp) = key.stamp
        {
            self.cache.0.insert(key.place, Kept { stamp, bytes, value });
        }
    }
}
