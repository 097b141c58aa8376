//! The numbers as Prometheus reads them.

use std::collections::{BTreeMap, BTreeSet};

use super::*;

fn used() -> Metrics {
    let metrics = Metrics::new();
    let took = Duration::from_micros(30);
    metrics.plugin_called("phrases", "hvac@1.2.0#3", took, 4_000, None);
    metrics.plugin_called("phrases", "hvac@1.2.0#3", took, 9_000, Some("fuel"));
    metrics.breaker("phrases", true);
    metrics.message("customer", "judged", Duration::from_millis(2));
    metrics.handover_opened("default", "explicit-request");
    metrics.handover_ended("default", "converted");
    metrics.timer_fired("offer", Duration::from_millis(4));
    metrics.commit(Duration::from_micros(400), true);
    metrics.open_handovers(3);
    metrics.outbox_depth(2);
    metrics.delivery("delivered");
    metrics.http("/v1/tasks", "GET", 200, Duration::from_millis(1));
    metrics
}

/// Name, type, labels and meaning of each metric, as exported.
fn exported(text: &str) -> BTreeMap<String, [String; 3]> {
    let mut found: BTreeMap<String, [String; 3]> = BTreeMap::new();
    let mut family = String::new();
    for line in text.lines() {
        if let Some((name, help)) = line.strip_prefix("# HELP ").and_then(|rest| rest.split_once(' ')) {
            family = name.to_owned();
            found.entry(family.clone()).or_default()[2] = help.trim_end_matches('.').to_owned();
        } else if let Some((_, kind)) = line.strip_prefix("# TYPE ").and_then(|rest| rest.split_once(' ')) {
            found.entry(family.clone()).or_default()[0] = kind.to_owned();
        } else if !line.starts_with('#') {
            let labels = line.split_once('{').and_then(|(_, rest)| rest.rsplit_once('}'));
            let names = labels.map_or("", |(labels, _)| labels).split("\",");
            let names: Vec<_> = names
                .filter_map(|pair| pair.split_once('='))
                .map(|(name, _)| name)
                .collect();
            let names: Vec<_> = names.into_iter().filter(|name| *name != "le").collect();
            found.entry(family.clone()).or_default()[1] = names.join(", ");
        }
    }
    found
}

#[test]
fn the_table_names_every_metric_as_it_is_exported() {
    let rows = include_str!("../METRICS.md")
        .lines()
        .filter(|line| line.starts_with("| `"));
    let documented: BTreeMap<String, [String; 3]> = rows
        .map(|row| {
            let mut cells = row
                .trim_matches('|')
                .split('|')
                .map(|cell| cell.trim().replace('`', ""));
            let mut cell = || cells.next().expect("four cells a row");
            let name = cell();
            let name = name.strip_suffix("_total").unwrap_or(&name).to_owned();
            (name, [cell(), cell(), cell()])
        })
        .collect();
    assert_eq!(documented, exported(&used().encode()));
}

#[test]
fn numbers_are_exported_in_base_units() {
    let text = used().encode();
    for line in [
        "baton_plugin_call_seconds_count{plugin=\"phrases\",rules=\"hvac@1.2.0#3\"} 2",
        "baton_plugin_call_seconds_bucket{le=\"0.000025\",plugin=\"phrases\",rules=\"hvac@1.2.0#3\"} 0",
        "baton_plugin_fuel_total{plugin=\"phrases\",rules=\"hvac@1.2.0#3\"} 13000",
        "baton_plugin_faults_total{plugin=\"phrases\",rules=\"hvac@1.2.0#3\",fault=\"fuel\"} 1",
        "baton_plugin_breaker_open{plugin=\"phrases\"} 1",
        "baton_message_seconds_sum{speaker=\"customer\",outcome=\"judged\"} 0.002",
        "baton_handovers_open 3",
        "baton_outbox_deliveries 2",
        "baton_http_requests_total{route=\"/v1/tasks\",method=\"GET\",status=\"200\"} 1",
        "# EOF",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}\n{text}");
    }
}

#[test]
fn rules_that_were_replaced_long_ago_leave_no_series() {
    let metrics = Metrics::new();
    let most = MOST_PLUGINS;
    for generation in 0..=most {
        metrics.plugin_called(
            "phrases",
            &format!("hvac#{generation}"),
            Duration::ZERO,
            1,
            Some("trap"),
        );
    }
    let text = metrics.encode();
    assert!(!text.contains("\"hvac#0\""));
    let last = format!("rules=\"hvac#{most}\"");
    let families: BTreeSet<_> = text
        .lines()
        .filter(|line| line.contains(&last))
        .filter_map(|line| line.split('{').next())
        .collect();
    assert_eq!(families.len(), 5, "histogram of three, fuel, faults: {families:?}");
}

#[test]
fn reasons_and_methods_that_callers_make_up_are_bounded() {
    let metrics = Metrics::new();
    for n in 0..MOST_REASONS + 500 {
        metrics.handover_opened("default", &format!("made-up-{n}"));
        metrics.http("none", &format!("BREW{n}"), 404, Duration::ZERO);
    }
    let text = metrics.encode();
    assert!(text.contains("baton_handovers_opened_total{business=\"default\",reason=\"other\"} 500"));
    assert!(text.contains("baton_http_requests_total{route=\"none\",method=\"other\",status=\"404\"} 1524"));
}
