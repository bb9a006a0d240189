//! The private Postgres cluster of an installation that is not given a `DATABASE_URL`.
//!
//! Written by hand because the crates that embed Postgres download its programs from a code host. Here the programs are
//! those of the system's package; the cluster (data, socket, password, log) belongs to Diwan alone and lives in one folder:
//!
//! - `pgdata`: the data and the socket. A link to `/var/lib/diwan/…` when Diwan runs as root, so that Postgres must run as
//!   another user, and that user cannot enter the folder.
//! - `password`: of the role `postgres`, readable by the owner only.
//! - `postgres.log`: what Postgres says.
//! - `lock`: held by the process that starts or stops the cluster, for as long as that takes.
//! - `users`: held together by all processes that use the cluster, such as a server and an import beside it.
//!
//! Whoever comes first starts Postgres, whoever comes beside them connects to it, and whoever leaves last stops it.
//! Postgres outlives a Diwan that was killed; the next start takes it over.

use std::{
    env,
    ffi::OsString,
    fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError},
    io::{ErrorKind, Read, Seek, SeekFrom, Write},
    os::unix::{
        ffi::OsStrExt,
        fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, chown, symlink},
    },
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use rustix::process::{Pid, Signal, geteuid, kill_process};
use tokio::{
    net::UnixStream,
    process::{Child, Command},
    time::sleep,
};

const OLDEST_MAJOR: u32 = 15;
const SOCKET_NAME: &str = ".s.PGSQL.5432";
const LONGEST_SOCKET_PATH: usize = 107;
const RELOCATED: &str = "/var/lib/diwan";
const PATIENCE: Duration = Duration::from_mins(1);
const PAUSE: Duration = Duration::from_millis(50);
const LARGE_LOG: u64 = 16 * 1024 * 1024;

/// A running Postgres that belongs to Diwan. Dropping it leaves Postgres running; [`Cluster::stop`] ends it once nobody
/// else uses it.
pub struct Cluster {
    postmaster: Postmaster,
    dir: PathBuf,
    socket_dir: PathBuf,
    password: String,
    users: File,
    alone: bool,
}

/// What a commit survives.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// A power cut.
    Full,
    /// Nothing: for tests, which are faster without writing to disk.
    None,
}

impl Cluster {
    /// Starts the cluster in `dir`, creating it the first time; takes over one that a killed server left running, and
    /// connects to one that another process uses, as it is.
    ///
    /// # Errors
    ///
    /// When no Postgres is installed, or when it does not start within a minute.
    pub async fn start(dir: &Path, durability: Durability) -> Result<Cluster> {
        let mode = if geteuid().is_root() { 0o711 } else { 0o700 };
        let folder = DirBuilder::new().recursive(true).mode(mode).create(dir).and_then(|()| dir.canonicalize());
        let dir = folder.with_context(|| format!("cannot create the folder {}", dir.display()))?;
        let _gate = gate(&dir).await?;
        let users = open_lock(&dir.join("users"))?;
        let alone = alone(&users).await?;
        let link = dir.join("pgdata");
        let account = Account::for_cluster(&link)?;
        if link.symlink_metadata().is_err() {
            create(&dir, &link, account, durability)
                .await
                .with_context(|| format!("cannot create a Postgres cluster in {}", dir.display()))?;
        }
        let unreadable = || format!("{} is not a Postgres cluster that Diwan can use", link.display());
        let data = link.canonicalize().with_context(unreadable)?;
        let major = fs::read_to_string(data.join("PG_VERSION")).with_context(unreadable)?;
        let password = fs::read_to_string(dir.join("password")).with_context(unreadable)?;
        let major: u32 = major.trim().parse().with_context(unreadable)?;
        let socket_dir = socket_dir(&data, account)?;
        let arguments = arguments(&data, &socket_dir, durability)?;
        let plan = Plan { major, arguments, account, data, socket_dir, log: dir.join("postgres.log") };
        let postmaster = plan.take_over_or_start(alone).await?;
        share(&users).context("cannot share the cluster with others")?;
        Ok(Cluster { postmaster, dir, socket_dir: plan.socket_dir, password, users, alone })
    }

    /// Whether nobody else used the cluster when this process came.
    #[must_use]
    pub fn found_alone(&self) -> bool {
        self.alone
    }

    /// The process id of Postgres.
    #[must_use]
    pub fn pid(&self) -> i32 {
        self.postmaster.pid.as_raw_nonzero().get()
    }

    /// The URL of a database for the superuser `postgres`, over the Unix socket.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        let database = percent_encoded(database.as_bytes());
        let host = percent_encoded(self.socket_dir.as_os_str().as_bytes());
        format!("postgres://postgres:{}@localhost/{database}?host={host}&port=5432", self.password)
    }

    /// Ends Postgres: open transactions are rolled back, everything committed is written. While others use it, it is left
    /// to them.
    ///
    /// # Errors
    ///
    /// When Postgres does not end in time.
    pub async fn stop(mut self) -> Result<()> {
        let _gate = gate(&self.dir).await?;
        self.users.unlock().context("cannot leave the cluster")?;
        if alone(&self.users).await? { self.postmaster.stop().await } else { Ok(()) }
    }
}

/// The system user that Postgres runs as when Diwan is root, which Postgres refuses to be.
#[derive(Clone, Copy)]
struct Account {
    uid: u32,
    gid: u32,
}

impl Account {
    /// The owner of the cluster, or the user `postgres` for a new one; none when Diwan itself is not root.
    fn for_cluster(data: &Path) -> Result<Option<Account>> {
        if !geteuid().is_root() {
            return Ok(None);
        }
        match fs::metadata(data) {
            Ok(owner) if owner.uid() != 0 => Ok(Some(Account { uid: owner.uid(), gid: owner.gid() })),
            _ => Self::named("postgres").map(Some),
        }
    }

    fn named(name: &str) -> Result<Account> {
        let users = fs::read_to_string("/etc/passwd").context("cannot read /etc/passwd")?;
        let user = users.lines().map(|line| line.split(':').collect::<Vec<_>>()).find(|user| user[0] == name);
        let id = |field: usize| user.as_ref()?.get(field)?.parse().ok();
        let (Some(uid), Some(gid)) = (id(2), id(3)) else {
            bail!(
                "Postgres refuses to run as root, and there is no user `{name}` to run it as: \
                 install the Debian package `postgresql`, or start Diwan as another user"
            );
        };
        Ok(Account { uid, gid })
    }

    async fn can_enter(self, dir: &Path) -> Result<bool> {
        let status = command(Path::new("test"), Some(self)).arg("-x").arg(dir).current_dir("/").status().await?;
        Ok(status.success())
    }
}

/// An installed Postgres.
struct Programs {
    bin: PathBuf,
    major: u32,
}

impl Programs {
    /// The newest usable Postgres, or that of the major version that a cluster was created by.
    fn find(major: Option<u32>) -> Result<Programs> {
        let folders = match env::var_os("DIWAN_PG_BIN") {
            Some(bin) => vec![PathBuf::from(bin)],
            None => Self::usual_folders(),
        };
        let found = folders.into_iter().filter_map(Self::at);
        let usable = found.filter(|programs| major.map_or(programs.major >= OLDEST_MAJOR, |it| programs.major == it));
        usable.max_by_key(|programs| programs.major).with_context(|| match major {
            Some(major) => format!(
                "this cluster was created by Postgres {major}, which is not installed: install the Debian package \
                 `postgresql-{major}` or set DIWAN_PG_BIN to the folder of its programs"
            ),
            None => format!(
                "Postgres {OLDEST_MAJOR} or newer is not installed: install the Debian package `postgresql`, set \
                 DIWAN_PG_BIN to the folder of its programs, or set DATABASE_URL to use a server elsewhere"
            ),
        })
    }

    fn usual_folders() -> Vec<PathBuf> {
        let debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
        let folders: Vec<_> = debian.map(|version| version.path().join("bin")).collect();
        if folders.iter().any(|bin| bin.join("postgres").exists()) {
            return folders;
        }
        let config = std::process::Command::new("pg_config").arg("--bindir").output();
        config.ok().and_then(|it| String::from_utf8(it.stdout).ok()).map(|it| it.trim().into()).into_iter().collect()
    }

    fn at(bin: PathBuf) -> Option<Programs> {
        let version = std::process::Command::new(bin.join("postgres")).arg("--version").output().ok()?;
        // postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)
        let version = String::from_utf8(version.stdout).ok()?;
        let major = version.split_whitespace().nth(2)?.split(|it: char| !it.is_ascii_digit()).next()?.parse().ok()?;
        bin.join("initdb").exists().then_some(Programs { bin, major })
    }
}

/// How the server of the cluster is run.
struct Plan {
    major: u32,
    arguments: Vec<OsString>,
    account: Option<Account>,
    data: PathBuf,
    socket_dir: PathBuf,
    log: PathBuf,
}

impl Plan {
    /// One that runs is taken as it is while others use it; whoever is alone wants it started as it would be now.
    async fn take_over_or_start(&self, alone: bool) -> Result<Postmaster> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(mut left) = Postmaster::running(&self.data) {
                let suits = !alone || left.is_as_wanted(&self.arguments);
                if suits && self.becomes_ready(&mut left).await? {
                    return Ok(left);
                }
                left.stop().await?;
            }
            let (log, from) = open_log(&self.log).with_context(|| format!("cannot write {}", self.log.display()))?;
            let mut started = self.start(&log)?;
            if self.becomes_ready(&mut started).await? {
                return Ok(started);
            }
            // One that was killed needs a moment to be gone with its sessions; one that just started, to be seen.
            let said = tail(&self.log, from);
            let in_the_way = said.contains("is still in use") || said.contains("already exists");
            let again = in_the_way && Instant::now() < deadline;
            ensure!(again, "Postgres did not start; {} ends with:\n{said}", self.log.display());
            sleep(Duration::from_secs(1)).await;
        }
    }

    fn start(&self, log: &File) -> Result<Postmaster> {
        let program = Programs::find(Some(self.major))?.bin.join("postgres");
        let mut postgres = command(&program, self.account);
        postgres.args(&self.arguments).current_dir(&self.data).stdin(Stdio::null());
        postgres.stdout(log.try_clone()?).stderr(log.try_clone()?);
        // A Ctrl-C in the terminal reaches Diwan, which ends its work before it ends Postgres.
        let child = postgres.process_group(0).spawn().context("cannot start Postgres")?;
        let pid = child.id().and_then(|id| Pid::from_raw(id.cast_signed())).context("Postgres ended at once")?;
        Ok(Postmaster { pid, data: self.data.clone(), child: Some(child) })
    }

    /// Waits until connections are accepted; false when the process ends instead. One that takes too long is left to go
    /// on with its recovery.
    async fn becomes_ready(&self, postmaster: &mut Postmaster) -> Result<bool> {
        let deadline = Instant::now() + PATIENCE;
        let socket = self.socket_dir.join(SOCKET_NAME);
        while postmaster.is_alive()? {
            let file = PidFile::read(&self.data);
            let ready = file.is_some_and(|file| file.status == "ready" && file.pid == postmaster.pid);
            if ready && UnixStream::connect(&socket).await.is_ok() {
                return Ok(true);
            }
            if Instant::now() > deadline {
                bail!("Postgres is still not ready; {} ends with:\n{}", self.log.display(), tail(&self.log, 0));
            }
            sleep(PAUSE).await;
        }
        Ok(false)
    }
}

/// The main process of the cluster: one that we started, or one that was left running.
struct Postmaster {
    pid: Pid,
    data: PathBuf,
    child: Option<Child>,
}

impl Postmaster {
    fn running(data: &Path) -> Option<Postmaster> {
        let postmaster = Postmaster { pid: PidFile::read(data)?.pid, data: data.to_owned(), child: None };
        postmaster.lives_on_the_data().then_some(postmaster)
    }

    /// Fast shutdown; after a minute without an end, an immediate one, from which Postgres recovers at the next start.
    async fn stop(&mut self) -> Result<()> {
        for signal in [Signal::INT, Signal::QUIT] {
            if self.is_alive()? {
                kill_process(self.pid, signal).or_else(|error| match error {
                    rustix::io::Errno::SRCH => Ok(()),
                    error => Err(error),
                })?;
            }
            let deadline = Instant::now() + PATIENCE;
            while Instant::now() < deadline {
                if !self.is_alive()? {
                    return Ok(());
                }
                sleep(PAUSE).await;
            }
        }
        bail!("Postgres (process {}) does not end", self.pid.as_raw_nonzero())
    }

    fn is_alive(&mut self) -> Result<bool> {
        match &mut self.child {
            Some(child) => Ok(child.try_wait().context("cannot watch Postgres")?.is_none()),
            None => Ok(self.lives_on_the_data()),
        }
    }

    /// Whether the process id still means a postmaster of this cluster and not another process that got the number.
    fn lives_on_the_data(&self) -> bool {
        let name = self.command_line().into_iter().next();
        fs::read_link(self.proc("cwd")).is_ok_and(|cwd| cwd == self.data)
            && name.is_some_and(|name| Path::new(&name).file_name().is_some_and(|name| name == "postgres"))
    }

    /// Whether it was started as it would be now, and is not ending.
    fn is_as_wanted(&self, arguments: &[OsString]) -> bool {
        let ends = PidFile::read(&self.data).is_some_and(|file| file.status == "stopping");
        !ends && self.command_line().get(1..).is_some_and(|given| given == arguments)
    }

    fn command_line(&self) -> Vec<OsString> {
        let line = fs::read(self.proc("cmdline")).unwrap_or_default();
        let words = line.strip_suffix(b"\0").unwrap_or(&line).split(|byte| *byte == 0);
        words.map(|word| std::ffi::OsStr::from_bytes(word).to_owned()).collect()
    }

    fn proc(&self, file: &str) -> PathBuf {
        PathBuf::from(format!("/proc/{}/{file}", self.pid.as_raw_nonzero()))
    }
}

/// What a postmaster writes about itself into its data folder.
struct PidFile {
    pid: Pid,
    status: String,
}

impl PidFile {
    fn read(data: &Path) -> Option<PidFile> {
        let text = fs::read_to_string(data.join("postmaster.pid")).ok()?;
        let mut lines = text.lines().map(str::trim);
        let pid = Pid::from_raw(lines.next()?.parse().ok()?)?;
        Some(PidFile { pid, status: lines.nth(6).unwrap_or_default().to_owned() })
    }
}

/// Lets one process at a time start or stop the cluster; the others wait for it.
async fn gate(dir: &Path) -> Result<File> {
    let file = open_lock(&dir.join("lock"))?;
    let deadline = Instant::now() + PATIENCE;
    while !try_lock(&file)? {
        ensure!(Instant::now() < deadline, "another Diwan is starting or stopping in {}", dir.display());
        sleep(PAUSE).await;
    }
    Ok(file)
}

fn open_lock(path: &Path) -> Result<File> {
    let file = OpenOptions::new().create(true).truncate(false).read(true).write(true).mode(0o600).open(path);
    file.with_context(|| format!("cannot open {}", path.display()))
}

/// Whether this process now holds the file alone. It goes with the process, however that ends.
fn try_lock(file: &File) -> Result<bool> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(error).context("cannot lock a file of the cluster"),
    }
}

/// Whether nobody else uses the cluster; if so, the file is held alone. One who was killed an instant ago, and a
/// program that is being started beside us, hold it for a moment longer.
async fn alone(users: &File) -> Result<bool> {
    let deadline = Instant::now() + 4 * PAUSE;
    loop {
        if try_lock(users)? {
            return Ok(true);
        }
        if Instant::now() > deadline {
            return Ok(false);
        }
        sleep(PAUSE).await;
    }
}

/// Holds the file together with others. Only behind the gate, where nobody takes it alone between the two steps.
fn share(file: &File) -> std::io::Result<()> {
    file.unlock()?;
    file.lock_shared()
}

/// Creates the cluster beside its final place and moves it there when it is complete.
async fn create(dir: &Path, link: &Path, account: Option<Account>, durability: Durability) -> Result<()> {
    let programs = Programs::find(None)?;
    let relocate = match account {
        Some(account) => !account.can_enter(dir).await?,
        None => false,
    };
    let (home, name) = if relocate {
        DirBuilder::new().recursive(true).mode(0o755).create(RELOCATED)?;
        (Path::new(RELOCATED), digest(dir))
    } else {
        (dir, "pgdata".to_owned())
    };
    let prefix = format!("{name}.new-");
    for leftover in fs::read_dir(home)?.flatten().filter(|it| it.file_name().to_string_lossy().starts_with(&prefix)) {
        let path = leftover.path();
        if path.is_dir() { fs::remove_dir_all(path)? } else { fs::remove_file(path)? }
    }

    let password = random_hex::<32>();
    write_private(&dir.join("password"), &password, None)?;
    let salt = random_hex::<4>();
    let unfinished = home.join(format!("{prefix}{salt}"));
    let given_password = unfinished.with_added_extension("password");
    write_private(&given_password, &password, account)?;
    DirBuilder::new().mode(0o700).create(&unfinished)?;
    if let Some(Account { uid, gid }) = account {
        chown(&unfinished, Some(uid), Some(gid))?;
    }

    let mut initdb = command(&programs.bin.join("initdb"), account);
    initdb.args(["--username=postgres", "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8"]);
    initdb.args(["--data-checksums", "--no-instructions"]).arg("--pgdata").arg(&unfinished).current_dir(&unfinished);
    initdb.arg("--pwfile").arg(&given_password);
    if durability == Durability::None {
        initdb.arg("--no-sync");
    }
    let output = initdb.process_group(0).stdin(Stdio::null()).output().await.context("cannot start initdb")?;
    fs::remove_file(&given_password)?;
    ensure!(output.status.success(), "initdb failed:\n{}", String::from_utf8_lossy(&output.stderr).trim());

    if relocate {
        let place = home.join(format!("{name}-{salt}"));
        fs::rename(&unfinished, &place)?;
        symlink(&place, link)?;
    } else {
        fs::rename(&unfinished, link)?;
    }
    Ok(())
}

/// The command line of the server. A running one with other arguments is not taken over.
fn arguments(data: &Path, socket_dir: &Path, durability: Durability) -> Result<Vec<OsString>> {
    let socket_dir = socket_dir.to_str().context("the path of the socket is not UTF-8")?;
    let mut settings = vec![
        "listen_addresses=".to_owned(),
        "port=5432".to_owned(),
        format!("unix_socket_directories=\"{}\"", socket_dir.replace('"', "\"\"")),
        "unix_socket_permissions=0700".to_owned(),
        "logging_collector=off".to_owned(),
        "log_destination=stderr".to_owned(),
        "timezone=UTC".to_owned(),
        "log_timezone=UTC".to_owned(),
        // Diwan and its database fit into 1 GiB together.
        "shared_buffers=192MB".to_owned(),
        "work_mem=4MB".to_owned(),
        "jit=off".to_owned(),
    ];
    settings.extend(
        match durability {
            Durability::Full => ["max_connections=40", "fsync=on", "synchronous_commit=on", "full_page_writes=on"],
            Durability::None => ["max_connections=200", "fsync=off", "synchronous_commit=off", "full_page_writes=off"],
        }
        .map(str::to_owned),
    );
    let mut arguments = vec![OsString::from("-D"), data.into()];
    arguments.extend(settings.into_iter().flat_map(|setting| [OsString::from("-c"), setting.into()]));
    Ok(arguments)
}

/// The data folder, which only its owner can enter; a folder of the same privacy where its path is too long for a socket.
fn socket_dir(data: &Path, account: Option<Account>) -> Result<PathBuf> {
    if data.join(SOCKET_NAME).as_os_str().len() <= LONGEST_SOCKET_PATH {
        return Ok(data.to_owned());
    }
    let parent = if account.is_some() { "/run" } else { "/tmp" };
    let dir = Path::new(parent).join(format!("diwan-{}", digest(data)));
    let owner = account.map_or(geteuid().as_raw(), |account| account.uid);
    match DirBuilder::new().mode(0o700).create(&dir) {
        Ok(()) => chown(&dir, Some(owner), None)?,
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error).with_context(|| format!("cannot create {}", dir.display())),
    }
    let found = dir.symlink_metadata()?;
    let private = found.is_dir() && found.uid() == owner && found.mode().trailing_zeros() >= 6;
    ensure!(private, "{} is needed for the socket of Postgres, but belongs to someone else", dir.display());
    Ok(dir)
}

/// A command with no environment but the path, run as the account if there is one.
fn command(program: &Path, account: Option<Account>) -> Command {
    let mut command = Command::new(program);
    command.env_clear().env("LC_ALL", "C.UTF-8").env("PATH", env::var_os("PATH").unwrap_or("/usr/bin:/bin".into()));
    if let Some(Account { uid, gid }) = account {
        command.uid(uid).gid(gid);
    }
    command
}

/// The log, opened to be appended to, and its length; a large one is put aside.
fn open_log(path: &Path) -> Result<(File, u64)> {
    if path.metadata().is_ok_and(|it| it.len() > LARGE_LOG) {
        fs::rename(path, path.with_added_extension("1"))?;
    }
    let file = OpenOptions::new().create(true).append(true).mode(0o600).open(path)?;
    let length = file.metadata()?.len();
    Ok((file, length))
}

/// The end of what was written to the log since it had the length `from`.
fn tail(log: &Path, from: u64) -> String {
    let read = || -> std::io::Result<Vec<u8>> {
        let mut file = File::open(log)?;
        file.seek(SeekFrom::Start(from.max(file.metadata()?.len().saturating_sub(4096))))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    String::from_utf8_lossy(&read().unwrap_or_default()).into_owned()
}

fn write_private(path: &Path, text: &str, owner: Option<Account>) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
        _ => {}
    }
    let mut file = OpenOptions::new().create_new(true).write(true).mode(0o600).open(path)?;
    file.set_permissions(Permissions::from_mode(0o600))?;
    if let Some(Account { uid, gid }) = owner {
        chown(path, Some(uid), Some(gid))?;
    }
    file.write_all(text.as_bytes())?;
    Ok(file.sync_all()?)
}

fn random_hex<const BYTES: usize>() -> String {
    let mut bytes = [0_u8; BYTES];
    rand::fill(&mut bytes);
    hex::encode(bytes)
}

/// A short name for a path: its FNV-1a hash, the same in every version of Diwan.
fn digest(path: &Path) -> String {
    let hash =
        path.as_os_str().as_bytes().iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
    format!("{hash:016x}")
}

fn percent_encoded(bytes: &[u8]) -> String {
    let encode = |byte: &u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(*byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    bytes.iter().map(encode).collect()
}
