//! A report or review as one page that needs nothing else: no script, no font, no request to anybody.
//!
//! Names and customers' words come from strangers, so the templates escape all that is not a drawing of our own. The
//! page follows the reader's light or dark setting and has one column on a phone; tables wider than that are moved
//! sideways in their own frame.

use std::sync::OnceLock;

use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, context};

use super::chart::{Data, colour};
use super::{Durations, Figures, Report, Review, Row, TimeStep};

const STYLE: &str = include_str!("page.css");

/// A chart with what stands around it.
#[derive(serde::Serialize)]
struct Figure {
    title: String,
    /// Safe: drawn by us.
    svg: Value,
    /// Name and colour of each series, where there are several.
    legend: Vec<(String, String)>,
}

#[derive(serde::Serialize)]
struct Table {
    title: String,
    header: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

/// The report as a page.
pub fn page(report: &Report) -> String {
    let tables = tables(report);
    render(
        "report.html",
        context! {
            style => STYLE,
            businesses => Serde(&report.businesses),
            since => minute(&report.since),
            until => minute(&report.until),
            made_at => minute(&report.made_at),
            tiles => Serde(tiles(&report.total)),
            charts => Serde(charts(report)),
            tables => Serde(&tables),
        },
    )
}

/// The review as a page.
pub fn review_page(review: &Review) -> String {
    let asked = Data {
        title: "Questions the bot could not answer".to_owned(),
        names: review
            .questions
            .iter()
            .map(|question| question.question.clone())
            .collect(),
        series: vec![
            review
                .questions
                .iter()
                .map(|question| Some(float(question.count)))
                .collect(),
        ],
        ..Data::default()
    };
    let charts: Vec<Figure> = figure(&asked, Data::lying, &[]).into_iter().collect();
    render(
        "review.html",
        context! {
            style => STYLE,
            since => minute(&review.since),
            until => minute(&review.until),
            made_at => minute(&review.made_at),
            review => Serde(review),
            charts => Serde(&charts),
        },
    )
}

fn render(template: &str, context: Value) -> String {
    static TEMPLATES: OnceLock<Environment<'static>> = OnceLock::new();
    let templates = TEMPLATES.get_or_init(|| {
        let mut templates = Environment::new();
        templates.set_auto_escape_callback(|_| AutoEscape::Html);
        for (name, text) in [
            ("frame.html", include_str!("frame.html")),
            ("report.html", include_str!("report.html")),
            ("review.html", include_str!("review/review.html")),
        ] {
            templates
                .add_template(name, text)
                .expect("a template of ours is well formed, as every test of a page shows");
        }
        templates
    });
    let template = templates.get_template(template).expect("it was added above");
    template
        .render(context)
        .expect("it names only what it is given, as every test of a page shows")
}

fn tiles(total: &Figures) -> Vec<(&'static str, String, String)> {
    let of = |part: u64, whole: u64| format!("{part} of {whole}");
    let response = &total.first_response;
    vec![
        (
            "Handovers",
            total.handovers.to_string(),
            format!("{} still open", total.open),
        ),
        (
            "Handover rate",
            percent(total.handover_rate),
            of(total.conversations_handed_over, total.conversations) + " conversations",
        ),
        (
            "First response, median",
            duration(response.p50_ms),
            format!("90 % within {}", duration(response.p90_ms)),
        ),
        (
            "First response in business hours",
            duration(total.first_response_business.p50_ms),
            format!("90 % within {}", duration(total.first_response_business.p90_ms)),
        ),
        (
            "Answered in time",
            percent(total.sla_compliance),
            of(total.sla_met, total.sla_judged),
        ),
        (
            "Resolution, median",
            duration(total.resolution.p50_ms),
            format!("90 % within {}", duration(total.resolution.p90_ms)),
        ),
        (
            "Converted",
            percent(total.conversion_rate),
            of(total.converted, total.completed) + " completed",
        ),
        (
            "Tasks done",
            percent(total.task_completion_rate),
            format!(
                "{}, {} overdue",
                of(total.tasks_completed, total.tasks),
                total.tasks_overdue_open
            ),
        ),
        (
            "Escalations",
            total.escalations.to_string(),
            format!("{} at the ladder's end", total.alarms),
        ),
        (
            "Bot came back",
            total.reactivations.to_string(),
            format!("{} before anybody answered", total.reactivated_unanswered),
        ),
        (
            "Bot refused",
            total.bot_refused.to_string(),
            "messages while a human had it".to_owned(),
        ),
        (
            "Not needed",
            percent(total.false_rate),
            of(total.false_handovers, total.needed_judged) + " judged",
        ),
        (
            "Again within 24 h",
            total.again_within_24h.to_string(),
            "handed over a second time".to_owned(),
        ),
    ]
}

fn charts(report: &Report) -> Vec<Figure> {
    let by = match report.step {
        TimeStep::Day => "day",
        TimeStep::Week => "week",
    };
    let time = &report.over_time;
    let names: Vec<String> = time.iter().map(|row| short_date(&row.name)).collect();
    let over_time = |title: &str, series: &[fn(&Row) -> Option<f64>]| Data {
        title: format!("{title} by {by}"),
        names: names.clone(),
        series: series.iter().map(|of| time.iter().map(of).collect()).collect(),
        ..Data::default()
    };
    let handovers = over_time("Handovers", &[|row| Some(float(row.figures.handovers))]);
    let (millis, unit, word) = unit_of(time);
    let hours = |of: fn(&Durations) -> Option<i64>| -> Vec<Option<f64>> {
        let value = |row: &Row| of(&row.figures.first_response).map(|ms| float_ms(ms) / millis);
        time.iter().map(value).collect()
    };
    let response = Data {
        title: format!("First response by {by}, in {word}"),
        series: vec![hours(|d| d.p50_ms), hours(|d| d.p90_ms)],
        unit,
        ..over_time("", &[])
    };
    let sla = Data {
        unit: "%",
        at_least: 100.0,
        ..over_time(
            "Answered in time",
            &[|row| row.figures.sla_compliance.map(|share| share * 100.0)],
        )
    };
    let most = |title: &str, rows: &[Row]| Data {
        title: title.to_owned(),
        names: rows.iter().map(|row| named(&row.name).to_owned()).collect(),
        series: vec![rows.iter().map(|row| Some(float(row.figures.handovers))).collect()],
        ..Data::default()
    };
    let outcomes: Vec<(&String, &u64)> = report.total.outcomes.iter().collect();
    let outcomes = Data {
        title: "Outcomes".to_owned(),
        names: outcomes.iter().map(|(name, _)| (*name).clone()).collect(),
        series: vec![outcomes.iter().map(|(_, count)| Some(float(**count))).collect()],
        ..Data::default()
    };
    let mut agents: Vec<&Row> = report.agents.iter().filter(|row| row.figures.offers.made > 0).collect();
    agents.sort_by_key(|row| std::cmp::Reverse(row.figures.offers.made));
    let parts: [fn(&Row) -> u64; 4] = [
        |row| row.figures.offers.accepted,
        |row| row.figures.offers.declined,
        |row| row.figures.offers.lapsed,
        |row| row.figures.offers.withdrawn,
    ];
    let offers = Data {
        title: "Offers by agent".to_owned(),
        names: agents.iter().map(|row| row.name.clone()).collect(),
        series: parts
            .iter()
            .map(|of| agents.iter().map(|row| Some(float(of(row)))).collect())
            .collect(),
        ..Data::default()
    };
    [
        figure(&handovers, Data::bars, &[]),
        figure(&response, Data::lines, &["half within", "90 % within"]),
        figure(&sla, Data::lines, &[]),
        figure(&most("Reasons", &report.reasons), Data::lying, &[]),
        figure(&outcomes, Data::lying, &[]),
        figure(&offers, Data::lying, &["accepted", "declined", "lapsed", "taken back"]),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A chart with its title; none where there is nothing to be seen. Shares of 0 are something.
fn figure(data: &Data, draw: fn(&Data) -> String, legend: &[&str]) -> Option<Figure> {
    let nothing = if data.at_least > 0.0 {
        data.series.iter().flatten().all(Option::is_none)
    } else {
        data.is_empty()
    };
    let legend = legend
        .iter()
        .enumerate()
        .map(|(place, name)| ((*name).to_owned(), colour(place)));
    (!nothing).then(|| Figure {
        title: data.title.clone(),
        svg: Value::from_safe_string(draw(data)),
        legend: legend.collect(),
    })
}

fn tables(report: &Report) -> Vec<Table> {
    let by = report
        .group_by
        .map(|by| (format!("By {}", by.as_str()), &report.groups));
    let lists = [
        ("By reason".to_owned(), &report.reasons),
        ("By tag".to_owned(), &report.tags),
        ("By agent".to_owned(), &report.agents),
    ];
    let own = by.as_ref().map(|(title, _)| title.clone());
    let others = lists.into_iter().filter(|(title, _)| Some(title) != own.as_ref());
    let all = by.into_iter().chain(others).filter(|(_, rows)| !rows.is_empty());
    all.map(|(title, rows)| Table {
        header: vec![
            "",
            "handovers",
            "rate",
            "response p50",
            "p90",
            "in time",
            "resolved p50",
            "converted",
            "tasks done",
            "overdue",
            "escalated",
            "not needed",
            "again",
            "offered",
            "accepted",
            "declined",
            "lapsed",
        ],
        rows: rows.iter().map(cells).collect(),
        title,
    })
    .collect()
}

fn cells(row: &Row) -> Vec<String> {
    let figures = &row.figures;
    vec![
        named(&row.name).to_owned(),
        figures.handovers.to_string(),
        percent(figures.handover_rate),
        duration(figures.first_response.p50_ms),
        duration(figures.first_response.p90_ms),
        percent(figures.sla_compliance),
        duration(figures.resolution.p50_ms),
        percent(figures.conversion_rate),
        percent(figures.task_completion_rate),
        figures.tasks_overdue.to_string(),
        figures.escalations.to_string(),
        percent(figures.false_rate),
        figures.again_within_24h.to_string(),
        figures.offers.made.to_string(),
        figures.offers.accepted.to_string(),
        figures.offers.declined.to_string(),
        figures.offers.lapsed.to_string(),
    ]
}

fn named(name: &str) -> &str {
    if name.is_empty() { "(none)" } else { name }
}

/// `2026-03-02T17:30:00Z` as `2026-03-02 17:30 UTC`.
fn minute(rfc3339: &str) -> String {
    match (rfc3339.get(..10), rfc3339.get(11..16)) {
        (Some(day), Some(time)) => format!("{day} {time} UTC"),
        (_, _) => rfc3339.to_owned(),
    }
}

/// `2026-03-02` as `03-02`, `2026-W10` as `W10`: the year is in the head of the page.
fn short_date(name: &str) -> String {
    name.get(5..).unwrap_or(name).to_owned()
}

/// The unit in which the longest of the times over the period is a number that can be read: its milliseconds, mark, word.
fn unit_of(rows: &[Row]) -> (f64, &'static str, &'static str) {
    let longest = rows
        .iter()
        .filter_map(|row| row.figures.first_response.p90_ms)
        .max()
        .unwrap_or(0);
    match longest {
        0..120_000 => (1_000.0, "s", "seconds"),
        120_000..7_200_000 => (60_000.0, "m", "minutes"),
        7_200_000..172_800_000 => (3_600_000.0, "h", "hours"),
        _ => (86_400_000.0, "d", "days"),
    }
}

/// The two largest parts of a length of time: `2 h 5 min`.
fn duration(ms: Option<i64>) -> String {
    let Some(ms) = ms else {
        return "–".to_owned();
    };
    let seconds = ms / 1_000;
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) if seconds == 0 && ms > 0 => format!("{ms} ms"),
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, _) => format!("{minutes} min"),
        (0, _, _) => format!("{hours} h {minutes} min"),
        (_, _, _) => format!("{days} d {hours} h"),
    }
}

fn percent(share: Option<f64>) -> String {
    share.map_or("–".to_owned(), |share| format!("{:.0} %", share * 100.0))
}

#[allow(clippy::cast_precision_loss, reason = "a drawing shows fewer digits")]
fn float(count: u64) -> f64 {
    count as f64
}

#[allow(clippy::cast_precision_loss, reason = "a drawing shows fewer digits")]
fn float_ms(ms: i64) -> f64 {
    ms as f64
}
