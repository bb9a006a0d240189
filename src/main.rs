//! The `diwan` binary: one verb per need of an operator.

use anyhow::Context as _;
use clap::{CommandFactory as _, Parser, Subcommand};
use diwan::api;
use diwan::api::limits::Limits;
use diwan::api::webhooks::Hooks;
use diwan::app::{forms, shell};
use diwan::i18n::{I18n, Locale};
use diwan::modules;
use diwan::modules::administration::api_token::API_TOKEN;
use diwan::platform::archive::{delete, load, write};
use diwan::platform::auth::Found;
use diwan::platform::config::Config;
use diwan::platform::door;
use diwan::platform::files::{self, Store};
use diwan::platform::import::command;
use diwan::platform::jobs::Workers;
use diwan::platform::missed;
use diwan::platform::person;
use diwan::platform::tenancy::Db;
use diwan::platform::token::Bearer;
use diwan::platform::{audit, auth, database, operator, session, slow, web};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tracing_subscriber::Layer as _;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Jobs that one process does at once.
const WORKERS: usize = 2;

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
    /// Says which database is used and whether it answers.
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
        Verb::Serve { addr, demo, secure } => serve(config, addr, demo, secure, slow).await,
        Verb::Work => {
            web::prepare(&config)?;
            let opened = database::open(&config).await?;
            let workers = Workers::start(&opened.db, &Store::open(&config)?, WORKERS);
            let hooks = Hooks::start(&opened.db);
            let beside = [slow.explain(&opened.db), missed::keep_count(&opened.db)];
            asked_to_stop().await;
            beside.iter().for_each(|task| task.abort());
            tokio::join!(workers.stop(), hooks.stop());
            missed::tell(&opened.db).await;
            opened.close().await
        }
        Verb::Migrate => database::open(&config).await?.close().await,
        Verb::Import(order) => {
            let opened = database::open(&config).await?;
            let outcome = import_file(&opened.db, &order).await;
            opened.close().await?;
            outcome
        }
        Verb::Token { user, company, name, scope } => {
            web::prepare(&config)?;
            let opened = database::open(&config).await?;
            let outcome = make_token(&opened.db, &user, company, &name, &scope).await;
            opened.close().await?;
            outcome
        }
        Verb::Person { verb } => {
            let opened = database::open(&config).await?;
            let outcome = tell_or_forget(&opened.db, &Store::open(&config)?, &verb).await;
            opened.close().await?;
            outcome
        }
        Verb::Audit { verb: AuditVerb::Verify } => {
            let opened = database::open(&config).await?;
            let outcome = verify_audit(&opened.db).await;
            opened.close().await?;
            outcome
        }
        Verb::Archive { verb } => {
            let (opened, files) = (database::open(&config).await?, Store::open(&config)?);
            let outcome = match verb {
                ArchiveVerb::Export { company, to } => export_company(&opened.db, &files, &company, &to).await,
                ArchiveVerb::Load { file, owner } => load_company(&opened.db, &files, &file, &owner).await,
            };
            opened.close().await?;
            outcome
        }
        Verb::Company { verb: CompanyVerb::Delete { company, confirm } } => {
            let (opened, files) = (database::open(&config).await?, Store::open(&config)?);
            let outcome = delete_company(&opened.db, &files, &company, &confirm).await;
            opened.close().await?;
            outcome
        }
        Verb::Operator { verb } => {
            let opened = database::open(&config).await?;
            let outcome = operators(&opened, verb).await;
            opened.close().await?;
            outcome
        }
        Verb::Doctor => {
            let opened = database::open(&config).await?;
            println!(
                "database: {} answers",
                if matches!(config.database, diwan::platform::config::Database::Private) {
                    "the private Postgres"
                } else {
                    "DATABASE_URL"
                }
            );
            opened.close().await?;
            Store::open(&config)?.answers().await?;
            println!("files: {:?} answers", config.objects);
            Ok(())
        }
    }
}

async fn serve(config: Config, addr: SocketAddr, demo: bool, secure: bool, slow: slow::Heard) -> anyhow::Result<()> {
    web::prepare(&config)?;
    let opened = database::open(&config).await?;
    let options = web::site()?;
    let files = Store::open(&config)?;
    let limits = Limits::new(config.rates);
    let beside = [
        files::keep_tidy(&opened.db, &files),
        session::keep_tidy(&opened.db),
        api::keep_tidy(&opened.db, &limits),
        api::keep_count(&opened.db, &limits),
        missed::keep_count(&opened.db),
        slow.explain(&opened.db),
    ];
    let house = web::House {
        db: opened.db.clone(),
        files,
        options: Arc::new(options),
        secure,
        proxies: config.proxies.clone(),
        app: shell::document,
    };
    let listener = tokio::net::TcpListener::bind(addr).await.with_context(|| format!("listening on {addr}"))?;
    if demo {
        modules::demo::found(&opened.db).await.context("the demonstration company")?;
        println!("\n  Diwan is ready:  http://{addr}\n");
        println!("  sign in as       {}\n  with password    {}\n", modules::demo::OWNER, modules::demo::PASSWORD);
    } else {
        println!("\n  Diwan is ready:  http://{addr}\n");
    }
    let workers = Workers::start(&opened.db, &house.files, WORKERS);
    let hooks = Hooks::start(&opened.db);
    let router = web::router(house, forms::routes(), api::routes(limits.clone()));
    let router = router.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, router).with_graceful_shutdown(asked_to_stop()).await?;
    tokio::join!(workers.stop(), hooks.stop());
    beside.iter().for_each(|task| task.abort());
    if let Err(error) = limits.write_down(&opened.db).await {
        tracing::warn!(%error, "calls are not written down");
    }
    missed::tell(&opened.db).await;
    opened.close().await
}

/// Ctrl-C or a polite kill.
async fn asked_to_stop() {
    let mut terminate = match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(signal) => signal,
        Err(_) => return std::future::pending().await,
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

async fn operators(opened: &database::Opened, verb: OperatorVerb) -> anyhow::Result<()> {
    let mut owner = opened.owner().await?;
    match verb {
        OperatorVerb::Add { email, name, language } => {
            if let Some(password) = operator::add(&mut owner, &email, &name, language).await? {
                println!("a new account for {email}, with the password {password}");
            }
            println!("{email} operates this installation: sign in and open {}", web::OPERATOR);
        }
        OperatorVerb::Remove { email } => {
            anyhow::ensure!(operator::remove(&mut owner, &email).await?, "no operator has the address {email}");
            println!("{email} is no operator any more");
        }
        OperatorVerb::List => {
            for (email, name) in operator::all(&mut owner).await? {
                println!("{email}  {name}");
            }
        }
    }
    Ok(())
}

async fn verify_audit(db: &Db) -> anyhow::Result<()> {
    let (mut companies, mut faults) = (0, 0);
    for cx in auth::every_company(db).await? {
        companies += 1;
        for fault in audit::verify(db, &cx).await? {
            faults += 1;
            let place = fault.seq.map_or("outside the chain".to_owned(), |seq| format!("entry {seq}"));
            let entry = fault.entry.map(|id| id.to_string()).unwrap_or_default();
            println!("company {}: {place} {entry}: {}", fault.tenant, fault.kind);
        }
    }
    anyhow::ensure!(faults == 0, "the audit log does not hold in {faults} places");
    println!("{companies} companies: every audit log holds");
    Ok(())
}

async fn make_token(db: &Db, user: &str, company: Option<uuid::Uuid>, name: &str, scope: &str) -> anyhow::Result<()> {
    let cx = modules::administration::founding::context_of(db, user, company).await?;
    let mut tx = db.begin(&cx).await?;
    let id = uuid::Uuid::now_v7();
    let fields = [("name", name), ("scope", scope)].map(|(field, text)| (field.to_owned(), text.to_owned()));
    let typed = door::Typed { fields: fields.into(), lines: None };
    in_words(cx.i18n, door::save(&mut tx, &API_TOKEN, id, 0, &typed).await)?;
    tx.commit().await?;
    println!("{}", Bearer { tenant: cx.tenant, id }.secret());
    Ok(())
}

async fn tell_or_forget(db: &Db, store: &Store, verb: &PersonVerb) -> anyhow::Result<()> {
    let (PersonVerb::Export { who, .. } | PersonVerb::Erase { who, .. }) = verb;
    let record = modules::record(&who.record).with_context(|| format!("no record type is called {}", who.record))?;
    let cx = modules::administration::founding::context_of(db, &who.user, who.company).await?;
    let done = match verb {
        PersonVerb::Export { to, .. } => match person::archive::write(db, &cx, store, record, who.id).await {
            Ok(mut archive) => {
                let mut file = std::fs::File::create(to).with_context(|| to.display().to_string())?;
                std::io::copy(&mut archive.file, &mut file)?;
                file.sync_all()?;
                Ok(format!("written to {}", to.display()))
            }
            Err(error) => Err(error),
        },
        PersonVerb::Erase { called, .. } => {
            person::erase::run(db, &cx, store, record, who.id, called).await.map(|()| "erased".to_owned())
        }
    };
    match done {
        Ok(said) => println!("{said}"),
        Err(door::Error::Refused(refusals)) => {
            let said: Vec<String> = refusals.iter().map(|refusal| cx.i18n.message(&refusal.message)).collect();
            anyhow::bail!(said.join(" "));
        }
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

async fn import_file(db: &Db, order: &ImportOrder) -> anyhow::Result<()> {
    let ImportOrder { record, file, user, company, mapping, fixed, changes, rehearse } = order;
    let record = modules::record(record).with_context(|| format!("no record type is called {record}"))?;
    let cx = modules::administration::founding::context_of(db, user, *company).await?;
    let order = command::Order {
        record,
        name: file.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        file: std::fs::File::open(file).with_context(|| file.display().to_string())?,
        mapping: mapping.clone(),
        fixed: fixed.clone(),
        changes: *changes,
        rehearse: *rehearse,
    };
    let report = command::run(db, &cx, order).await?;
    for bad in &report.bad {
        eprintln!("line {}, {}: {:?}: {}", bad.line, bad.column, bad.text, cx.i18n.message(&bad.reason));
    }
    anyhow::ensure!(report.faults == 0, "{} faults; nothing was written", report.faults);
    println!(
        "{} rows, {} records{}",
        report.rows,
        report.documents.len(),
        if *rehearse { " would be written" } else { " written" }
    );
    Ok(())
}

/// What stands in the way, as people read it.
fn in_words<T>(i18n: I18n, outcome: door::Outcome<T>) -> anyhow::Result<T> {
    match outcome {
        Err(door::Error::Refused(refusals)) => {
            let said: Vec<String> = refusals.iter().map(|refusal| i18n.message(&refusal.message)).collect();
            anyhow::bail!(said.join(" "))
        }
        other => Ok(other?),
    }
}

/// The one company that an operator means.
async fn company(db: &Db, asked: &str) -> anyhow::Result<Found> {
    let mut found = auth::find_companies(db, asked).await?;
    anyhow::ensure!(found.len() < 2, "{} companies are called {asked}; name one by its id", found.len());
    found.pop().with_context(|| format!("no company has the id or the exact name {asked}"))
}

async fn export_company(db: &Db, files: &Store, asked: &str, to: &Path) -> anyhow::Result<()> {
    let found = company(db, asked).await?;
    anyhow::ensure!(!found.deleted, "{asked} was deleted");
    let cx = auth::operator(found.id);
    let written = in_words(cx.i18n, write::write(db, &cx, files, None).await)?;
    let mut archive = written.context("an archive stopped by itself")?;
    let mut file = std::fs::File::create_new(to).with_context(|| to.display().to_string())?;
    std::io::copy(&mut archive.file, &mut file)?;
    file.sync_all()?;
    let rows: u64 = archive.manifest.tables.iter().map(|table| table.rows).sum();
    println!("{}: {rows} rows, {} files", to.display(), archive.manifest.files.len());
    println!("digest {}", archive.manifest.digest);
    Ok(())
}

async fn load_company(db: &Db, files: &Store, file: &Path, owner: &str) -> anyhow::Result<()> {
    let file = std::fs::File::open(file).with_context(|| file.display().to_string())?;
    let i18n = auth::operator(uuid::Uuid::nil()).i18n;
    let loaded = in_words(i18n, load::load(db, files, file, owner, i18n).await)?;
    println!("company {}: {}", loaded.company, i18n.name(&loaded.name));
    println!("{} rows, {} files, as in the archive", loaded.rows, loaded.files);
    println!("digest {}", loaded.digest);
    Ok(())
}

async fn delete_company(db: &Db, files: &Store, asked: &str, confirm: &str) -> anyhow::Result<()> {
    let found = company(db, asked).await?;
    let i18n = auth::operator(found.id).i18n;
    let proof = in_words(i18n, delete::delete(db, files, found.id, confirm).await)?;
    for (table, removed, left) in proof.tables.iter().filter(|(_, removed, left)| *removed > 0 || *left > 0) {
        println!("{table}: {removed} rows removed, {left} left");
    }
    println!("{} tables looked through, {} files removed", proof.tables.len(), proof.files);
    anyhow::ensure!(proof.holds(), "rows came while the company was deleted; run the same command once more");
    println!("company {}: nothing is left of {}", proof.company, i18n.name(&found.name));
    println!(
        "Accounts of people stay, for their other companies. Backups from before still hold the company until they expire."
    );
    Ok(())
}
