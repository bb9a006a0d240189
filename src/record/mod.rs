//! What a record is: a value that describes fields, lines, states, actions and lists once.
//!
//! List, form, validation, search, import and SQL all follow from it, in the browser and on the server.

pub mod fold;
pub mod line;
pub mod money;
pub mod page;
pub mod query;
pub mod value;

pub use money::{Currency, Minor};
pub use value::{Names, Value};

/// What a field holds; decides how it is read, stored, checked and shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One line of text of at most so many characters.
    Text(u16),
    /// Several lines of text.
    Note,
    /// A code that people type and print: unique in its company, shown left to right.
    Code,
    /// A document number, drawn from a gapless series when the document is first confirmed or posted.
    Number,
    /// A name in Arabic and in English.
    Names,
    /// A count.
    Integer,
    /// A quantity in the item's unit, six decimals at most.
    Quantity,
    /// A unit price in the document's currency, six decimals at most.
    Price,
    /// An exchange rate: company currency for one unit of the document's currency.
    Rate,
    /// A percentage from 0 to 100, four decimals at most.
    Percent,
    /// An amount in minor units of the document's currency.
    Money,
    /// An amount in minor units of the company's currency.
    Base,
    /// A business date in the company's time zone.
    Date,
    /// Yes or no.
    Bool,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// An ISO 4217 code.
    Currency,
    /// The id of a record of the named type.
    Link(&'static str),
    /// The id of the document, or of its line, that this one goes back to; of whatever type.
    Source,
    /// The state of a document; one of the record's `states`.
    State,
}

impl Kind {
    /// Whether values line up as figures at the end of their column.
    pub const fn is_figure(self) -> bool {
        matches!(
            self,
            Kind::Integer | Kind::Quantity | Kind::Price | Kind::Rate | Kind::Percent | Kind::Money | Kind::Base
        )
    }

    /// The Postgres type of the column.
    pub const fn sql(self) -> &'static str {
        match self {
            Kind::Names => "jsonb",
            Kind::Integer => "int",
            Kind::Quantity | Kind::Price | Kind::Rate | Kind::Percent => "numeric",
            Kind::Money | Kind::Base => "bigint",
            Kind::Date => "date",
            Kind::Bool => "boolean",
            Kind::Link(_) | Kind::Source => "uuid",
            _ => "text",
        }
    }
}

/// What a new record starts with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    Empty,
    /// The company's local date.
    Today,
    /// The company's currency.
    CompanyCurrency,
    /// This canonical text.
    Text(&'static str),
    /// The record of the linked type that was made first, where most companies have only one.
    First,
}

/// One field of a record or of its lines. The column in the table carries the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    pub name: &'static str,
    pub kind: Kind,
    pub required: bool,
    /// Written by rules only; people and imports cannot set it.
    pub computed: bool,
    /// Not on the form, though lists and rules know it.
    pub hidden: bool,
    /// Takes the whole width of the form.
    pub wide: bool,
    /// May be negative.
    pub signed: bool,
    /// The search box of lists looks in it.
    pub searched: bool,
    /// Two records of a company never share it.
    pub unique: bool,
    pub start: Start,
}

impl Field {
    pub const fn new(name: &'static str, kind: Kind) -> Field {
        Field {
            name,
            kind,
            required: false,
            computed: false,
            hidden: false,
            wide: false,
            signed: false,
            searched: matches!(kind, Kind::Code | Kind::Number),
            unique: matches!(kind, Kind::Code | Kind::Number),
            start: Start::Empty,
        }
    }
    pub const fn required(mut self) -> Field {
        self.required = true;
        self
    }
    pub const fn computed(mut self) -> Field {
        self.computed = true;
        self
    }
    pub const fn hidden(mut self) -> Field {
        self.hidden = true;
        self.computed = true;
        self
    }
    pub const fn wide(mut self) -> Field {
        self.wide = true;
        self
    }
    pub const fn signed(mut self) -> Field {
        self.signed = true;
        self
    }
    pub const fn searched(mut self) -> Field {
        self.searched = true;
        self
    }
    pub const fn start(mut self, start: Start) -> Field {
        self.start = start;
        self
    }
}

/// How a state looks in lists and on the document's track.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Draft,
    Active,
    Partial,
    Done,
    Late,
    Void,
}

impl Tone {
    /// The CSS class of the pill.
    pub const fn class(self) -> &'static str {
        match self {
            Tone::Draft => "p-draft",
            Tone::Active => "p-conf",
            Tone::Partial => "p-part",
            Tone::Done => "p-done",
            Tone::Late => "p-late",
            Tone::Void => "p-void",
        }
    }
}

/// A state that a document can be in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    pub name: &'static str,
    pub tone: Tone,
    /// Whether fields can still be edited.
    pub editable: bool,
    /// Whether the state is a step of the usual way, shown on the track.
    pub on_track: bool,
}

impl State {
    pub const fn new(name: &'static str, tone: Tone) -> State {
        State { name, tone, editable: false, on_track: true }
    }
    pub const fn editable(mut self) -> State {
        self.editable = true;
        self
    }
    /// A way out, such as cancelled, that the track leaves out until it happens.
    pub const fn aside(mut self) -> State {
        self.on_track = false;
        self
    }
}

/// Something that can be done with a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Action {
    pub name: &'static str,
    pub icon: &'static str,
    /// States in which it is offered.
    pub from: &'static [&'static str],
    /// The step that usually comes next; shown first and filled.
    pub primary: bool,
    /// Cannot be taken back; asks once more.
    pub grave: bool,
}

impl Action {
    pub const fn new(name: &'static str, icon: &'static str, from: &'static [&'static str]) -> Action {
        Action { name, icon, from, primary: false, grave: false }
    }
    pub const fn primary(mut self) -> Action {
        self.primary = true;
        self
    }
    pub const fn grave(mut self) -> Action {
        self.grave = true;
        self
    }
}

/// The lines of a document: their own table, ordered by position.
#[derive(Debug, PartialEq, Eq)]
pub struct Lines {
    pub table: &'static str,
    pub fields: &'static [Field],
    /// At least one line is asked for before the document leaves its draft.
    pub required: bool,
}

/// A ready-made filter of the list, shown as a tab.
#[derive(Debug, PartialEq, Eq)]
pub struct View {
    pub name: &'static str,
    /// Conditions in the form of the list's query string, such as `state=confirmed,partly_delivered`.
    pub filter: &'static [(&'static str, &'static str)],
}

/// A business document or master record, described once.
#[derive(Debug)]
pub struct Record {
    /// Name of the type and of its table.
    pub name: &'static str,
    /// Last part of its address.
    pub path: &'static str,
    pub module: &'static str,
    pub icon: &'static str,
    /// The field people know the record by.
    pub title: &'static str,
    /// A second field that helps to recognise it, such as the code beside the name.
    pub subtitle: Option<&'static str>,
    pub fields: &'static [Field],
    pub lines: Option<&'static Lines>,
    pub states: &'static [State],
    pub actions: &'static [Action],
    /// Columns of the list unless the reader chooses others.
    pub columns: &'static [&'static str],
    /// Columns whose sum over all matching rows stands under the list.
    pub totals: &'static [&'static str],
    /// The field that orders the list, newest or highest first.
    pub sort: &'static str,
    pub descending: bool,
    pub views: &'static [View],
    /// Fields offered as filters.
    pub filters: &'static [&'static str],
    /// Prefix of document numbers; `None` for master data.
    pub series: Option<&'static str>,
    /// Whether the document prints on paper.
    pub prints: bool,
    /// Whether people may create and change it by hand.
    pub manual: bool,
    /// Roles that see it beside the owner; empty for all.
    pub seen_by: &'static [&'static str],
    /// Roles that create, change and act on it beside the owner.
    pub kept_by: &'static [&'static str],
}

impl Record {
    /// A master record with the usual defaults; constants override what differs.
    pub const fn master(name: &'static str, path: &'static str, module: &'static str) -> Record {
        Record {
            name,
            path,
            module,
            icon: "boxes",
            title: "name",
            subtitle: Some("code"),
            fields: &[],
            lines: None,
            states: &[],
            actions: &[],
            columns: &[],
            totals: &[],
            sort: "code",
            descending: false,
            views: &[],
            filters: &[],
            series: None,
            prints: false,
            manual: true,
            seen_by: &[],
            kept_by: &[],
        }
    }

    /// A numbered document with the usual defaults.
    pub const fn document(
        name: &'static str,
        path: &'static str,
        module: &'static str,
        series: &'static str,
    ) -> Record {
        let mut record = Record::master(name, path, module);
        record.title = "number";
        record.subtitle = None;
        record.sort = "date";
        record.descending = true;
        record.series = Some(series);
        record
    }

    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|f| f.name == name)
    }

    pub fn state(&self, name: &str) -> Option<&'static State> {
        self.states.iter().find(|s| s.name == name)
    }

    pub fn action(&self, name: &str) -> Option<&'static Action> {
        self.actions.iter().find(|a| a.name == name)
    }

    /// Whether a record in this state can be edited; master data always can.
    pub fn editable(&self, state: Option<&str>) -> bool {
        self.manual
            && match state {
                None => true,
                Some(name) => self.state(name).is_some_and(|s| s.editable),
            }
    }

    /// The state a new document is born in.
    pub fn first_state(&self) -> Option<&'static str> {
        self.states.first().map(|s| s.name)
    }

    /// The field that names the currency of the document's money, if it has one of its own.
    pub fn currency_field(&self) -> Option<&'static Field> {
        self.fields.iter().find(|f| f.kind == Kind::Currency)
    }
}
