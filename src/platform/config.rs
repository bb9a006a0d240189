//! What an operator sets: by command line, by environment, by a file where a secret should not be in either.

use super::proxies::Proxies;
use anyhow::Context as _;
use rand::RngCore as _;
use sha2::{Digest as _, Sha256};
use std::fs;
use std::path::{Path, PathBuf};
use url::Url;

/// Where the database is.
#[derive(Clone, Debug)]
pub enum Database {
    /// A private Postgres in the data folder.
    Private,
    /// A server that somebody else keeps; the role in this URL may create roles and owns the database.
    Given(String),
}

/// Where files are kept.
#[derive(Clone, Debug)]
pub enum Objects {
    /// A folder, of the data folder unless told otherwise. All nodes of an installation must see the same one.
    Folder(PathBuf),
    S3(S3),
}

/// A bucket of S3, or of a server that speaks like it.
#[derive(Clone)]
pub struct S3 {
    /// Amazon's own when absent.
    pub endpoint: Option<String>,
    pub bucket: String,
    pub access_key_id: String,
    pub secret_access_key: String,
    pub region: String,
}

impl std::fmt::Debug for S3 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "S3({} at {})", self.bucket, self.endpoint.as_deref().unwrap_or(&self.region))
    }
}

impl S3 {
    /// The bucket that the environment names, if it names one.
    pub fn from_environment() -> anyhow::Result<Option<S3>> {
        let Some(bucket) = secret("S3_BUCKET")? else { return Ok(None) };
        let needed = |name: &str| secret(name)?.ok_or_else(|| anyhow::anyhow!("S3_BUCKET needs {name} beside it"));
        Ok(Some(S3 {
            endpoint: secret("S3_ENDPOINT")?,
            bucket,
            access_key_id: needed("S3_ACCESS_KEY_ID")?,
            secret_access_key: needed("S3_SECRET_ACCESS_KEY")?,
            region: secret("S3_REGION")?.unwrap_or_else(|| "us-east-1".to_owned()),
        }))
    }
}

/// The server that takes our mail.
#[derive(Clone)]
pub struct Smtp {
    /// Such as `smtps://user:password@host` or `smtp://user:password@host:587?tls=required`.
    pub url: String,
    /// The address that all mail is from.
    pub from: String,
    /// Where whoever gets mail reaches Diwan, such as `https://diwan.example`.
    pub site: String,
}

impl std::fmt::Debug for Smtp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The rest of the URL may hold a password.
        let url = Url::parse(&self.url).ok();
        write!(f, "{} from {}", url.as_ref().and_then(Url::host_str).unwrap_or("?"), self.from)
    }
}

impl Smtp {
    /// The server that the environment names, if it names one.
    pub fn from_environment() -> anyhow::Result<Option<Smtp>> {
        let Some(url) = secret("SMTP_URL")? else { return Ok(None) };
        let from = secret("DIWAN_MAIL_FROM")?.context("SMTP_URL needs DIWAN_MAIL_FROM beside it")?;
        let site = secret("DIWAN_URL")?.context("SMTP_URL needs DIWAN_URL beside it: where browsers reach Diwan")?;
        Ok(Some(Smtp { url, from, site }))
    }
}

/// Requests of programs that are answered in a minute.
#[derive(Clone, Copy, Debug)]
pub struct Rates {
    /// Of one token.
    pub token: u32,
    /// Of all tokens of a company.
    pub company: u32,
}

impl Default for Rates {
    fn default() -> Rates {
        Rates { token: 1_200, company: 6_000 }
    }
}

impl Rates {
    fn from_environment() -> Rates {
        let usual = Rates::default();
        let rate = |name: &str, usual| std::env::var(name).ok().and_then(|n| n.parse().ok()).unwrap_or(usual);
        Rates { token: rate("DIWAN_TOKEN_RATE", usual.token), company: rate("DIWAN_COMPANY_RATE", usual.company) }
    }
}

/// Settings of one process.
#[derive(Clone, Debug)]
pub struct Config {
    pub data: PathBuf,
    pub database: Database,
    /// Connections of this process to the database.
    pub connections: u32,
    pub objects: Objects,
    /// A program that looks at every file before it is kept.
    pub scanner: Option<PathBuf>,
    pub rates: Rates,
    /// Whether webhooks may call this machine itself.
    pub loopback: bool,
    /// Proxies that are believed where a request comes from.
    pub proxies: Proxies,
    /// Without one, Diwan sends no mail.
    pub smtp: Option<Smtp>,
}

impl Config {
    pub fn new(data: PathBuf) -> anyhow::Result<Config> {
        let database = match secret("DATABASE_URL")? {
            Some(url) => Database::Given(url),
            None => Database::Private,
        };
        let connections = std::env::var("DIWAN_CONNECTIONS").ok().and_then(|n| n.parse().ok()).unwrap_or(12);
        let objects = match S3::from_environment()? {
            Some(s3) => Objects::S3(s3),
            None => Objects::Folder(data.join("files")),
        };
        let scanner = std::env::var_os("DIWAN_SCANNER").filter(|program| !program.is_empty()).map(PathBuf::from);
        let loopback = std::env::var("DIWAN_WEBHOOKS_TO_LOOPBACK").is_ok_and(|word| word == "1");
        let proxies = std::env::var("DIWAN_PROXIES").unwrap_or_default();
        let proxies = Proxies::read(&proxies).context("DIWAN_PROXIES")?;
        Ok(Config {
            data,
            database,
            connections,
            objects,
            scanner,
            rates: Rates::from_environment(),
            loopback,
            proxies,
            smtp: Smtp::from_environment()?,
        })
    }
}

/// A setting from `NAME`, or from the file that `NAME_FILE` names.
pub fn secret(name: &str) -> anyhow::Result<Option<String>> {
    if let Ok(value) = std::env::var(name) {
        return Ok(Some(value).filter(|v| !v.is_empty()));
    }
    match std::env::var(format!("{name}_FILE")) {
        Ok(path) => Ok(Some(
            fs::read_to_string(&path).map_err(|e| anyhow::anyhow!("{name}_FILE {path}: {e}"))?.trim().to_owned(),
        )),
        Err(_) => Ok(None),
    }
}

/// The key that signs what travels to browsers and back: `DIWAN_SECRET`, else one made once and kept in the data folder.
pub fn signing_key(data: &Path) -> anyhow::Result<Vec<u8>> {
    if let Some(given) = secret("DIWAN_SECRET")? {
        return Ok(Sha256::digest(given.as_bytes()).to_vec());
    }
    let path = data.join("secret");
    if let Ok(kept) = fs::read(&path)
        && kept.len() == 32
    {
        return Ok(kept);
    }
    fs::create_dir_all(data)?;
    let mut key = vec![0_u8; 32];
    rand::rng().fill_bytes(&mut key);
    write_private(&path, &key)?;
    Ok(key)
}

/// Writes a file that only its owner can read.
fn write_private(path: &Path, contents: &[u8]) -> anyhow::Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(contents)?;
    Ok(())
}
