//! Comments and notifications as their pages show them.

use super::jobs::JobLine;
use super::page::Message;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A part of what somebody said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Part {
    Text(String),
    /// The name of a member who is meant.
    Mention(String),
}

/// A comment on a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comment {
    pub id: Uuid,
    /// The comment that began the thread, for an answer.
    pub answers: Option<Uuid>,
    pub by: String,
    /// Local time of the company, `YYYY-MM-DD HH:MM`.
    pub at: String,
    pub edited: bool,
    /// Taken back; it stays because of its answers, and its parts are empty.
    pub removed: bool,
    pub parts: Vec<Part>,
    /// The text as its author typed it, where the reader is the author and may change it.
    pub source: Option<String>,
}

/// What a form about comments wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verb {
    Add,
    Edit,
    Remove,
}

impl Verb {
    pub const fn name(self) -> &'static str {
        match self {
            Verb::Add => "add",
            Verb::Edit => "edit",
            Verb::Remove => "remove",
        }
    }

    pub fn from_name(name: &str) -> Option<Verb> {
        [Verb::Add, Verb::Edit, Verb::Remove].into_iter().find(|verb| verb.name() == name)
    }
}

/// A comment that came back: what was typed, and what stood in the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    pub verb: Verb,
    /// The comment that it answers or changes.
    pub on: Option<Uuid>,
    pub text: String,
    pub faults: Vec<Message>,
}

/// The comments on a record: threads, latest first, each with its answers in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Talk {
    pub comments: Vec<Comment>,
    /// Whether there are older threads.
    pub more: bool,
    pub can_comment: bool,
    /// What the next comment is sent with, so that sending it twice is one comment.
    pub key: Uuid,
    pub draft: Option<Draft>,
}

impl Talk {
    /// Brings a comment back into the form it came from; where there is no such form, into the one for a new comment.
    pub fn bring_back(&mut self, mut draft: Draft) {
        let on = self.comments.iter().find(|comment| Some(comment.id) == draft.on);
        let has_form = match draft.verb {
            Verb::Add => draft.on.is_none() || on.is_some_and(|comment| comment.answers.is_none()),
            Verb::Edit => on.is_some_and(|comment| comment.source.is_some()),
            Verb::Remove => false,
        };
        if !has_form {
            (draft.verb, draft.on) = (Verb::Add, None);
        }
        self.draft = Some(draft);
    }
}

/// What somebody is told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Told {
    /// They are mentioned in a comment.
    Mention,
    /// A thread that they wrote in has an answer.
    Answer,
    /// A record that they made has a comment.
    Own,
    /// A job of theirs has ended.
    Job,
    /// Somebody outside has answered to a record that they made.
    Reply,
}

impl Told {
    /// In the order of their weight: one cause is told once, by the first that fits.
    pub const ALL: [Told; 5] = [Told::Mention, Told::Answer, Told::Own, Told::Job, Told::Reply];

    pub const fn name(self) -> &'static str {
        match self {
            Told::Mention => "mention",
            Told::Answer => "answer",
            Told::Own => "own",
            Told::Job => "job",
            Told::Reply => "reply",
        }
    }

    pub fn from_name(name: &str) -> Option<Told> {
        Told::ALL.into_iter().find(|told| told.name() == name)
    }
}

/// What a notification is about, as far as the reader may still see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum About {
    /// The type of record, the canonical text of its title, the beginning of the comment if there is one.
    Comment(String, String, Vec<Part>),
    Job(Box<JobLine>),
    /// Out of the reader's reach by now.
    Nothing,
}

/// A notification in a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notification {
    pub id: Uuid,
    pub told: Told,
    /// Who wrote the comment.
    pub by: String,
    /// Local time of the company, `YYYY-MM-DD HH:MM`.
    pub at: String,
    pub read: bool,
    pub about: About,
}

/// A page of a member's notifications, latest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotificationPage {
    pub lines: Vec<Notification>,
    /// The place that the page begins after, when it is not the first.
    pub before: Option<Uuid>,
    pub more: bool,
    pub unread: i64,
    /// What the member wants to be told of.
    pub wanted: Vec<Told>,
}
