//! The `diwan` binary: one verb per need of an operator.

mod commands;

use clap::{CommandFactory as _, Parser, Subcommand};
use commands::{archive, audit, company, doctor, import, operator, person, serve, token, work};
use diwan::i18n::Locale;
use diwan::modules;
use diwan::platform::config::Config;
use diwan::platform::{database, slow, web};
use std::net::SocketAddr;
use std::path::PathBuf;
use tracing_subscriber::Layer as _;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

#[derive(Parser)]
#[command(name = "diwan", version, about = "An ERP in English and Arabic for companies in the Arab world")]
struct Arguments {
    /// Folder for the private database, its key and files.
    #[arg(long, global = true, default_value = "data", env = "DIWAN_DATA")]
    data: PathBuf,
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Subcommand)]
enum Verb {
    /// Serves the pages, with a private Postgres unless DATABASE_URL names another.
    Serve {
        /// Address to listen on.
        #[arg(long, env = "DIWAN_ADDR", default_value = "127.0.0.1:3000")]
        addr: SocketAddr,
        /// Found the demonstration company when there is none, and print how to sign in.
        #[arg(long)]
        demo: bool,
        /// Browsers reach this server over https.
        #[arg(long, env = "DIWAN_SECURE")]
        secure: bool,
    },
    /// Does jobs and serves no pages; any number of these may run beside the servers.
    Work,
    /// Brings the database schema up to date and stops.
    Migrate,
    /// Imports a spreadsheet, CSV or XLSX, as one user of one company would on the import page, where it can be undone.
    Import(ImportOrder),
    /// Makes an access token for a program with the rights of one user of one company, and prints its secret.
    Token {
        /// Mail address of the user.
        #[arg(long)]
        user: String,
        /// Id of the company, unless it is the user's first.
        #[arg(long)]
        company: Option<uuid::Uuid>,
        #[arg(long)]
        name: String,
        /// `read`, or `write` for reading and changing.
        #[arg(long, default_value = "read")]
        scope: String,
    },
    /// What concerns a natural person whom a record describes.
    Person {
        #[command(subcommand)]
        verb: PersonVerb,
    },
    /// What concerns the audit log.
    Audit {
        #[command(subcommand)]
        verb: AuditVerb,
    },
    /// Companies as archives.
    Archive {
        #[command(subcommand)]
        verb: ArchiveVerb,
    },
    /// What concerns a company as a whole.
    Company {
        #[command(subcommand)]
        verb: CompanyVerb,
    },
    /// Who operates the installation: sees all companies and what they use, gives plans, suspends.
    Operator {
        #[command(subcommand)]
        verb: OperatorVerb,
    },
    /// Says which database, store of files and mail server are used, and whether they answer.
    Doctor,
}

#[derive(Subcommand)]
enum OperatorVerb {
    /// Makes whoever has this address an operator, with a new account if they have none.
    Add {
        /// Mail address.
        email: String,
        /// Name of a new account.
        #[arg(long, default_value = "")]
        name: String,
        /// Language of a new account, `en` or `ar`.
        #[arg(long, default_value = "en", value_parser = |tag: &str| Locale::from_tag(tag).ok_or("Diwan speaks en and ar"))]
        language: Locale,
    },
    /// Takes this from somebody; their account stays.
    Remove {
        /// Mail address.
        email: String,
    },
    /// Lists the operators.
    List,
}

/// What is to be imported, by whom and how.
#[derive(clap::Args)]
struct ImportOrder {
    /// Record type, such as `customer`.
    record: String,
    file: PathBuf,
    /// Mail address of the user who imports.
    #[arg(long)]
    user: String,
    /// Id of the company, unless it is the user's first.
    #[arg(long)]
    company: Option<uuid::Uuid>,
    /// COLUMN=FIELD, or COLUMN*FACTOR=FIELD; may be given several times. Columns called like a field need none.
    #[arg(long = "map")]
    mapping: Vec<String>,
    /// FIELD=TEXT for every row; may be given several times.
    #[arg(long = "set")]
    fixed: Vec<String>,
    /// Rows whose key exists change that record, rather than being refused.
    #[arg(long)]
    changes: bool,
    /// Only say what would happen.
    #[arg(long)]
    rehearse: bool,
}

#[derive(Subcommand)]
enum PersonVerb {
    /// Writes all that is known of a person into an archive.
    Export {
        #[command(flatten)]
        who: Who,
        /// File to write, a ZIP.
        #[arg(long)]
        to: PathBuf,
    },
    /// Erases what says who a person was; documents and books stay. It cannot be undone.
    Erase {
        #[command(flatten)]
        who: Who,
        /// What the record is called, as on its page: its code, else its name.
        #[arg(long)]
        called: String,
    },
}

/// A record that describes a person, and who asks.
#[derive(clap::Args)]
struct Who {
    /// Record type, such as `customer` or `member`.
    #[arg(long)]
    record: String,
    /// Id of the record.
    #[arg(long)]
    id: uuid::Uuid,
    /// Mail address of the user who asks.
    #[arg(long)]
    user: String,
    /// Id of the company, unless it is the user's first.
    #[arg(long)]
    company: Option<uuid::Uuid>,
}

#[derive(Subcommand)]
enum AuditVerb {
    /// Checks the chain of every company; fails where a row was changed, taken out or slipped in.
    Verify,
}

#[derive(Subcommand)]
enum ArchiveVerb {
    /// Writes a company into an archive: rows, files and a list of their hashes.
    Export {
        /// Id of the company, or its exact name in either language.
        #[arg(long)]
        company: String,
        /// The file to make; one that exists stays.
        #[arg(long)]
        to: PathBuf,
    },
    /// Loads an archive as a new company, equal by hash, or not at all.
    Load {
        file: PathBuf,
        /// Mail address of an account, which becomes an owner of the company.
        #[arg(long)]
        owner: String,
    },
}

#[derive(Subcommand)]
enum CompanyVerb {
    /// Deletes a company for good: rows, files, search. Run again after it was cut off, it goes on.
    Delete {
        /// Id of the company, or its exact name in either language.
        company: String,
        /// The exact name once more.
        #[arg(long)]
        confirm: String,
    },
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let filter = tracing_subscriber::EnvFilter::try_from_env("DIWAN_LOG")
        .unwrap_or_else(|_| "warn,diwan=info,sqlx=warn,sqlx::postgres::notice=error".into());
    let log = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_filter(filter);
    let (ear, slow) = slow::listen();
    tracing_subscriber::registry().with(log).with(ear).init();
    modules::install();
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(run(arguments, slow))
}

async fn run(arguments: Arguments, slow: slow::Heard) -> anyhow::Result<()> {
    let config = Config::new(arguments.data)?;
    let verb = match arguments.verb {
        Some(verb) => verb,
        // As `cargo leptos watch` starts it.
        None if std::env::var_os("LEPTOS_WATCH").is_some() => {
            Verb::Serve { addr: web::site()?.site_addr, demo: true, secure: false }
        }
        None => {
            Arguments::command().print_help()?;
            std::process::exit(2);
        }
    };
    match verb {
        Verb::Serve { addr, demo, secure } => serve::run(config, addr, demo, secure, slow).await,
        Verb::Work => work::run(&config, slow).await,
        Verb::Migrate => database::open(&config).await?.close().await,
        Verb::Import(order) => import::run(&config, &order).await,
        Verb::Token { user, company, name, scope } => token::run(&config, &user, company, &name, &scope).await,
        Verb::Person { verb } => person::run(&config, &verb).await,
        Verb::Audit { verb: AuditVerb::Verify } => audit::verify(&config).await,
        Verb::Archive { verb } => archive::run(&config, &verb).await,
        Verb::Company { verb: CompanyVerb::Delete { company, confirm } } => {
            company::delete(&config, &company, &confirm).await
        }
        Verb::Operator { verb } => operator::run(&config, verb).await,
        Verb::Doctor => doctor::run(&config).await,
    }
}
