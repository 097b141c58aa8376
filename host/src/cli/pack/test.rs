//! `baton pack test`: stories and fixtures of a pack, and what none of them touched.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::passed;
use crate::cli::exit::Failure;
use crate::cli::local::{self, Rules, Tested};
use crate::cli::screen::{Mark, Screen};

/// Untouched things that are printed; `--json` has all.
const SHOWN: usize = 30;

pub(super) fn run(
    screen: &mut Screen<'_>,
    packs: &[String],
    (config, business): (Option<PathBuf>, Option<String>),
    update: bool,
) -> Result<(), Failure> {
    let mut told = Vec::new();
    let (mut bad, mut all) = (0, 0);
    for pack in packs {
        let tested = local::test_pack(
            &Rules {
                pack: Some(pack.clone()),
                config: config.clone(),
                business: business.clone(),
            },
            update,
        )?;
        if tested.stories.is_empty() {
            screen.note(&format!(
                "{pack} has no stories; put some into its folder stories, each NAME.story"
            ));
        }
        let results = tested.stories.iter().chain(&tested.fixtures);
        all += results.clone().count();
        bad += results.filter(|(_, fault)| fault.is_some()).count();
        if !screen.look.json {
            show(screen, &tested)?;
        }
        told.push(json(pack, &tested));
    }
    if screen.look.json {
        screen.json(&json!(told))?;
    }
    passed(
        bad,
        all,
        "stories and fixtures pass",
        "- is what the story says, + is what follows; correct the rules or the story, or accept what follows with --update",
    )
}

fn show(screen: &mut Screen<'_>, tested: &Tested) -> Result<(), Failure> {
    for (name, fault) in tested.stories.iter().chain(&tested.fixtures) {
        match fault {
            None => screen.marked(Mark::Good, "ok  ", name)?,
            Some(fault) => screen.marked(Mark::Bad, "FAIL", &format!("{name}\n{fault}"))?,
        }
    }
    for file in &tested.updated {
        screen.note(&format!("{file} is written anew"));
    }
    for (what, name, place) in tested.untouched.iter().take(SHOWN) {
        screen.marked(
            Mark::Doubtful,
            "none",
            &format!("{place}: no story touches the {what} {name:?}"),
        )?;
    }
    match tested.untouched.len().saturating_sub(SHOWN) {
        0 => {}
        more => screen.note(&format!("and {more} more that no story touches; --json has all")),
    }
    Ok(())
}

fn json(pack: &str, tested: &Tested) -> Value {
    let results = |of: &[(String, Option<String>)]| {
        let one =
            |(name, fault): &(String, Option<String>)| json!({ "name": name, "ok": fault.is_none(), "fault": fault });
        of.iter().map(one).collect::<Vec<_>>()
    };
    let untouched = tested.untouched.iter();
    let untouched = untouched.map(|(what, name, place)| json!({ "what": what, "name": name, "place": place }));
    json!({
        "pack": pack,
        "stories": results(&tested.stories),
        "fixtures": results(&tested.fixtures),
        "updated": tested.updated,
        "untouched": untouched.collect::<Vec<_>>(),
    })
}
