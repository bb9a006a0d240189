//! Cut connections, races and noisy neighbours.

use super::*;

/// A client that goes away cannot know how far its form came. It sends it again, and whatever had happened by then, the
/// customer is there once and the answer is the same.
#[tokio::test]
async fn f21_a_form_that_is_cut_off_anywhere_is_saved_once_when_it_is_sent_again() {
    let firm = Firm::new().await;
    let mut browser = Browser::of(&firm).await;
    let mut cut = 0;
    for round in 0..200_u64 {
        let (id, code) = (Uuid::now_v7().to_string(), format!("F{round:03}"));
        let form = [
            ("_do", "save"),
            ("_edits", "1"),
            ("_id", id.as_str()),
            ("code", code.as_str()),
            ("name.en", "Cut off"),
            ("language", "en"),
        ];
        let mut first = Box::pin(browser.post("/customers/new", &form));
        let mut answered = false;
        // Each look takes it to its next wait for the database, of which a save has several.
        for _ in 0..round % 8 {
            answered = std::future::poll_fn(|cx| Poll::Ready(first.as_mut().poll(cx).is_ready())).await;
            if answered {
                break;
            }
            tokio::time::sleep(Duration::from_micros(50)).await;
        }
        drop(first);
        cut += u32::from(!answered);
        let again = browser.post("/customers/new", &form).await;
        assert_eq!(again.status, StatusCode::SEE_OTHER, "round {round}: {}", again.text());
        assert!(again.location.is_some_and(|to| to.contains(&id)), "round {round} leads elsewhere");
    }
    assert!(cut > 50, "only {cut} were cut off");
    let mut tx = firm.tx().await;
    let (rows, told): (i64, i64) = sqlx::query_as(
        "select (select count(*) from customer where tenant_id = $1),
                (select count(*) from outbox where tenant_id = $1 and topic = 'customer.create')",
    )
    .bind(firm.cx.tenant)
    .fetch_one(tx.conn())
    .await
    .expect("counts");
    assert_eq!((rows, told), (201, 201), "each of them once, beside the first customer");
    drop(tx);
    for path in ["/", "/customers", "/customers?q=Cut", "/sales-orders", "/customers?sort=-code"] {
        assert_eq!(browser.get(path).await.status, StatusCode::OK, "{path} over a connection that was left behind");
    }
}

/// Each of two owners sees the other one while both are about to be blocked. The second has to wait for the first, and
/// then sees that nobody would be left.
#[tokio::test]
async fn f23_two_owners_who_block_each_other_leave_one() {
    let firm = Firm::new().await;
    let other = firm.colleague("owner").await;
    let owner = firm.cx.user;
    let mut first = firm.tx().await;
    let mut second = firm.db.begin(&other).await.expect("the other owner enters");
    door::act(&mut first, record("member"), other.user, 1, "block").await.expect("the first is quicker");
    let late: JoinHandle<Outcome<u32>> = tokio::spawn(async move {
        door::act(&mut second, record("member"), owner, 1, "block").await?;
        second.commit().await
    });
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(!late.is_finished(), "the second does not wait for the first");
    first.commit().await.expect("commit");
    assert_eq!(refusals(late.await.expect("it ends")), ["refuse-last-owner"]);
    assert_eq!(firm.document("member", owner).await.state(), Some("active"));
    assert_eq!(firm.document("member", other.user).await.state(), Some("blocked"));
}

/// The same without a referee: whoever comes first, waits or is told to try again, one of the two is blocked.
#[tokio::test]
async fn f23_owners_who_block_each_other_at_once_are_never_both_gone() {
    for _ in 0..4 {
        let firm = Firm::new().await;
        let other = firm.colleague("owner").await;
        let block = async |cx: &Cx, whom: Uuid| -> Outcome<u32> {
            let mut tx = firm.db.begin(cx).await?;
            door::act(&mut tx, record("member"), whom, 1, "block").await?;
            tx.commit().await
        };
        let (one, two) = tokio::join!(block(&firm.cx, other.user), block(&other, firm.cx.user));
        assert!(one.is_ok() != two.is_ok(), "{one:?} and {two:?}");
        let active: i64 = sqlx::query_scalar("select count(*) from member where tenant_id = $1 and state = 'active'")
            .bind(firm.cx.tenant)
            .fetch_one(&mut admin().await)
            .await
            .expect("members are counted");
        assert_eq!(active, 1);
    }
}

/// A worker that works until nothing is due.
fn worker(db: Db) -> JoinHandle<Outcome<()>> {
    tokio::spawn(async move {
        let (_stop, stopping) = watch::channel(false);
        while jobs::run_next(&db, &FILES, None, &stopping).await? {}
        Ok(())
    })
}

/// A worker that was slow rather than dead goes on beside the one that took its job over.
#[tokio::test]
async fn f23_two_workers_on_one_job_do_each_row_once() {
    let _turn = alone().await;
    let firm = Firm::new().await;
    let mut admin = admin().await;
    let ids = customers(&firm, 60).await;
    let job = ask(&firm, &firm.cx, "set", ("phone", "1"), Which::These(ids.clone())).await;
    let first = worker(firm.db.clone());
    while job_page(&firm, job).await.line.done < 3 && !first.is_finished() {
        tokio::task::yield_now().await;
    }
    let expired = sqlx::query("update queue.tickets set lease_until = now() - interval '1 second' where id = $1")
        .bind(job)
        .execute(&mut admin)
        .await
        .expect("the lease runs out");
    assert_eq!(expired.rows_affected(), 1, "the first was done before the second came");
    let second = worker(firm.db.clone());
    loop {
        let attempts: Option<i32> = sqlx::query_scalar("select attempts from queue.tickets where id = $1")
            .bind(job)
            .fetch_optional(&mut admin)
            .await
            .expect("the ticket");
        if attempts.expect("the first was done before the second came") == 2 {
            break;
        }
        tokio::task::yield_now().await;
    }
    for one in [first, second] {
        one.await.expect("it ends").expect("the queue answers");
    }
    let line = job_page(&firm, job).await.line;
    assert_eq!((line.state.as_str(), line.done, line.refused), ("done", 60, 0));
    for id in ids {
        assert_eq!(firm.document("customer", id).await.version, 2, "changed once");
    }
}

/// That somebody has a record open just now is no fault of it: the job comes back when they are done.
#[tokio::test]
async fn f25_a_row_that_somebody_holds_is_tried_again_and_not_refused() {
    let _turn = alone().await;
    let firm = Firm::new().await;
    let ids = customers(&firm, 2).await;
    let mut holding = firm.tx().await;
    door::load(&mut holding, record("customer"), ids[1], Lock::Update).await.expect("the second is held");
    let job = ask(&firm, &firm.cx, "set", ("phone", "1"), Which::These(ids.clone())).await;
    work(&firm).await;
    let line = job_page(&firm, job).await.line;
    assert_eq!((line.state.as_str(), line.done, line.refused), ("waiting", 1, 0));
    drop(holding);
    sqlx::query("update queue.tickets set run_at = now() where id = $1")
        .bind(job)
        .execute(&mut admin().await)
        .await
        .expect("its time comes");
    work(&firm).await;
    let line = job_page(&firm, job).await.line;
    assert_eq!((line.state.as_str(), line.done, line.refused), ("done", 2, 0));
    for id in ids {
        assert_eq!(firm.document("customer", id).await.version, 2, "changed once");
    }
}

/// After an outage everybody comes back at once. A company gets as much as is its own; who asks for more is told when to come
/// again, and nobody else notices.
#[tokio::test]
async fn f26_a_storm_is_told_when_to_come_again_and_holds_up_nobody_else() {
    let (stormy, calm) = (Firm::new().await, Firm::new().await);
    // A minute's requests are so few that what is refilled during the storm does not matter.
    let rates = Rates { token: 20, company: 40 };
    let mut clients = vec![Program::at(&stormy, rates).await];
    for _ in 1..10 {
        let client = clients[0].beside(&stormy).await;
        clients.push(client);
    }
    let quiet = clients[0].beside_of(&calm, &calm.cx).await;
    let path = "/api/v1/customers";
    let storm = join_all((0..1000).map(|n| clients[n % 10].get(path)));
    let (storm, others) = tokio::join!(storm, join_all((0..20).map(|_| quiet.get(path))));
    let (answered, refused): (Vec<Reply>, Vec<Reply>) =
        storm.into_iter().partition(|reply| reply.status == StatusCode::OK);
    assert!((40..500).contains(&answered.len()), "{} were answered", answered.len());
    for reply in refused {
        reply.assert_problem(StatusCode::TOO_MANY_REQUESTS, "refuse-api-too-many", "the storm");
        let wait: Option<u64> = reply.header("retry-after").and_then(|seconds| seconds.parse().ok());
        assert!(wait.is_some_and(|seconds| (1..=60).contains(&seconds)), "{wait:?}");
    }
    for reply in others {
        reply.assert_ok("another company in the storm");
    }
}

/// What asked first is not what is worked on alone: while a company has a worker, others come before its next job.
#[tokio::test]
async fn f27_the_queue_of_one_company_does_not_hold_up_another() {
    let _turn = alone().await;
    let (noisy, quiet) = (Firm::new().await, Firm::new().await);
    let mut theirs = Vec::new();
    for _ in 0..3 {
        theirs.push(ask(&noisy, &noisy.cx, "set", ("phone", "1"), Which::These(vec![noisy.customer])).await);
    }
    let ours = ask(&quiet, &quiet.cx, "set", ("phone", "2"), Which::These(vec![quiet.customer])).await;
    // What other tests have left in the queue is handed out among them; it is put back, too.
    let mut claimed: Vec<Uuid> = Vec::new();
    loop {
        let next: Option<(Uuid, Uuid, i32)> = sqlx::query_as("select id, tenant_id, attempts from queue.claim($1)")
            .bind(60)
            .fetch_optional(noisy.db.people())
            .await
            .expect("the queue answers");
        let Some((id, ..)) = next else { break };
        claimed.push(id);
    }
    sqlx::query("update queue.tickets set lease_until = null, attempts = greatest(attempts - 1, 0) where id = any($1)")
        .bind(&claimed)
        .execute(&mut admin().await)
        .await
        .expect("they are put back");
    let at = |job: Uuid| claimed.iter().position(|id| *id == job).expect("it was handed out");
    assert!(at(theirs[0]) < at(ours) && at(ours) < at(theirs[1]), "{claimed:?}");
    work(&noisy).await;
    for job in theirs {
        assert_eq!(job_page(&noisy, job).await.line.state, "done");
    }
    assert_eq!(job_page(&quiet, ours).await.line.state, "done");
}
