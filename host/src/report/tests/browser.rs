//! The page in a real browser: what it says, whether its charts have marks, whether it fits on a phone, in both colours.

#![allow(clippy::print_stderr, reason = "a test tells what it skipped")]

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::*;

/// Debian's name and the others' for the same browser.
const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// Measures the page as it is shown, and leaves what it found in the document.
const MEASURE: &str = r#"<script>
addEventListener("load", () => {
  const shown = (e) => { const b = e.getBoundingClientRect(); return b.width > 0.5 || b.height > 0.5; };
  const charts = [...document.querySelectorAll("figure")].map((figure) => {
    const svg = figure.querySelector("svg"), marks = [...svg.querySelectorAll(".mark")].filter(shown);
    const paint = (e) => { const s = getComputedStyle(e); return s.fill !== "none" ? s.fill : s.stroke; };
    return { title: figure.querySelector("figcaption").innerText, width: svg.getBoundingClientRect().width,
      marks: marks.length, paints: [...new Set(marks.map(paint))],
      text: Math.min(...[...svg.querySelectorAll("text")].filter((t) => t.textContent.trim()).map((t) => t.getBoundingClientRect().height)) };
  });
  const found = { text: document.body.innerText, charts, width: innerWidth, scroll: document.documentElement.scrollWidth,
    page: getComputedStyle(document.body).backgroundColor, ink: getComputedStyle(document.body).color };
  document.body.innerHTML = "<pre id=found></pre>";
  document.getElementById("found").textContent = "<<<" + JSON.stringify(found) + ">>>";
});
</script></body>"#;

fn browser() -> Option<&'static str> {
    let runs = |name: &&&str| {
        Command::new(**name)
            .arg("--version")
            .output()
            .is_ok_and(|out| out.status.success())
    };
    let found = BROWSERS.iter().find(runs).copied();
    if found.is_none() {
        eprintln!("SKIPPED: no browser; install Debian's chromium to see the pages of reports tested");
    }
    found
}

fn run(browser: &str, folder: &Path, args: &[&str], page: &Path) -> String {
    let profile = folder.join("profile");
    let out = Command::new(browser)
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            "--virtual-time-budget=5000",
        ])
        .arg(format!("--user-data-dir={}", profile.display()))
        .args(args)
        .arg(format!("file://{}", page.display()))
        .output()
        .expect("it runs and ends");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8_lossy(&out.stdout).into_owned()
}

/// Opens a page in a frame of a width, since a headless window cannot be as narrow as a phone, and measures it.
fn measured(browser: &str, html: &str, width: u32, dark: bool) -> Value {
    let folder = tempfile::tempdir().expect("a folder");
    // Only for the measuring script; the page itself forbids every script.
    let html = html.replace(
        "default-src 'none'; style-src 'unsafe-inline'",
        "default-src 'unsafe-inline'",
    );
    let inner = folder.path().join("page.html");
    std::fs::write(&inner, html.replace("</body>", MEASURE)).expect("a folder of our own");
    let outer = folder.path().join("frame.html");
    let frame = format!(
        "<!doctype html><meta name=color-scheme content='light dark'><iframe src=page.html style='width:{width}px;height:2000px;border:0'></iframe><script>\
         addEventListener('load', () => {{ const f = document.querySelector('iframe'); \
         document.body.append(f.contentDocument.getElementById('found').textContent); }});</script>"
    );
    std::fs::write(&outer, frame).expect("a folder of our own");
    let scheme = if dark {
        "--blink-settings=preferredColorScheme=0"
    } else {
        "--blink-settings=preferredColorScheme=1"
    };
    let dom = run(
        browser,
        folder.path(),
        &["--allow-file-access-from-files", "--dump-dom", scheme],
        &outer,
    );
    let found = dom
        .rsplit_once("&lt;&lt;&lt;")
        .and_then(|(_, rest)| rest.split_once("&gt;&gt;&gt;"));
    let (json, _) = found.unwrap_or_else(|| panic!("the page was not measured:\n{dom}"));
    let json = json
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&nbsp;", "\u{a0}")
        .replace("&amp;", "&");
    serde_json::from_str(&json).expect("what the script left is JSON")
}

/// The sum of red, green and blue of `rgb(1, 2, 3)`.
fn brightness(colour: &Value) -> u32 {
    let colour = colour.as_str().unwrap_or_default();
    let parts = colour.trim_start_matches("rgb(").trim_end_matches(')').split(", ");
    parts
        .map(|part| part.parse::<u32>().expect("a colour of the page is opaque"))
        .sum()
}

/// Keeps a page for people to look at, in the folder that `BATON_PAGES` names.
fn show(name: &str, html: &str) {
    if let Some(folder) = std::env::var_os("BATON_PAGES") {
        std::fs::write(Path::new(&folder).join(name), html).expect("BATON_PAGES names a folder");
    }
}

#[test]
fn a_report_is_shown_with_marks_in_light_and_dark_and_on_a_phone() {
    let Some(browser) = browser() else { return };
    let (_, report) = month(6);
    let html = page(&report);
    show("report.html", &html);
    let mut paints = Vec::new();
    for (width, dark) in [(1_280, false), (1_280, true), (390, false), (390, true)] {
        let found = measured(browser, &html, width, dark);
        let text = found["text"].as_str().expect("a text");
        for part in [
            "Handovers",
            "Handover rate",
            "Answered in time",
            "explicit-request",
            "ana",
            "By tag",
            "2026-03-06",
        ] {
            assert!(text.contains(part), "{part}:\n{text}");
        }
        assert!(text.contains(&report.total.handovers.to_string()), "{text}");
        let charts = found["charts"].as_array().expect("charts");
        assert_eq!(charts.len(), 6);
        for chart in charts {
            let number = |name: &str| chart[name].as_f64().expect("a number");
            assert!(number("marks") >= 3.0, "a chart without marks: {chart}");
            assert!(
                number("width") > 250.0 && number("text") >= 9.0,
                "too small to be read: {chart}"
            );
        }
        assert_eq!(found["scroll"], found["width"], "the page is wider than {width}");
        let (page, ink) = (brightness(&found["page"]), brightness(&found["ink"]));
        assert_eq!(page < ink, dark, "{} on {}", found["ink"], found["page"]);
        assert!(
            page.abs_diff(ink) > 400,
            "hardly legible: {} on {}",
            found["ink"],
            found["page"]
        );
        paints.push(charts[5]["paints"].clone());
    }
    assert_ne!(paints[0], paints[1], "the charts follow the page's colours");
    assert_eq!(
        paints[0].as_array().map(Vec::len),
        Some(4),
        "accepted, declined, lapsed and taken back differ"
    );
}

#[test]
fn a_review_is_shown_on_a_phone_whatever_strangers_wrote() {
    let Some(browser) = browser() else { return };
    let long = "<b>boiler</b>".repeat(40);
    let question = |count, text: &str| OpenQuestion {
        question: text.to_owned(),
        count,
        handovers: 1,
        words: vec!["boiler".into(), "warranty".into()],
        evidence: vec!["I have no information on warranties".into()],
        examples: vec![Example {
            conversation: "chat-17".into(),
            message: "m1".into(),
            at: "2026-03-02T12:00:00Z".into(),
            text: "is my boiler still under warranty".into(),
        }],
        answers: vec![HumanAnswer {
            conversation: "chat-17".into(),
            agent: Some("ana".into()),
            text: "Yes, five years from installation.".into(),
        }],
    };
    let suggestion = |kind, subject: &str| Suggestion {
        kind,
        subject: subject.to_owned(),
        why: "2 of 3 handovers that were judged were not needed".into(),
        count: 2,
    };
    let review = Review {
        business: "acme".into(),
        since: "2026-03-02T00:00:00Z".into(),
        until: "2026-03-09T00:00:00Z".into(),
        made_at: "2026-03-09T08:00:00Z".into(),
        gaps: 16,
        questions: vec![
            question(9, "Is the boiler still under warranty?"),
            question(5, "Do you deliver on Saturdays?"),
            question(2, &long),
        ],
        suggestions: vec![
            suggestion(SuggestionKind::AddFaq, "Is the boiler still under warranty?"),
            suggestion(SuggestionKind::TightenPhrase, &long),
        ],
    };
    let html = review_page(&review);
    show("review.html", &html);
    let found = measured(browser, &html, 390, true);
    let text = found["text"].as_str().expect("a text");
    for part in [
        "Answer this",
        "Tighten the phrase",
        "Yes, five years",
        "<b>boiler</b>",
        "16 questions",
    ] {
        assert!(text.contains(part), "{part}:\n{text}");
    }
    assert_eq!(found["charts"][0]["marks"], 3, "{found}");
    assert_eq!(found["scroll"], found["width"], "the page is wider than a phone");
}
