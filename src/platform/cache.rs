//! What was read before, kept in the memory of this node until something of its company changes.
//!
//! Every change, by whatever door, leaves an entry in the audit log, and the entries are sealed into the company's chain when it
//! commits: the hash of the last seal is a stamp of everything that the company holds and ever held. It is read with the statement that opens
//! a unit of work, and so before the data: what is kept under a stamp is as new as that, or newer. Nodes need to know nothing of each
//! other, and whoever has changed something finds another stamp.

use super::tenancy::TenantTx;
use crate::record::Reach;
use quick_cache::Weighter;
use sha2::{Digest as _, Sha256};
use std::any::Any;
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
pub struct Cache(Arc<quick_cache::sync::Cache<Key, Kept, Bytes>>);

/// What is asked, by whom.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    tenant: Uuid,
    print: [u8; 32],
}

#[derive(Clone)]
struct Kept {
    stamp: Vec<u8>,
    bytes: usize,
    value: Arc<dyn Any + Send + Sync>,
}

#[derive(Clone)]
struct Bytes;

impl Weighter<Key, Kept> for Bytes {
    fn weight(&self, _: &Key, kept: &Kept) -> u64 {
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
    /// Nothing of the company has changed since.
    Fresh(Arc<T>),
    /// Something has changed, whether or not it concerns the answer.
    Stale,
    Nothing,
}

impl TenantTx {
    /// The key of something that is read: what it is, what it is asked with, and everything else that decides what this reader
    /// sees. Whoever reaches all rows sees what their colleagues of the same role see.
    pub fn key(&self, what: &str, asked: &[&str], reach: Reach) -> Key {
        let standing = &self.standing;
        let whose = if reach == Reach::All { standing.role } else { standing.member };
        let seen = format!("{:?} {:?} {:?}", self.cx.scope, self.plan.flags, self.company.today);
        let mut print = Sha256::new();
        for part in [what, &seen, self.cx.i18n.locale.tag()].iter().chain(asked) {
            print.update((part.len() as u64).to_be_bytes());
            print.update(part);
        }
        print.update(whose);
        Key { tenant: self.tenant(), print: print.finalize().into() }
    }

    /// What is kept under a key. Once a transaction has changed something, nothing is.
    pub fn known<T: Send + Sync + 'static>(&self, key: &Key) -> Known<T> {
        match self.cache.0.get(key) {
            Some(kept) if Some(&kept.stamp) == self.stamp.as_ref() => {
                kept.value.downcast().map_or(Known::Nothing, Known::Fresh)
            }
            Some(_) => Known::Stale,
            None => Known::Nothing,
        }
    }

    /// Keeps what was read in this transaction, of about so many bytes.
    pub fn keep<T: Send + Sync + 'static>(&self, key: Key, value: Arc<T>, bytes: usize) {
        if let Some(stamp) = self.stamp.clone()
            && bytes <= MOST
        {
            self.cache.0.insert(key, Kept { stamp, bytes, value });
        }
    }
}
