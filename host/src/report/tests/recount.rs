//! The figures counted a second time, slowly: from the events as subscribers get them, one question after the other.
//!
//! Nothing of the report's own code is used but the shape of the answer, whose every member must be given here. Events
//! tell all but three things, which the simulation itself knows: whether a handover was said to be needed, when somebody gave
//! it back as beyond them, and whether who took it had been offered it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::world::{MONTH, World};
use crate::report::{Durations, Figures, Offers};

/// Which handovers and conversations are meant.
pub(super) struct Recount {
    member: &'static str,
    value: String,
}

impl Recount {
    pub(super) fn everything() -> Self {
        Self {
            member: "",
            value: String::new(),
        }
    }

    pub(super) fn of_reason(reason: &str) -> Self {
        Self {
            member: "reason",
            value: reason.to_owned(),
        }
    }

    pub(super) fn of_day(day: &str) -> Self {
        Self {
            member: "day",
            value: day.to_owned(),
        }
    }

    pub(super) fn of_bot(bot: &str) -> Self {
        Self {
            member: "bot",
            value: bot.to_owned(),
        }
    }

    fn takes(&self, event: &Value) -> bool {
        match self.member {
            "" => true,
            "day" => text(event, "/time").starts_with(&self.value),
            member => event["data"][member] == self.value.as_str(),
        }
    }

    /// Whether conversations are divided too.
    fn divides(&self) -> bool {
        self.member != "reason"
    }
}

fn text<'a>(event: &'a Value, pointer: &str) -> &'a str {
    event.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn at(event: &Value) -> i64 {
    let time: jiff::Timestamp = text(event, "/time").parse().expect("a time");
    time.as_millisecond()
}

fn in_month(event: &Value) -> bool {
    (MONTH.since.0..MONTH.until.0).contains(&at(event))
}

/// Ids of the handovers that opened in the month and are meant.
pub(super) fn opened(events: &[Value], which: &Recount) -> BTreeSet<String> {
    let opened = events
        .iter()
        .filter(|event| event["type"] == "handover.opened" && in_month(event) && which.takes(event));
    opened.map(|event| text(event, "/data/handover").to_owned()).collect()
}

/// Everything that happened to one handover, by type.
struct Story<'a> {
    id: &'a str,
    events: Vec<&'a Value>,
    next_opened: Option<i64>,
    given_up: Option<i64>,
}

impl Story<'_> {
    fn of(&self, kind: &str) -> impl Iterator<Item = &Value> {
        self.events.iter().copied().filter(move |event| event["type"] == kind)
    }

    fn first(&self, kind: &str) -> Option<i64> {
        self.of(kind).next().map(at)
    }

    fn count(&self, kind: &str) -> u64 {
        len(self.of(kind).count())
    }

    fn agents(&self, kind: &str) -> u64 {
        len(self
            .of(kind)
            .map(|event| event["data"]["agents"].as_array().map_or(0, Vec::len))
            .sum())
    }

    fn opened(&self) -> i64 {
        self.first("handover.opened").expect("it opened")
    }

    /// The first human act: accepting, completing without it, or giving it back as beyond them.
    fn answered(&self) -> Option<i64> {
        let acts = [
            self.first("handover.accepted"),
            self.first("handover.completed"),
            self.given_up,
        ];
        acts.into_iter().flatten().min()
    }

    fn is_takeover(&self) -> bool {
        self.of("handover.opened")
            .any(|event| event["data"]["reason"] == "takeover")
    }

    fn breached(&self) -> bool {
        self.of("deadline.breached")
            .any(|event| event["data"]["deadline"] == "response")
    }

    fn ended(&self) -> Option<i64> {
        let ends = [
            self.first("handover.completed"),
            self.first("handover.ended"),
            self.next_opened,
        ];
        ends.into_iter().flatten().min()
    }
}

pub(super) fn recount(events: &[Value], world: &World, which: &Recount) -> Figures {
    let meant = opened(events, which);
    let mut of: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for event in events {
        of.entry(text(event, "/data/handover")).or_default().push(event);
    }
    let story = |id: &'_ String| {
        let (chat, number) = id.rsplit_once("~h").expect("the id of a handover");
        let next = format!("{chat}~h{}", number.parse::<u32>().expect("a number") + 1);
        let next = of
            .get(next.as_str())
            .and_then(|events| events.iter().find(|event| event["type"] == "handover.opened"));
        let (id, events) = of.get_key_value(id.as_str()).expect("it opened");
        Story {
            id,
            events: events.clone(),
            next_opened: next.map(|event| at(event)),
            given_up: world.given_up.get(*id).copied(),
        }
    };
    let stories: Vec<Story<'_>> = meant.iter().map(story).collect();

    let everything = opened(events, &Recount::everything());
    let chats = |ids: &BTreeSet<String>| -> BTreeSet<String> {
        ids.iter()
            .filter_map(|id| Some(id.rsplit_once('~')?.0.to_owned()))
            .collect()
    };
    let handed = if which.divides() {
        chats(&everything)
    } else {
        chats(&meant)
    };
    let begun: Vec<&str> = events
        .iter()
        .filter(|event| event["type"] == "conversation.opened" && in_month(event))
        .filter(|event| !which.divides() || which.takes(event))
        .map(|event| text(event, "/data/conversation"))
        .collect();

    let made_by = made_by(events);
    let own: BTreeMap<&str, &str> = made_by
        .into_iter()
        .filter(|(_, handover)| meant.contains(*handover))
        .collect();
    let tasks: BTreeSet<&str> = own.keys().copied().collect();
    let ended = |kind: &str| -> BTreeSet<&str> {
        events
            .iter()
            .filter_map(|event| task(event, kind))
            .filter(|task| tasks.contains(task))
            .collect()
    };
    let (done, dropped, overdue) = (ended("task.completed"), ended("task.dropped"), ended("task.overdue"));
    let sold: BTreeSet<&str> = events
        .iter()
        .filter(|event| event["data"]["outcome"] == "converted")
        .filter_map(|event| task(event, "task.completed"))
        .collect();

    let judged: Vec<&Story<'_>> = stories
        .iter()
        .filter(|story| !story.is_takeover() && (story.answered().is_some() || story.breached()))
        .collect();
    let completed: Vec<&Story<'_>> = stories
        .iter()
        .filter(|story| story.count("handover.completed") > 0)
        .collect();
    let mut outcomes: BTreeMap<String, u64> = BTreeMap::new();
    for event in completed.iter().flat_map(|story| story.of("handover.completed")) {
        *outcomes.entry(text(event, "/data/outcome").to_owned()).or_default() += 1;
    }
    let sellers: BTreeSet<&str> = sold.iter().filter_map(|task| own.get(task).copied()).collect();
    let converted = completed.iter().filter(|story| sellers.contains(story.id));
    let waits = || {
        stories
            .iter()
            .filter(|story| !story.is_takeover())
            .filter_map(|story| Some((story.opened(), story.answered()?)))
    };
    let solved = || {
        completed
            .iter()
            .filter_map(|story| Some((story.opened(), story.first("handover.completed")?)))
    };
    let said: Vec<bool> = stories
        .iter()
        .filter_map(|story| world.needed.get(story.id).copied())
        .collect();
    let sum = |count: &dyn Fn(&Story<'_>) -> u64| stories.iter().map(count).sum::<u64>();

    let figures = Figures {
        conversations: len(begun.len()),
        conversations_handed_over: len(begun.iter().filter(|chat| handed.contains(**chat)).count()),
        handover_rate: None,
        handovers: len(stories.len()),
        open: len(stories.iter().filter(|story| story.ended().is_none()).count()),
        answered: len(stories.iter().filter(|story| story.answered().is_some()).count()),
        first_response: durations(waits().map(|(from, to)| to - from)),
        first_response_business: durations(waits().map(|(from, to)| office_hours(from, to))),
        sla_judged: len(judged.len()),
        sla_met: len(judged.iter().filter(|story| !story.breached()).count()),
        sla_compliance: None,
        resolution: durations(solved().map(|(from, to)| to - from)),
        resolution_business: durations(solved().map(|(from, to)| office_hours(from, to))),
        outcomes,
        completed: len(completed.len()),
        converted: len(converted.count()),
        conversion_rate: None,
        tasks: len(tasks.len()),
        tasks_completed: len(done.len()),
        task_completion_rate: None,
        tasks_dropped: len(dropped.len()),
        tasks_overdue: len(overdue.len()),
        tasks_overdue_open: len(overdue
            .iter()
            .filter(|task| !done.contains(*task) && !dropped.contains(*task))
            .count()),
        offers: offers(&stories, world),
        escalations: sum(&|story| story.count("handover.escalated")),
        alarms: sum(&|story| story.count("handover.alarm")),
        reactivations: sum(&|story| story.count("handover.reactivated")),
        reactivated_unanswered: sum(&|story| {
            len(story
                .of("handover.reactivated")
                .filter(|event| event["data"]["answered"] == false)
                .count())
        }),
        bot_refused: sum(&|story| story.count("bot.refused")),
        needed_judged: len(said.len()),
        false_handovers: len(said.iter().filter(|needed| !**needed).count()),
        false_rate: None,
        again_within_24h: sum(&|story| {
            let again = story
                .ended()
                .zip(story.next_opened)
                .is_some_and(|(ended, next)| next - ended <= 86_400_000);
            u64::from(again)
        }),
    };
    Figures {
        handover_rate: part(figures.conversations_handed_over, figures.conversations),
        sla_compliance: part(figures.sla_met, figures.sla_judged),
        conversion_rate: part(figures.converted, figures.completed),
        task_completion_rate: part(figures.tasks_completed, figures.tasks),
        false_rate: part(figures.false_handovers, figures.needed_judged),
        ..figures
    }
}

fn offers(stories: &[Story<'_>], world: &World) -> Offers {
    let mut all = Offers::default();
    for story in stories {
        let made = story.agents("handover.offered");
        let accepted = world.accepted.get(story.id).copied().unwrap_or(0);
        let (declined, lapsed) = (story.count("handover.declined"), story.agents("handover.lapsed"));
        all.made += made;
        all.accepted += accepted;
        all.declined += declined;
        all.lapsed += lapsed;
        // Whatever neither ended otherwise nor stands was taken back.
        all.withdrawn += made - accepted - declined - lapsed - world.standing(story.id);
    }
    all
}

/// Which handover each task belongs to: that of its event, or of the task that it continues, which was done just before.
fn made_by(events: &[Value]) -> BTreeMap<&str, &str> {
    let mut made_by: BTreeMap<&str, &str> = BTreeMap::new();
    let mut done = None;
    for event in events {
        if let Some(task) = task(event, "task.created") {
            let handover = match done {
                Some(before) => made_by[before],
                None => text(event, "/data/handover"),
            };
            made_by.insert(task, handover);
        }
        done = task(event, "task.completed");
    }
    made_by
}

fn task<'a>(event: &'a Value, kind: &str) -> Option<&'a str> {
    (event["type"] == kind).then(|| text(event, "/data/task"))
}

fn durations(all: impl Iterator<Item = i64>) -> Durations {
    let mut all: Vec<i64> = all.collect();
    all.sort_unstable();
    // The first value that so many of all values do not exceed.
    let reaches = |percent: usize| {
        all.iter()
            .copied()
            .find(|value| all.partition_point(|other| other <= value) * 100 >= percent * all.len())
    };
    let count = i64::try_from(all.len()).expect("small");
    Durations {
        count: len(all.len()),
        mean_ms: (count > 0).then(|| all.iter().sum::<i64>() / count),
        p50_ms: reaches(50),
        p90_ms: reaches(90),
    }
}

/// Monday to Friday, 9 to 12 and 13 to 18 UTC, minute by minute.
fn office_hours(from: i64, to: i64) -> i64 {
    let is_open = |minute: i64| {
        let (day, of_day) = (minute.div_euclid(1440), minute.rem_euclid(1440));
        // 1970-01-01 was a Thursday.
        let weekday = (day + 3).rem_euclid(7);
        weekday < 5 && ((540..720).contains(&of_day) || (780..1080).contains(&of_day))
    };
    let minutes = from.div_euclid(60_000)..=to.div_euclid(60_000);
    let overlap = |minute: i64| (to.min((minute + 1) * 60_000) - from.max(minute * 60_000)).max(0);
    minutes.filter(|minute| is_open(*minute)).map(overlap).sum()
}

fn part(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

fn len(count: usize) -> u64 {
    u64::try_from(count).expect("small")
}
