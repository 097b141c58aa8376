//! Figures against a simulated month, counted a second time from the events alone; and how they look in a browser.

use baton_core::{BusinessId, Time};

use super::*;

mod browser;
mod month;
mod recount;
mod world;

use recount::{Recount, recount};
use world::{MONTH, World};

fn month(seed: u64) -> (World, Report) {
    let world = World::play(seed);
    let gathered = gather(&world.store, &world.business, MONTH).expect("rows of our own can be read");
    let parts = [(world.business.clone(), &world.policy.calendar, gathered)];
    let made = report(&parts, MONTH, Some(GroupBy::Bot), world.now);
    (world, made)
}

#[test]
fn every_figure_of_a_month_can_be_counted_again_from_the_events() {
    let (world, report) = month(1);
    let events = world.events();
    let all = recount(&events, &world, &Recount::everything());
    assert_eq!(report.total, all);
    // A month in which something never happens shows nothing about its figure.
    let told = serde_json::to_value(&all).expect("it is JSON");
    for (name, value) in told.as_object().expect("figures") {
        assert!(!value.is_null() && *value != 0, "{name} is never counted: {value}");
    }
    let of_offers = &told["offers"];
    for (name, value) in of_offers.as_object().expect("offers") {
        assert_ne!(*value, 0, "offers {name} is never counted");
    }
}

#[test]
fn every_group_can_be_counted_again_from_the_events() {
    let (world, report) = month(2);
    let events = world.events();
    let check = |rows: &[Row], of: &dyn Fn(&str) -> Recount| {
        assert!(rows.len() > 1, "groups that cannot differ show nothing: {rows:?}");
        for row in rows {
            assert_eq!(row.figures, recount(&events, &world, &of(&row.name)), "{}", row.name);
        }
    };
    check(&report.reasons, &|name| Recount::of_reason(name));
    check(&report.over_time, &|name| Recount::of_day(name));
    check(&report.groups, &|name| Recount::of_bot(name));
    let handovers: u64 = report.over_time.iter().map(|row| row.figures.handovers).sum();
    assert_eq!(handovers, report.total.handovers, "each handover has one day");
}

#[test]
fn offers_are_an_agents_own_whoever_has_the_handover() {
    let (world, report) = month(3);
    let events = world.events();
    let opened = recount::opened(&events, &Recount::everything());
    for row in report.agents.iter().filter(|row| !row.name.is_empty()) {
        let count = |kind: &str, member: &str| {
            let own = events.iter().filter(|event| event["type"] == kind);
            let own = own.filter(|event| opened.contains(event["data"]["handover"].as_str().unwrap_or_default()));
            let names = own.flat_map(|event| {
                let told = &event["data"][member];
                told.as_array().cloned().unwrap_or_else(|| vec![told.clone()])
            });
            u64::try_from(names.filter(|name| *name == row.name.as_str()).count()).expect("small")
        };
        let offers = row.figures.offers;
        assert_eq!(offers.made, count("handover.offered", "agents"), "{}", row.name);
        assert_eq!(offers.declined, count("handover.declined", "agent"), "{}", row.name);
        assert_eq!(offers.lapsed, count("handover.lapsed", "agents"), "{}", row.name);
        let completed = count("handover.completed", "by");
        assert_eq!(row.figures.completed, completed, "{}", row.name);
    }
    let made: u64 = report.agents.iter().map(|row| row.figures.offers.made).sum();
    assert_eq!(made, report.total.offers.made);
}

#[test]
fn a_report_of_a_part_begins_where_the_part_begins() {
    let world = World::play(4);
    let whole = gather(&world.store, &world.business, MONTH).expect("readable");
    let middle = Time(MONTH.since.0 + (MONTH.until.0 - MONTH.since.0) / 2);
    let parts = [Period { until: middle, ..MONTH }, Period { since: middle, ..MONTH }];
    let [first, second] = parts.map(|part| gather(&world.store, &world.business, part).expect("readable"));
    let together: Vec<Case> = first.cases.into_iter().chain(second.cases).collect();
    assert_eq!(
        together, whole.cases,
        "what became of a handover is told, whenever it happened"
    );
    assert_eq!(first.begun.len() + second.begun.len(), whole.begun.len());
}

#[test]
fn a_period_without_anything_has_no_shares_and_every_day() {
    let store = baton_store::MemoryStore::new();
    let business = BusinessId::new("quiet").expect("well formed");
    let gathered = gather(&store, &business, MONTH).expect("an empty store can be read");
    let calendar = baton_core::Calendar::always();
    let made = report(&[(business, &calendar, gathered)], MONTH, None, MONTH.until);
    assert_eq!(made.total, Figures::default());
    assert_eq!(made.over_time.len(), 21);
    assert!(page(&made).contains("There was no handover in this period."));
    assert_eq!(csv(&made).lines().count(), 2);
}

#[test]
fn a_long_period_is_shown_by_week() {
    let business = BusinessId::new("quiet").expect("well formed");
    let calendar = baton_core::Calendar::new("Europe/Berlin", &[], &[]).expect("a zone");
    let since = calendar.moment("2025-12-15 00:00").expect("a moment");
    let period = Period {
        since,
        until: Time(since.0 + 70 * 86_400_000),
    };
    let made = report(
        &[(business, &calendar, Gathered::default())],
        period,
        None,
        period.until,
    );
    let names: Vec<&str> = made.over_time.iter().map(|row| row.name.as_str()).collect();
    assert_eq!((made.step, names.len()), (TimeStep::Week, 10));
    assert_eq!(names[..3], ["2025-W51", "2025-W52", "2026-W01"]);
}

#[test]
fn a_table_for_a_spreadsheet_has_a_column_for_every_figure() {
    let (_, report) = month(5);
    let text = csv(&report);
    let mut lines = text.split("\r\n");
    let header: Vec<&str> = lines.next().expect("a header").split(',').collect();
    for column in [
        "bot",
        "handovers",
        "first_response_p90_ms",
        "offers_lapsed",
        "outcome_no_answer",
        "false_rate",
    ] {
        assert!(header.contains(&column), "{column}: {header:?}");
    }
    let rows: Vec<Vec<&str>> = lines
        .filter(|line| !line.is_empty())
        .map(|line| line.split(',').collect())
        .collect();
    assert_eq!(rows.len(), report.groups.len());
    assert!(rows.iter().all(|row| row.len() == header.len()));
    let column = header
        .iter()
        .position(|name| *name == "handovers")
        .expect("it is there");
    let sum: u64 = rows
        .iter()
        .map(|row| row[column].parse::<u64>().expect("a number"))
        .sum();
    assert_eq!(sum, report.total.handovers);
}

#[test]
fn every_figure_is_defined() {
    let told = serde_json::to_value(Figures::default()).expect("it is JSON");
    for name in told.as_object().expect("figures").keys() {
        assert!(
            FIGURES.contains(&format!("`{name}`")) || name == "offers",
            "{name} is not defined in FIGURES.md"
        );
    }
    for name in told["offers"].as_object().expect("offers").keys() {
        assert!(
            FIGURES.contains(&format!("`offers.{name}`")),
            "offers.{name} is not defined in FIGURES.md"
        );
    }
    for by in GroupBy::ALL {
        assert!(FIGURES.contains(&format!("`{}`", by.as_str())), "{by:?}");
        assert_eq!(GroupBy::parse(by.as_str()), Some(by));
    }
}
