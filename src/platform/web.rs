//! The web around the pages: routes, sessions, origin check, security headers, forms that work without scripts.

mod forms;

use super::auth::{self, SignedIn};
use super::config;
use super::door::{Error, Outcome, Refusal};
use super::favourites;
use super::files;
use super::mail::Mailer;
use super::notifications;
use super::page::Posted;
use super::proxies::Proxies;
use super::session::{self, PgStore};
use super::tenancy::{Company, Cx, Db, Standing, whole};
use crate::i18n::{self, Digits, I18n, Locale, negotiate};
use crate::t;
use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, DefaultBodyLimit, FromRequestParts, OriginalUri, Path, Request, State};
use axum::http::{Extensions, HeaderMap, HeaderValue, Method, StatusCode, Uri, header, request::Parts};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
pub use forms::{form_pairs, give_back, let_in};
use forms::{post_form, preferences, sign_in, sign_out, switch_company, turn_favourite};
use futures_util::FutureExt as _;
use leptos::config::LeptosOptions;
use leptos::prelude::provide_context;
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_sessions::cookie::SameSite;
use tower_sessions::cookie::time::Duration;
use tower_sessions::{Expiry, Session, SessionManagerLayer};
use uuid::Uuid;

/// Where the pages of operators begin.
pub const OPERATOR: &str = "/operator";

/// Where the pages begin that a link opens, without an account. What follows is the token.
pub const OFFER: &str = "/offer/";

/// What every handler can reach.
#[derive(Clone)]
pub struct House {
    pub db: Db,
    pub files: files::Store,
    /// Who takes mail away; nobody where Diwan sends none.
    pub mail: Option<Mailer>,
    pub options: Arc<LeptosOptions>,
    /// Whether browsers reach us over https; decides the session cookie.
    pub secure: bool,
    /// Those who are believed where a request comes from.
    pub proxies: Proxies,
    pub app: fn(LeptosOptions) -> leptos::prelude::AnyView,
}

/// Who visits, in which language, with which request; in the context of every page and server function.
#[derive(Clone)]
pub struct Visit {
    pub db: Db,
    pub signed_in: Option<SignedIn>,
    /// What the visitor is in the company, as of the page that is being drawn.
    pub standing: Option<Arc<Present>>,
    pub i18n: I18n,
    pub theme: String,
    pub request: Uuid,
    pub address: Option<IpAddr>,
    /// What the browser says that it is.
    pub agent: Option<String>,
    /// The name of the session in the database.
    pub session: Option<String>,
    /// Path and query as asked.
    pub uri: Uri,
    /// Where the browser reaches us, as it says: `https://diwan.example`.
    pub site: String,
    /// Whether Diwan sends mail.
    pub mails: bool,
    /// A form that came back with something to mend.
    pub posted: Option<Arc<Posted>>,
    /// Fields and faults of a form that belongs to no record, such as sign-in.
    pub plain: Option<Arc<PlainForm>>,
}

/// A member on a page of their company.
#[derive(Clone, Debug)]
pub struct Present {
    pub standing: Arc<Standing>,
    pub company: Arc<Company>,
    /// Notifications that they have not read.
    pub unread: i64,
    /// Whether they keep this page at hand; `None` where there is nothing to keep.
    pub kept: Option<bool>,
}

/// A form that belongs to no record, as it came back.
#[derive(Clone, Debug, Default)]
pub struct PlainForm {
    pub fields: BTreeMap<String, String>,
    pub refusals: Vec<Refusal>,
}

impl Visit {
    /// Brings a form that belongs to no record back, with what was typed but passwords, and with what stands in the way.
    pub fn come_back(&mut self, fields: BTreeMap<String, String>, error: Error) {
        let refusals = error.refusals(self.request);
        let fields = fields.into_iter().filter(|(name, _)| !name.ends_with("password")).collect();
        self.plain = Some(Arc::new(PlainForm { fields, refusals }));
    }

    pub fn cx(&self) -> Outcome<Cx> {
        let signed_in = self.signed_in.as_ref().ok_or(Error::SignedOut)?;
        Ok(Cx { i18n: self.i18n, ..signed_in.cx(self.request, self.address) })
    }
}

impl FromRequestParts<House> for Visit {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, house: &House) -> Result<Visit, Response> {
        let session = Session::from_request_parts(parts, house).await.map_err(|e| e.into_response())?;
        let signed_in = SignedIn::of(&session).await;
        if signed_in.is_some()
            && let Err(error) = session::keep_alive(&session).await
        {
            tracing::warn!(%error, "a session is not kept alive");
        }
        let cookie = |name: &str| cookie(&parts.headers, name);
        let mut i18n = match &signed_in {
            Some(person) => person.i18n(),
            None => spoken(&parts.headers),
        };
        if parts.uri.path().ends_with("/print")
            && let Some(locale) = paper_language(&parts.uri)
        {
            i18n = on_paper(i18n, locale);
        }
        let theme = signed_in
            .as_ref()
            .map(|p| p.theme.clone())
            .or_else(|| cookie("theme"))
            .unwrap_or_else(|| "auto".to_owned());
        Ok(Visit {
            db: house.db.clone(),
            signed_in,
            standing: None,
            i18n,
            theme,
            request: reference(&parts.extensions),
            address: address(&parts.extensions),
            agent: (parts.headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()))
                .map(|agent| agent.chars().take(400).collect()),
            session: session.id().map(|id| session::digest(&id)),
            site: site_of(parts, house.secure),
            mails: house.mail.is_some(),
            uri: parts.extensions.get::<OriginalUri>().map_or_else(|| parts.uri.clone(), |u| u.0.clone()),
            posted: None,
            plain: None,
        })
    }
}

fn site_of(parts: &Parts, secure: bool) -> String {
    let host = parts.headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let host = host.or(parts.uri.authority().map(|authority| authority.as_str())).unwrap_or_default();
    format!("{}://{host}", if secure { "https" } else { "http" })
}

/// The language that a visitor chose here, signed in or not.
pub fn chosen_language(headers: &HeaderMap) -> Option<Locale> {
    cookie(headers, "language").and_then(|tag| Locale::from_tag(&tag))
}

/// The language of a visitor of whom nothing else is known: the one they chose here, else the best of their browser's.
fn spoken(headers: &HeaderMap) -> I18n {
    let chosen = chosen_language(headers);
    let asked = || headers.get(header::ACCEPT_LANGUAGE).and_then(|h| h.to_str().ok()).unwrap_or_default();
    I18n::new(chosen.unwrap_or_else(|| negotiate::accept_language(asked())), Digits::Western)
}

/// The language that the address of a paper asks for.
pub fn paper_language(uri: &Uri) -> Option<Locale> {
    query_pairs(uri).into_iter().find(|(name, _)| name == "language").and_then(|(_, tag)| Locale::from_tag(&tag))
}

/// How paper in this language is written, whoever prints it: the digits of an Arabic reader are for Arabic papers only.
pub fn on_paper(reader: I18n, locale: Locale) -> I18n {
    let digits = if locale.is_arabic() { reader.digits } else { Digits::Western };
    I18n::new(locale, digits)
}

fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|h| h.to_str().ok())
        .flat_map(|h| h.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('=').map(str::to_owned))
}

/// The pairs of a query string.
pub fn query_pairs(uri: &Uri) -> Vec<(String, String)> {
    form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).into_owned().collect()
}

/// The reference of a request, in the log and in messages about our own faults.
#[derive(Clone, Copy)]
struct Reference(Uuid);

/// What a request is called in the log.
pub fn reference(extensions: &Extensions) -> Uuid {
    extensions.get::<Reference>().map_or_else(Uuid::now_v7, |reference| reference.0)
}

/// The address of whoever asks, as far as those who are trusted tell.
#[derive(Clone, Copy)]
struct Client(IpAddr);

/// Where a request comes from.
pub fn address(extensions: &Extensions) -> Option<IpAddr> {
    extensions.get::<Client>().map(|client| client.0)
}

// ------------------------------------------------------------------ the router

/// Files whose names, or the address that pages give them, change with what is in them.
const FOREVER: &str = "public, max-age=31536000, immutable";

/// All routes behind all layers. `forms` are the routes of pages that take forms of their own; `programs` are those of
/// programs, which show a token with each request and have neither session nor cookie that another site could use.
pub fn router(house: House, forms: Router<House>, programs: Router<House>) -> Router {
    // Already initialised when a process builds a second router, as tests do.
    let _ = any_spawner::Executor::init_tokio();
    let sessions = SessionManagerLayer::new(PgStore::new(house.db.clone()))
        .with_name(if house.secure { "__Host-session" } else { "session" })
        .with_secure(house.secure)
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_path("/")
        .with_expiry(Expiry::OnInactivity(Duration::days(14)));
    let site = house.options.site_root.to_string();
    let built = || ServeDir::new(&site).precompressed_br().precompressed_gzip();
    // That a file is missing is not kept: the next moment a newer server may have it.
    let keep = |how| {
        let found = move |answer: &Response| {
            let is_found = answer.status().is_success() || answer.status() == StatusCode::NOT_MODIFIED;
            is_found.then(|| HeaderValue::from_static(how))
        };
        SetResponseHeaderLayer::if_not_present(header::CACHE_CONTROL, found)
    };
    // A file that keeps its name when it changes, as while somebody develops, is asked for each time.
    let bundle = Router::new().route_service("/pkg/{*file}", built()).layer(keep(if house.options.hash_files {
        FOREVER
    } else {
        "no-cache"
    }));
    let assets = Router::new()
        .route_service("/fonts/{*file}", built())
        .route_service("/icons.svg", built())
        .route_service("/favicon.svg", built())
        .route_service("/pattern.svg", built())
        .route_service("/icon-192.png", built())
        .route_service("/icon-512.png", built())
        .route_service("/manifest.webmanifest", built())
        .route("/messages/{file}", get(messages))
        .layer(keep(FOREVER))
        .merge(bundle);
    let pages = Router::new()
        .route("/api/{*function}", post(server_function))
        .route("/sign-in", get(render_page).post(sign_in))
        .route("/sign-out", post(sign_out))
        .route("/preferences", post(preferences))
        .route("/company", post(switch_company))
        .route("/favourites", post(turn_favourite))
        .merge(forms)
        .merge(files::http::routes())
        .merge(notifications::http::routes())
        .route("/{path}/{id}", get(render_page).post(post_form))
        .fallback(render_page)
        .layer(SetResponseHeaderLayer::if_not_present(
            header::CACHE_CONTROL,
            HeaderValue::from_static("private, no-store"),
        ))
        .layer(DefaultBodyLimit::max(32 * 1024 * 1024))
        .layer(sessions)
        .layer(middleware::from_fn(check_origin));
    Router::new()
        .route("/health", get(health))
        .merge(pages)
        .merge(assets)
        .merge(programs)
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest))
        // Outside of sessions, and of compression: a part of a file is a part of its own bytes.
        .merge(files::http::served())
        .layer(middleware::from_fn(security_headers))
        .layer(middleware::from_fn(answer_panics))
        .layer(middleware::from_fn_with_state(house.proxies.clone(), find_client))
        .layer(middleware::from_fn(name_request))
        .with_state(house)
}

async fn health(State(house): State<House>) -> Response {
    if auth::answers(&house.db).await { "ok".into_response() } else { StatusCode::SERVICE_UNAVAILABLE.into_response() }
}

/// The browser's messages of one language, under a name that changes with them.
async fn messages(Path(file): Path<String>) -> Response {
    match Locale::ALL.into_iter().find(|locale| file == messages_file(*locale)) {
        Some(locale) => {
            ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], i18n::browser_source(locale)).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// `ar.3f2a….ftl`
pub fn messages_file(locale: Locale) -> String {
    use sha2::{Digest as _, Sha256};
    use std::sync::LazyLock;
    static NAMES: LazyLock<[String; 2]> = LazyLock::new(|| {
        Locale::ALL.map(|locale| {
            let hash = Sha256::digest(i18n::browser_source(locale));
            format!("{}.{}.ftl", locale.tag(), hex::encode(&hash[..8]))
        })
    });
    NAMES[locale as usize].clone()
}

// ------------------------------------------------------------------ layers

async fn name_request(mut request: Request, next: Next) -> Response {
    let reference = Uuid::now_v7();
    request.extensions_mut().insert(Reference(reference));
    // The address of a file, or of an offer, opens it for whoever reads the log.
    let path = match request.uri().path() {
        path if path.starts_with("/f/") => "/f/…",
        path if path.starts_with(OFFER) => "/offer/…",
        path => path,
    }
    .to_owned();
    let method = request.method().clone();
    let begun = std::time::Instant::now();
    let mut response = next.run(request).await;
    let status = response.status().as_u16();
    let milliseconds = begun.elapsed().as_secs_f64() * 1000.0;
    if status >= 500 {
        tracing::error!(%reference, %method, path, status, milliseconds, "request");
    } else {
        tracing::info!(%reference, %method, path, status, milliseconds, "request");
    }
    if let Ok(value) = HeaderValue::from_str(&reference.to_string()) {
        response.headers_mut().insert("x-request-id", value);
    }
    response
}

/// Looks past the proxies, once for all who ask for the address later.
async fn find_client(State(proxies): State<Proxies>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|connected| connected.0.ip());
    if let Some(peer) = peer {
        let forwarded = request.headers().get_all("x-forwarded-for").iter().map(HeaderValue::as_bytes);
        let client = Client(proxies.client(peer, forwarded));
        request.extensions_mut().insert(client);
    }
    next.run(request).await
}

async fn security_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let fixed = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::STRICT_TRANSPORT_SECURITY, "max-age=31536000"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
    headers.insert("permissions-policy", HeaderValue::from_static("camera=(), geolocation=(), microphone=()"));
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"));
    response
}

/// The policy of a page whose scripts carry this nonce. While somebody develops, pages also hear of changes at a port.
pub fn content_security_policy(nonce: &str, reload_port: Option<u32>) -> String {
    let reload = reload_port.map_or(String::new(), |port| format!(" ws://localhost:{port} ws://127.0.0.1:{port}"));
    format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; style-src-attr 'unsafe-inline'; \
         img-src 'self' data:; font-src 'self'; connect-src 'self'{reload}; manifest-src 'self'; form-action 'self'; \
         frame-ancestors 'none'; base-uri 'none'"
    )
}

/// Refuses changes that another site's page sends. Browsers say where a request comes from; a program that says nothing
/// has no session to abuse, and is refused all the same.
async fn check_origin(request: Request, next: Next) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS)
        || is_same_origin(request.headers(), request.uri())
    {
        return next.run(request).await;
    }
    (StatusCode::FORBIDDEN, t!(spoken(request.headers()), "error-origin")).into_response()
}

fn is_same_origin(headers: &HeaderMap, uri: &Uri) -> bool {
    let text = |name: &str| headers.get(name).and_then(|h| h.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    let host = text("host").or(uri.authority().map(|a| a.as_str()));
    let origin = text("origin").and_then(|o| o.split_once("://")).map(|(_, host)| host);
    origin.is_some() && origin == host
}

/// Answers in place of a handler that panicked, with the reference under which the log has the panic. It stands outside
/// of sessions: the language is the browser's.
async fn answer_panics(request: Request, next: Next) -> Response {
    let i18n = spoken(request.headers());
    let reference = reference(request.extensions());
    // What the handler held is dropped with it, and its transaction leaves no trace.
    let panic = match AssertUnwindSafe(next.run(request)).catch_unwind().await {
        Ok(response) => return response,
        Err(panic) => panic,
    };
    let text = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or(panic.downcast_ref::<&str>().copied())
        .unwrap_or("unknown");
    tracing::error!(%reference, panic = text, "a request panicked");
    let message = t!(i18n, "error-internal", reference = reference.to_string());
    (StatusCode::INTERNAL_SERVER_ERROR, message).into_response()
}

// ------------------------------------------------------------------ pages and server functions

async fn server_function(State(_): State<House>, visit: Visit, request: Request) -> Response {
    leptos_axum::handle_server_fns_with_context(move || provide_context(visit.clone()), request).await.into_response()
}

/// The page of this visit.
pub async fn render_page(State(house): State<House>, visit: Visit, request: Request) -> Response {
    render(house, visit, request.headers().clone()).await
}

/// Pages that somebody who is not signed in may see.
fn is_public(path: &str) -> bool {
    matches!(path, "/sign-in" | "/sign-up" | "/join") || path.starts_with(OFFER)
}

/// Renders the page of this visit. The body is whole before the first byte leaves, so that its status is right.
pub async fn render(house: House, visit: Visit, headers: HeaderMap) -> Response {
    render_with(house, visit, headers, ()).await
}

/// The same with something more in the page's context.
pub async fn render_with<T: Clone + Send + Sync + 'static>(
    house: House,
    mut visit: Visit,
    headers: HeaderMap,
    more: T,
) -> Response {
    let path = visit.uri.path().to_owned();
    if visit.signed_in.is_none() && !is_public(&path) {
        let back = visit.uri.path_and_query().map_or("/", |p| p.as_str());
        let target = if back == "/" {
            "/sign-in".to_owned()
        } else {
            format!("/sign-in?next={}", crate::record::query::encode(back))
        };
        return Redirect::to(&target).into_response();
    }
    if visit.signed_in.is_some() && matches!(path.as_str(), "/sign-in" | "/sign-up") {
        return Redirect::to("/").into_response();
    }
    if let Ok(cx) = visit.cx() {
        let db = house.db.clone();
        let address = favourites::address(&path, query_pairs(&visit.uri));
        let present = whole(async move {
            let mut tx = db.begin(&cx).await?;
            let (unread, kept) = favourites::at_a_glance(&mut tx, address.as_deref()).await?;
            Ok(Present { standing: tx.standing.clone(), company: tx.company.clone(), unread, kept })
        });
        visit.standing = present.await.ok().map(Arc::new);
    }
    let mut request = Request::new(Body::empty());
    *request.uri_mut() = visit.uri.clone();
    *request.headers_mut() = headers;
    let options = (*house.options).clone();
    let app = house.app;
    let handler = leptos_axum::render_app_async_with_context(
        move || {
            provide_context(visit.clone());
            provide_context(more.clone());
        },
        move || app(options.clone()),
    );
    handler(request).await
}

// ------------------------------------------------------------------ the start

/// The site file. Where the build left no hashes beside the program, as in development, files have their plain names.
pub fn site() -> anyhow::Result<LeptosOptions> {
    let file = std::path::Path::new("Leptos.toml").exists().then_some("Leptos.toml");
    let mut options = leptos::config::get_configuration(file)?.leptos_options;
    let hashes = std::env::current_exe()?.with_file_name(&*options.hash_file);
    options.hash_files = options.hash_files && hashes.exists();
    Ok(options)
}

/// Reads the signing key and opens the router's state.
pub fn prepare(config: &config::Config) -> anyhow::Result<()> {
    super::seal::set_secret(config::signing_key(&config.data)?);
    if config.loopback {
        super::egress::allow_loopback();
    }
    Ok(())
}
