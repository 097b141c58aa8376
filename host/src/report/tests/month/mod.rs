//! A month of a business with twelve people: what must hold at every moment, and what must be true at its end.
//!
//! The core, the directory, the configuration, the rows and the report are the daemon's; chance says what customers and
//! people do. Everyday runs take a fifth of the chats; `BATON_MONTH=full cargo test -p baton-host --lib month` takes all 200
//! a day, in a minute and a half without optimisation.

use std::collections::{BTreeMap, BTreeSet};

use baton_core::*;
use baton_store::{Cursor, Store};

use super::recount::{Recount, recount};
use super::world::{DAY, DAYS, MONTH, START, World};
use crate::record;
use crate::report::{GroupBy, Period, gather, report};

mod days;

mod life;
pub(super) use life::TeamAct;

mod team;
use team::Order;
pub(super) use team::Team;

const TEAM: &str = include_str!("team.toml");

fn chats_a_day() -> u64 {
    let full = std::env::var("BATON_MONTH").is_ok_and(|which| which == "full");
    if full { 200 } else { 40 }
}

/// A business of a configuration in which nothing has happened yet.
fn begin(seed: u64, toml: &str, order: Order) -> World {
    let mut world = World::new(seed, Policy::default(), None);
    let team = Team::new(toml, order, &world.store);
    world.policy = team.policy().into();
    world.team = Some(team);
    world
}

/// Plays a month, and then some days in which nobody new comes and people finish what they have.
fn play(seed: u64, toml: &str, order: Order, chats: u64, equal: bool) -> World {
    let mut world = begin(seed, toml, order);
    world.team.as_mut().expect("a team").equal = equal;
    world.plan_restarts();
    if !equal {
        world.plan_days();
    }
    world.begin(chats);
    world.run_until(Time(START + (DAYS + 14) * DAY));
    world
}

/// Every row of a list.
fn all<T>(mut page: impl FnMut(Option<&Cursor>) -> (Vec<T>, Option<Cursor>)) -> Vec<T> {
    let (mut rows, mut after) = (Vec::new(), None);
    loop {
        let (items, next) = page(after.as_ref());
        rows.extend(items);
        match next {
            Some(cursor) => after = Some(cursor),
            None => return rows,
        }
    }
}

fn handovers(world: &World) -> Vec<Handover> {
    let rows = all(|after| {
        let page = world.store.handovers("acme", false, after, 1_000).expect("readable");
        (page.items, page.next)
    });
    rows.iter()
        .map(|row| record::read(&row.payload).expect("readable"))
        .collect()
}

fn tasks(world: &World) -> Vec<Task> {
    let rows = all(|after| {
        let page = world.store.tasks("acme", false, after, 1_000).expect("readable");
        (page.items, page.next)
    });
    rows.iter()
        .map(|row| record::read(&row.payload).expect("readable"))
        .collect()
}

/// What must be true when the month is over.
fn check(world: &World) {
    let (handovers, tasks) = (handovers(world), tasks(world));
    let team = world.team.as_ref().expect("a team");
    assert_eq!(
        handovers.len() as u64,
        team.opened,
        "every handover that opened is kept"
    );
    let own = tasks.iter().filter(|task| !task.follow_up);
    let own: BTreeMap<&HandoverId, &Task> = own.map(|task| (&task.handover, task)).collect();
    let mut open = BTreeSet::new();
    for handover in &handovers {
        let task = own.get(&handover.id);
        let task = task.unwrap_or_else(|| panic!("a handover has a task: {}", handover.id));
        match &handover.ending {
            Some(_) => assert!(
                !task.state.is_open(),
                "every task of an ended handover is closed: {}",
                task.id
            ),
            None => {
                open.insert(&handover.id);
                let owned = handover.stage != Stage::Waiting && task.assignee.is_some();
                assert!(owned, "no handover is without an owner or an outcome: {handover:?}");
            }
        }
    }
    for task in tasks.iter().filter(|task| task.follow_up && task.state.is_open()) {
        assert!(task.assignee.is_some(), "no follow-up is without an owner: {}", task.id);
    }
    assert_eq!(
        team.directory.open(),
        open.len(),
        "the directory counts what is open, and nothing else"
    );
    check_timers(world);
}

fn check_timers(world: &World) {
    let due = world.store.due_timers(world.now.0, usize::MAX).expect("readable");
    assert!(due.is_empty(), "every promise that was due is kept: {due:?}");
    let promised = world.store.due_timers(i64::MAX, usize::MAX).expect("readable");
    for timer in promised {
        let chat = timer
            .key
            .conversation()
            .trim_start_matches('c')
            .parse::<u64>()
            .expect("a number");
        let (chat, _) = &world.chats[&chat];
        let follows_up = chat.open_tasks.values().any(|task| task.follow_up);
        assert!(
            chat.handover.is_some() || follows_up,
            "no timer is left behind: {timer:?}"
        );
    }
}

/// The report of the middle of the month, counted again from the events, and of all of it, against the simulation's count.
fn check_report(world: &World) {
    let hours = &world.policy.calendar;
    let made = |period: Period| {
        let gathered = gather(&world.store, &world.business, period).expect("readable");
        report(
            &[(world.business.clone(), hours, gathered)],
            period,
            Some(GroupBy::Bot),
            world.now,
        )
    };
    let recounted = recount(&world.events(), world, &Recount::everything());
    assert_eq!(
        made(MONTH).total,
        recounted,
        "the report's figures are those of the events"
    );
    let told = serde_json::to_value(&recounted).expect("it is JSON");
    for (name, value) in told.as_object().expect("figures") {
        let over = ["open", "tasks_overdue_open"].contains(&name.as_str());
        let counted = over || (!value.is_null() && *value != 0);
        assert!(counted, "a month without {name} shows nothing of it");
    }
    let whole = made(Period {
        since: Time(START),
        until: world.now,
    });
    let team = world.team.as_ref().expect("a team");
    assert_eq!(whole.total.handovers, team.opened, "the report counts every handover");
    assert_eq!(
        whole.total.offers.made,
        team.offers.values().sum::<u64>(),
        "and every offer"
    );
    for row in whole.agents.iter().filter(|row| !row.name.is_empty()) {
        let agent = AgentId::new(&row.name).expect("well formed");
        let offers = team.offers.get(&agent).copied().unwrap_or(0);
        assert_eq!(row.figures.offers.made, offers, "and each agent's own: {agent}");
    }
}

#[track_caller]
fn after_a_month(seed: u64, order: Order) {
    let chats = chats_a_day() * u64::try_from(DAYS).expect("positive");
    let world = play(seed, TEAM, order, chats, false);
    let full = world.team.as_ref().expect("a team").filled;
    assert!(full > 100, "capacity that is never reached shows nothing: {full}");
    check(&world);
    check_report(&world);
}

#[test]
fn after_a_month_of_round_robin_nobody_is_lost_and_nobody_had_too_much() {
    after_a_month(11, Order::RoundRobin);
}

#[test]
fn after_a_month_of_least_loaded_nobody_is_lost_and_nobody_had_too_much() {
    after_a_month(12, Order::LeastLoaded);
}

#[test]
fn round_robin_among_equals_is_fair_across_restarts() {
    let mut toml =
        "[business.acme.handover]\nladder = [{ to = \"everyone\", within = \"15m\", tries = 11 }]\n".to_owned();
    for n in 0..12 {
        toml += &format!("[[business.acme.agent]]\nid = \"agent-{n}\"\ncapacity = 1000\n");
    }
    let world = play(13, &toml, Order::RoundRobin, 900, true);
    let team = world.team.as_ref().expect("a team");
    assert!(team.offers.values().sum::<u64>() > 500, "{:?}", team.offers);
    check(&world);
}
