//! Where the bytes of files are: a folder, or a bucket of S3. And what happens to them on their way in.

use super::content::{ContentType, HEAD, sniff};
use super::picture;
use crate::platform::config::{Config, Objects, S3};
use crate::platform::error::{Error, Outcome, Refusal};
use anyhow::Context as _;
use axum::body::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt as _, TryStreamExt as _};
use object_store::aws::AmazonS3Builder;
use object_store::buffered::BufWriter;
use object_store::local::LocalFileSystem;
use object_store::path::Path as Key;
use object_store::{ClientOptions, GetOptions, GetRange, ObjectStore, ObjectStoreExt as _, RetryConfig};
use sha2::{Digest as _, Sha256};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::io::{AsyncSeekExt as _, AsyncWriteExt as _};
use tokio::process::Command;
use uuid::Uuid;

/// Bytes that a file may have.
pub const FILE: u64 = 25 * 1024 * 1024;

/// Bytes that all files of a company may have together.
pub const QUOTA: u64 = 5 * 1024 * 1024 * 1024;

/// What is kept in memory of a file on its way to the store; S3 takes parts of five mebibytes or more.
const PART: usize = 5 * 1024 * 1024;

/// How long a scanner may take for one file.
const SCAN: Duration = Duration::from_secs(60);

/// What keys of objects begin with, before the company: whoever deletes one empties all of these.
pub const FOLDERS: [&str; 4] = ["files", "parts", "exports", "imports"];

/// Whether an object goes with its company, or is there for a moment only.
fn is_emptied(key: &str) -> bool {
    key.starts_with("probe/") || FOLDERS.iter().any(|folder| key.starts_with(folder))
}

/// Where all files of an installation are.
#[derive(Clone, Debug)]
pub struct Store {
    objects: Arc<dyn ObjectStore>,
    /// A program that gets a file on its standard input and ends with 0 when it is clean, with 1 when it is not.
    scanner: Option<PathBuf>,
    /// What each company may keep.
    pub quota: u64,
}

impl Store {
    /// The store that the operator has chosen.
    pub fn open(config: &Config) -> anyhow::Result<Store> {
        let store = match &config.objects {
            Objects::Folder(folder) => Store::in_folder(folder)?,
            Objects::S3(s3) => Store::in_s3(s3)?,
        };
        Ok(Store { scanner: config.scanner.clone(), ..store })
    }

    /// A folder of this machine, made when it is missing. What is acknowledged is on the disk.
    pub fn in_folder(folder: &Path) -> anyhow::Result<Store> {
        std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        Ok(Store::of(LocalFileSystem::new_with_prefix(folder)?.with_automatic_cleanup(true).with_fsync(true)))
    }

    /// A bucket of S3 or of a server that speaks like it.
    pub fn in_s3(s3: &S3) -> anyhow::Result<Store> {
        // The client takes the library of TLS that the process has settled on; another one may have been first.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(&s3.bucket)
            .with_region(&s3.region)
            .with_access_key_id(&s3.access_key_id)
            .with_secret_access_key(&s3.secret_access_key)
            .with_client_options(
                ClientOptions::new().with_connect_timeout(Duration::from_secs(5)).with_timeout(Duration::from_secs(30)),
            )
            // Not every server that speaks S3 deletes several at once, and we never do.
            .with_disable_bulk_delete(true)
            // Somebody is waiting for each of these.
            .with_retry(RetryConfig {
                max_retries: 3,
                retry_timeout: Duration::from_secs(20),
                ..RetryConfig::default()
            });
        if let Some(endpoint) = &s3.endpoint {
            builder = builder.with_allow_http(endpoint.starts_with("http://")).with_endpoint(endpoint);
        }
        Ok(Store::of(builder.build().context("S3")?))
    }

    /// Memory, for tests.
    #[cfg(test)]
    pub fn in_memory() -> Store {
        Store::of(object_store::memory::InMemory::new())
    }

    fn of(objects: impl ObjectStore) -> Store {
        Store { objects: Arc::new(objects), scanner: None, quota: QUOTA }
    }

    /// The same store with another limit for each company.
    pub fn with_quota(self, quota: u64) -> Store {
        Store { quota, ..self }
    }

    /// The same store behind this scanner.
    pub fn with_scanner(self, scanner: PathBuf) -> Store {
        Store { scanner: Some(scanner), ..self }
    }

    /// Writes, reads and deletes an object.
    pub async fn answers(&self) -> anyhow::Result<()> {
        let key = format!("probe/{}", Uuid::now_v7());
        let word = Bytes::from_static(b"diwan");
        self.put(&key, word.clone()).await?;
        let read = self.get(&key).await?;
        self.delete(&key).await?;
        anyhow::ensure!(read == word, "the store answers with something else than it was given");
        Ok(())
    }

    pub async fn put(&self, key: &str, bytes: Bytes) -> Outcome<()> {
        debug_assert!(is_emptied(key), "{key} is in no folder that is emptied");
        self.objects.put(&Key::from(key), bytes.into()).await.map_err(fault)?;
        Ok(())
    }

    /// A whole object; only for small ones.
    pub async fn get(&self, key: &str) -> Outcome<Bytes> {
        self.objects.get(&Key::from(key)).await.map_err(fault)?.bytes().await.map_err(fault)
    }

    /// Puts an object that comes piece by piece. Answers with its bytes, or with nothing when there are more than that.
    pub async fn take(&self, key: &str, mut bytes: BoxStream<'_, Outcome<Bytes>>, most: u64) -> Outcome<Option<u64>> {
        debug_assert!(is_emptied(key), "{key} is in no folder that is emptied");
        let mut writer = BufWriter::with_capacity(self.objects.clone(), Key::from(key), PART).with_max_concurrency(2);
        let mut size = 0;
        let taken = async {
            while let Some(part) = bytes.try_next().await? {
                size += part.len() as u64;
                if size > most {
                    return Ok(false);
                }
                writer.put(part).await.map_err(fault)?;
            }
            Ok(true)
        };
        let taken: Outcome<bool> = taken.await;
        if !matches!(taken, Ok(true)) {
            // Parts that S3 has got already would stay, and cost.
            let _ = writer.abort().await;
            return taken.map(|_| None);
        }
        writer.shutdown().await.map_err(|e| Error::Other(e.into()))?;
        Ok(Some(size))
    }

    /// An object as a file of this machine that goes with its last reader.
    pub async fn to_file(&self, key: &str) -> Outcome<std::fs::File> {
        let (_, mut bytes) = self.read(key, None).await?;
        let file = tempfile::tempfile().map_err(anyhow::Error::from)?;
        let mut file = tokio::fs::File::from_std(file);
        while let Some(part) = bytes.try_next().await.map_err(fault)? {
            file.write_all(&part).await.map_err(anyhow::Error::from)?;
        }
        file.flush().await.map_err(anyhow::Error::from)?;
        file.rewind().await.map_err(anyhow::Error::from)?;
        Ok(file.into_std().await)
    }

    pub async fn size(&self, key: &str) -> Outcome<u64> {
        Ok(self.objects.head(&Key::from(key)).await.map_err(fault)?.size)
    }

    /// A part of an object, or all of it, as it comes; with the bytes of the whole object.
    pub async fn read(
        &self,
        key: &str,
        range: Option<Range<u64>>,
    ) -> Outcome<(u64, BoxStream<'static, object_store::Result<Bytes>>)> {
        let options = GetOptions { range: range.map(GetRange::Bounded), ..GetOptions::default() };
        let found = self.objects.get_opts(&Key::from(key), options).await.map_err(fault)?;
        Ok((found.meta.size, found.into_stream()))
    }

    /// Deletes an object that may be gone already.
    pub async fn delete(&self, key: &str) -> Outcome<()> {
        match self.objects.delete(&Key::from(key)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(fault(error)),
        }
    }

    /// Deletes what begins so and is older than that. Answers with the number of objects.
    pub async fn sweep(&self, prefix: &str, age: Duration) -> Outcome<u64> {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let oldest = now.saturating_sub(age).as_secs();
        let mut found = self.objects.list(Some(&Key::from(prefix)));
        let mut swept = 0;
        while let Some(object) = found.next().await {
            let object = object.map_err(fault)?;
            if u64::try_from(object.last_modified.timestamp()).is_ok_and(|at| at <= oldest) {
                self.delete(object.location.as_ref()).await?;
                swept += 1;
            }
        }
        Ok(swept)
    }

    /// Deletes whatever begins so. Answers with the number of objects.
    pub async fn clear(&self, prefix: &str) -> Outcome<u64> {
        let mut found = self.objects.list(Some(&Key::from(prefix)));
        let mut cleared = 0;
        while let Some(object) = found.next().await {
            self.delete(object.map_err(fault)?.location.as_ref()).await?;
            cleared += 1;
        }
        Ok(cleared)
    }

    /// Whether the scanner lets this object pass. One that does not answer lets nothing pass.
    pub async fn scan(&self, key: &str) -> Outcome<bool> {
        let Some(program) = &self.scanner else { return Ok(true) };
        let broken = |error: std::io::Error| anyhow::anyhow!("scanner {}: {error}", program.display());
        let mut child = Command::new(program)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(broken)?;
        let input = child.stdin.take();
        let (_, mut bytes) = self.read(key, None).await?;
        let feed = async {
            if let Some(mut input) = input {
                while let Some(part) = bytes.try_next().await.map_err(fault)? {
                    // A scanner that has seen enough closes its ears.
                    if input.write_all(&part).await.is_err() {
                        break;
                    }
                }
            }
            Ok::<_, Error>(child.wait().await.map_err(broken)?)
        };
        let status =
            tokio::time::timeout(SCAN, feed).await.map_err(|_| anyhow::anyhow!("the scanner takes too long"))??;
        match status.code() {
            Some(0) => Ok(true),
            Some(1) => Ok(false),
            _ => Err(Error::Other(anyhow::anyhow!("scanner {}: {status}", program.display()))),
        }
    }
}

/// What is not there is not found; everything else is a fault of ours or of the store.
fn fault(error: object_store::Error) -> Error {
    match error {
        object_store::Error::NotFound { .. } => Error::NotFound,
        other => Error::Other(other.into()),
    }
}

/// What is known of a file once all of it has arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contents {
    pub content: ContentType,
    pub size: u64,
    pub sha256: String,
    pub dimensions: Option<(u32, u32)>,
    /// Whether a thumbnail is beside it.
    pub thumbnail: bool,
}

/// What was said of a file before it came.
#[derive(Clone, Debug, Default)]
pub struct Said {
    /// Cleaned already.
    pub name: String,
    pub declared: Option<String>,
    pub sha256: Option<String>,
}

/// A file on its way into the store: looked at, counted and summed while it passes.
pub struct Intake<'a> {
    store: &'a Store,
    key: &'a str,
    said: &'a Said,
    content: Option<ContentType>,
    /// First bytes, until the type is known.
    head: Vec<u8>,
    /// A picture is kept: it has to be decoded in the end.
    picture: Vec<u8>,
    size: u64,
    sum: Sha256,
    writer: BufWriter,
}

impl<'a> Intake<'a> {
    pub fn new(store: &'a Store, key: &'a str, said: &'a Said) -> Intake<'a> {
        let writer = BufWriter::with_capacity(store.objects.clone(), Key::from(key), PART).with_max_concurrency(2);
        Intake {
            store,
            key,
            said,
            content: None,
            head: Vec::new(),
            picture: Vec::new(),
            size: 0,
            sum: Sha256::new(),
            writer,
        }
    }

    /// Takes all that comes. An object that stays behind after an error is for whoever gives the file up to delete.
    pub async fn take_all(mut self, mut bytes: BoxStream<'_, Outcome<Bytes>>) -> Outcome<Contents> {
        let taken = self.take_each(&mut bytes).await;
        if taken.is_err() {
            // Parts that S3 has got already would stay, and cost.
            let _ = self.writer.abort().await;
        }
        let (content, dimensions) = taken?;
        self.writer.shutdown().await.map_err(|e| Error::Other(e.into()))?;
        self.settle(content, dimensions).await
    }

    async fn take_each(
        &mut self,
        bytes: &mut BoxStream<'_, Outcome<Bytes>>,
    ) -> Outcome<(ContentType, Option<(u32, u32)>)> {
        while let Some(part) = bytes.try_next().await? {
            self.take(part).await?;
        }
        if self.content.is_none() {
            self.decide().await?;
        }
        let content = self.content.ok_or(Error::BadRequest("file"))?;
        let sum = hex::encode(self.sum.clone().finalize());
        if self.said.sha256.as_ref().is_some_and(|said| *said != sum) {
            return Err(self.refusal("refuse-file-damaged").into());
        }
        if !content.is_picture() {
            return Ok((content, None));
        }
        let Some((width, height)) = picture::dimensions(content, &self.picture) else {
            return Err(self.refusal("refuse-file-type").into());
        };
        if u64::from(width) * u64::from(height) > picture::PIXELS {
            let most = rust_decimal::Decimal::from(picture::PIXELS / 1_000_000);
            return Err(self.refusal("refuse-file-pixels").with("most", most).into());
        }
        Ok((content, Some((width, height))))
    }

    async fn take(&mut self, part: Bytes) -> Outcome<()> {
        self.size += part.len() as u64;
        if self.size > FILE {
            return Err(too_large(&self.said.name));
        }
        self.sum.update(&part);
        match self.content {
            None => {
                self.head.extend_from_slice(&part);
                if self.head.len() >= HEAD { self.decide().await } else { Ok(()) }
            }
            Some(content) => self.pass_on(content, part).await,
        }
    }

    /// Says by the first bytes what it is, and lets them pass.
    async fn decide(&mut self) -> Outcome<()> {
        if self.head.is_empty() {
            return Err(self.refusal("refuse-file-empty").into());
        }
        let content = sniff(&self.head[..self.head.len().min(HEAD)], &self.said.name)
            .filter(|content| self.said.declared.as_ref().is_none_or(|declared| content.agrees_with(declared)))
            .ok_or_else(|| self.refusal("refuse-file-type"))?;
        self.content = Some(content);
        let head = std::mem::take(&mut self.head);
        self.pass_on(content, head.into()).await
    }

    async fn pass_on(&mut self, content: ContentType, part: Bytes) -> Outcome<()> {
        if content.is_picture() {
            self.picture.extend_from_slice(&part);
        }
        self.writer.put(part).await.map_err(fault)
    }

    /// Looks at what the store has, and puts the thumbnail beside it.
    async fn settle(&mut self, content: ContentType, dimensions: Option<(u32, u32)>) -> Outcome<Contents> {
        let kept = self.store.size(self.key).await?;
        if kept != self.size {
            return Err(Error::Other(anyhow::anyhow!("{}: {} bytes came, {kept} were kept", self.key, self.size)));
        }
        if !self.store.scan(self.key).await? {
            return Err(self.refusal("refuse-file-infected").into());
        }
        let small = match dimensions {
            Some(_) => picture::thumbnail(content, std::mem::take(&mut self.picture)).await,
            None => None,
        };
        let thumbnail = small.is_some();
        if let Some(small) = small {
            self.store.put(&thumbnail_key(self.key), small.into()).await?;
        }
        let sha256 = hex::encode(self.sum.clone().finalize());
        Ok(Contents { content, size: self.size, sha256, dimensions, thumbnail })
    }

    fn refusal(&self, id: &str) -> Refusal {
        Refusal::new(id).with("name", &self.said.name)
    }
}

/// The refusal of a file that has too many bytes.
pub fn too_large(name: &str) -> Error {
    let most = rust_decimal::Decimal::from(FILE / (1024 * 1024));
    Refusal::new("refuse-file-large").with("name", name).with("most", most).into()
}

/// Where the thumbnail of a file is.
pub fn thumbnail_key(key: &str) -> String {
    format!("{key}.thumbnail")
}
