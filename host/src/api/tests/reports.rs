//! Reports: of whom, in which form, and how many at once.

use super::*;

const REPORT: &str = "GET /v1/reports/handovers";

#[tokio::test]
async fn a_report_comes_in_the_form_that_is_asked_for() {
    let world = World::new();
    for (query, media_type, begins) in [
        ("", "application/json", "{\"businesses\":[]"),
        (
            "?format=csv&group_by=tag",
            "text/csv; charset=utf-8; header=present",
            "tag,",
        ),
        ("?format=html", "text/html; charset=utf-8", "<!doctype html>"),
    ] {
        let answer = world.call(Scope::Operator, &format!("{REPORT}{query}"), "").await;
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (StatusCode::OK, media_type)
        );
        assert!(answer.text.starts_with(begins), "{}", answer.text);
    }
    for path in ["handovers", "review"] {
        let page = world
            .call(Scope::Admin, &format!("GET /v1/reports/{path}?format=html"), "")
            .await;
        let policy = page.header("content-security-policy");
        assert_eq!(policy, "default-src 'none'; style-src 'unsafe-inline'");
        assert!(
            page.text.contains(policy.split(';').next().expect("not empty")),
            "saved, it says the same"
        );
        assert_eq!(page.header("cache-control"), "no-store");
    }
}

#[tokio::test]
async fn a_report_is_of_the_callers_business_unless_the_token_is_for_every_one() {
    let world = World::new();
    let every = token(&world.fake, Scope::Admin, Realm::Every);
    let own = world.tokens[&Scope::Operator].clone();
    for (token, query) in [
        (&own, ""),
        (&own, "?group_by=business"),
        (&every, "?group_by=day"),
        (&every, "?group_by=business"),
    ] {
        let line = format!("{REPORT}{query}");
        let answer = world.send(&line, Some(token), &["baton-business: acme"], "").await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    }
    let one = "report of [\"acme\"]";
    assert_eq!(world.fake.asked(), [one, one, one, "report of [\"acme\", \"globex\"]"]);
}

#[tokio::test]
async fn every_fault_of_a_query_is_named_at_once() {
    let world = World::new();
    let line = format!("{REPORT}?since=soon&until=then&group_by=colour&format=pdf");
    let answer = world.call(Scope::Operator, &line, "").await;
    assert_eq!(answer.problem(), "422 invalid-request");
    let places: Vec<String> = answer
        .errors()
        .iter()
        .map(|error| error.split(':').next().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(places, ["format", "since", "until", "group_by"]);
    let empty = world
        .call(
            Scope::Operator,
            &format!("{REPORT}?since=2026-03-02&until=2026-03-01"),
            "",
        )
        .await;
    assert_eq!(
        empty.errors(),
        [
            "since: the period begins at 2026-03-02T00:00:00Z and ends at 2026-03-02T00:00:00Z; choose an earlier `since` or a later `until`"
        ]
    );
    assert_eq!(world.fake.asked().len(), 1, "what has a fault is not asked for");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_reports_than_may_be_made_at_once_are_told_to_come_back() {
    let world = World::new();
    let line = format!("{REPORT}?group_by=week");
    let ask = || world.call(Scope::Operator, &line, "");
    let (first, second, third) = tokio::join!(ask(), ask(), ask());
    assert_eq!((first.status, second.status), (StatusCode::OK, StatusCode::OK));
    assert_eq!(
        (third.problem().as_str(), third.header("retry-after")),
        ("429 busy", "1")
    );
    assert_eq!(
        ask().await.status,
        StatusCode::OK,
        "a report that is made leaves its place"
    );
}
