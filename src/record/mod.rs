//! What a record is: a value that describes fields, lines, states, actions and lists once.
//!
//! List, form, validation, search, import and SQL all follow from it, in the browser and on the server.

pub mod audit;
pub mod comments;
pub mod custom;
pub mod fold;
pub mod import;
pub mod jobs;
pub mod line;
pub mod money;
pub mod page;
pub mod query;
pub mod search;
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
    /// Words separated by commas, each with a box to tick.
    Words,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// The name of a record type.
    RecordType,
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
    /// The record of the linked type that was made first, where most companies have only one: in use, and within no other.
    First,
    /// The branch of whoever makes the record, else the company's first.
    Branch,
    /// Whoever makes the record.
    Member,
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
    /// Read by a scanner: in full it names the record, as its code does.
    pub scanned: bool,
    /// Two records of a company never share it.
    pub unique: bool,
    pub start: Start,
    /// For colleagues only: on no paper, and kept from customers on the portal.
    pub internal: bool,
    /// Says something about the natural person that the record describes, and goes when that person is to be forgotten.
    pub personal: bool,
    /// Changes without an entry in the audit log, such as when something was last used.
    pub unlogged: bool,
    /// Links of the same record: it says something about the person that one of them leads to, and goes with that person.
    pub about: &'static [&'static str],
    /// What sets it apart, when a company has added it.
    pub custom: Option<&'static custom::Custom>,
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
            scanned: false,
            unique: matches!(kind, Kind::Code | Kind::Number),
            start: Start::Empty,
            internal: false,
            personal: false,
            unlogged: false,
            about: &[],
            custom: None,
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
    pub const fn scanned(mut self) -> Field {
        self.searched = true;
        self.scanned = true;
        self
    }
    pub const fn internal(mut self) -> Field {
        self.internal = true;
        self
    }
    pub const fn unlogged(mut self) -> Field {
        self.unlogged = true;
        self
    }
    pub const fn personal(mut self) -> Field {
        self.personal = true;
        self
    }
    pub const fn about(mut self, links: &'static [&'static str]) -> Field {
        self.about = links;
        self
    }
    /// Whether it goes with the person that the record describes. What a company added to such a record is about them, too:
    /// nothing says that it is not.
    pub const fn goes_with_person(&self) -> bool {
        self.personal || self.custom.is_some()
    }
    pub const fn start(mut self, start: Start) -> Field {
        self.start = start;
        self
    }
}

/// How a state looks in lists and on the document's track.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
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
    /// Taken by Diwan itself on somebody's behalf; never offered.
    pub internal: bool,
    /// Bases of roles that take it beside the owner, whether they keep the record or not; empty for all that keep it.
    pub reserved_for: &'static [&'static str],
}

impl Action {
    pub const fn new(name: &'static str, icon: &'static str, from: &'static [&'static str]) -> Action {
        Action { name, icon, from, primary: false, grave: false, internal: false, reserved_for: &[] }
    }
    pub const fn primary(mut self) -> Action {
        self.primary = true;
        self
    }
    pub const fn grave(mut self) -> Action {
        self.grave = true;
        self
    }
    pub const fn internal(mut self) -> Action {
        self.internal = true;
        self
    }
    pub const fn reserved_for(mut self, bases: &'static [&'static str]) -> Action {
        self.reserved_for = bases;
        self
    }
    /// Whether roles of a base take it, given whether they keep the record.
    pub fn is_for(&self, base: &str, keeps: bool) -> bool {
        if self.reserved_for.is_empty() { keeps } else { base == "owner" || self.reserved_for.contains(&base) }
    }
}

/// Which rows of a type a role reaches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Reach {
    #[default]
    All,
    /// Those of the reader's branch.
    Branch,
    /// Those that the reader made.
    Own,
    /// Those of the customer that the reader works for.
    Party,
}

impl Reach {
    pub const ALL: [Reach; 4] = [Reach::All, Reach::Branch, Reach::Own, Reach::Party];

    pub const fn name(self) -> &'static str {
        match self {
            Reach::All => "all",
            Reach::Branch => "branch",
            Reach::Own => "own",
            Reach::Party => "party",
        }
    }

    pub fn from_name(name: &str) -> Option<Reach> {
        Reach::ALL.into_iter().find(|reach| reach.name() == name)
    }
}

/// In a list of actions: all of them.
pub const ALL_ACTIONS: &str = "*";

/// Where a form offers a choice of fields: none of them.
pub const NO_FIELD: &str = "-";

/// How the lines of a document are edited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Look {
    /// Row by row, as in a spreadsheet.
    #[default]
    Grid,
    /// Every record type with what may be done with it.
    Rights,
}

/// The lines of a document: their own table, ordered by position.
#[derive(Debug, PartialEq, Eq)]
pub struct Lines {
    pub table: &'static str,
    pub fields: &'static [Field],
    /// At least one line is asked for before the document leaves its draft.
    pub required: bool,
    pub look: Look,
}

impl Lines {
    pub const fn new(table: &'static str, fields: &'static [Field]) -> Lines {
        Lines { table, fields, required: false, look: Look::Grid }
    }
    pub const fn required(mut self) -> Lines {
        self.required = true;
        self
    }
    pub const fn look(mut self, look: Look) -> Lines {
        self.look = look;
        self
    }
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|f| f.name == name)
    }
}

/// A constraint of the database that means something to people: what is said when it is hurt, and at which field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Constraint {
    pub name: &'static str,
    pub message: &'static str,
    pub field: Option<&'static str>,
}

impl Constraint {
    pub const fn new(name: &'static str, message: &'static str) -> Constraint {
        // The browser hears what the server says of them, and never their names.
        let (name, message) = if cfg!(feature = "ssr") { (name, message) } else { ("", "") };
        Constraint { name, message, field: None }
    }
    pub const fn at(mut self, field: &'static str) -> Constraint {
        self.field = Some(field);
        self
    }
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
    /// Each company has exactly one, whose id is the company's.
    pub single: bool,
    /// Constraints of the tables behind it, as far as its rules leave them to the database.
    pub constraints: &'static [Constraint],
    /// The field that says which customer a row belongs to; `id` for the customer itself.
    pub party: Option<&'static str>,
    /// The field that leads to the account of whom it describes, should they have one: they sign in, and what they have done
    /// carries their id.
    pub account: Option<&'static str>,
    /// Bases of roles that see it beside owner and auditor; empty for all but the portal.
    pub seen_by: &'static [&'static str],
    /// Bases of roles that create, change, delete and act on it beside the owner.
    pub kept_by: &'static [&'static str],
    /// The part of Diwan that it belongs to; a company without it has no such records.
    pub flag: Option<&'static str>,
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
            single: false,
            constraints: &[],
            party: None,
            account: None,
            seen_by: &[],
            kept_by: &[],
            flag: None,
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

    /// Whether rows of this type can be told apart so far.
    pub fn knows(&self, reach: Reach) -> bool {
        match reach {
            Reach::All | Reach::Own => true,
            Reach::Branch => self.field("branch").is_some(),
            Reach::Party => self.party.is_some(),
        }
    }

    /// Whether a field tells what a row is, where it stands or whose it is. It cannot be kept from those who see the row.
    pub fn tells(&self, field: &str) -> bool {
        [self.title, self.sort, "state", "branch"].contains(&field) || self.party == Some(field)
    }

    /// The field that people tell its rows apart by, and type themselves: mostly a code.
    pub fn key(&self) -> Option<&'static Field> {
        self.fields.iter().find(|f| f.unique && !f.computed)
    }

    /// Whether it describes a natural person.
    pub fn holds_person(&self) -> bool {
        self.all_fields().any(|(field, _)| field.personal)
    }

    /// Every field by the name that rights know it by: those of lines as `lines.price`.
    pub fn all_fields(&self) -> impl Iterator<Item = (&'static Field, String)> + use<> {
        let of_lines = self.lines.map_or(&[][..], |lines| lines.fields);
        let own = self.fields.iter().map(|field| (field, field.name.to_owned()));
        own.chain(of_lines.iter().map(|field| (field, format!("lines.{}", field.name))))
    }

    /// A field of the record, or one of its lines by `lines.price`.
    pub fn any_field(&self, name: &str) -> Option<&'static Field> {
        match name.strip_prefix("lines.") {
            Some(name) => self.lines.and_then(|lines| lines.field(name)),
            None => self.field(name),
        }
    }

    /// The address of a form.
    pub fn address(&self, id: uuid::Uuid) -> String {
        if self.single { format!("/{}", self.path) } else { format!("/{}/{id}", self.path) }
    }

    /// The field that names the currency of the document's money, if it has one of its own.
    pub fn currency_field(&self) -> Option<&'static Field> {
        self.fields.iter().find(|f| f.kind == Kind::Currency)
    }
}
