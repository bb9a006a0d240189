//! Serves the pages, and does jobs beside.

use super::asked_to_stop;
use super::work::WORKERS;
use anyhow::Context as _;
use diwan::api::limits::Limits;
use diwan::api::webhooks::Hooks;
use diwan::app::{forms, shell};
use diwan::platform::config::Config;
use diwan::platform::files::{self, Store};
use diwan::platform::jobs::Workers;
use diwan::platform::mail::Mailer;
use diwan::platform::{database, missed, session, slow, web};
use diwan::{api, modules};
use std::net::SocketAddr;
use std::sync::Arc;

pub async fn run(config: Config, addr: SocketAddr, demo: bool, secure: bool, slow: slow::Heard) -> anyhow::Result<()> {
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
        mail: Mailer::of(&config)?,
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
    let workers = Workers::start(&opened.db, &house.files, house.mail.as_ref(), WORKERS);
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
