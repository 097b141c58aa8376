//! The page behind a mail's link: what it shows, that looking does nothing, and that no customer's words run in it.

use axum::http::{Method, StatusCode};

use super::{Answer, World};

async fn page(world: &World, method: Method, link: &str, form: &str) -> Answer {
    let line = format!("{method} /offers/{link}");
    let headers = ["content-type: application/x-www-form-urlencoded"];
    let answer = world.send(&line, None, &headers, form.to_owned()).await;
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8", "{answer:?}");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("referrer-policy"), "no-referrer");
    assert!(
        answer
            .header("content-security-policy")
            .contains("frame-ancestors 'none'")
    );
    assert!(!answer.header("x-request-id").is_empty());
    answer
}

#[tokio::test]
async fn looking_does_nothing_and_the_button_does() {
    let world = World::new();
    for link in ["accept", "decline"] {
        let shown = page(&world, Method::GET, link, "").await;
        assert_eq!(shown.status, StatusCode::OK);
        assert!(
            shown.text.contains("Call &lt;script&gt;alert(1)") && !shown.text.contains("<script"),
            "{}",
            shown.text
        );
        assert!(shown.text.contains("<form method=\"post\">") && shown.text.contains("2026-03-02 09:45"));
        page(&world, Method::HEAD, link, "").await;
    }
    assert!(world.fake.acts().is_empty());
    let done = page(&world, Method::POST, "accept", "").await;
    assert!(
        done.status == StatusCode::OK && done.text.contains("It is yours"),
        "{}",
        done.text
    );
    let done = page(&world, Method::POST, "decline", "reason=+too+far+").await;
    assert!(done.text.contains("Declined"), "{}", done.text);
    assert_eq!(
        world.fake.acts(),
        ["accept by link, None", "decline by link, Some(\"too far\")"]
    );
}

#[tokio::test]
async fn a_link_that_leads_nowhere_says_why() {
    let world = World::new();
    for (link, status, words) in [
        ("expired", 410, "This link has expired"),
        ("over", 410, "Bo &lt;b&gt; has it now."),
        ("forged", 404, "This link does not work"),
        ("broken", 503, "Baton cannot do this right now"),
    ] {
        for method in [Method::GET, Method::POST] {
            let shown = page(&world, method, link, "").await;
            assert_eq!(shown.status.as_u16(), status, "{link}");
            assert!(shown.text.contains(words), "{}", shown.text);
        }
    }
    assert!(world.fake.acts().is_empty());
}

#[tokio::test]
async fn a_form_that_is_none_is_refused() {
    let world = World::new();
    for (form, status) in [
        ("reason=a&reason=b".to_owned(), 422),
        (format!("reason={}", "x".repeat(4_097)), 422),
        (format!("reason={}", "x".repeat(20_000)), 413),
    ] {
        let shown = page(&world, Method::POST, "decline", &form).await;
        assert_eq!(shown.status.as_u16(), status, "{:.40}", form);
        assert!(shown.text.contains("Nothing was done"), "{}", shown.text);
    }
    let other = world.send("PUT /offers/accept", None, &[], "").await;
    assert_eq!(other.problem(), "405 method-not-allowed");
    world.stop.send_replace(true);
    let shown = page(&world, Method::POST, "accept", "").await;
    assert_eq!(shown.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(world.fake.acts().is_empty());
}
