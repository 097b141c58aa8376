//! Packs that would disappoint a customer, each told at the line that does.

use crate::pack::{Pack, PackRef};

const HEAD: &str = "[pack]\nname = 'mine'\nversion = '1.2.0'\ninterface = 'baton:rules@0.1'\n";

fn load(manifest: &str) -> (tempfile::TempDir, Pack) {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("pack.toml"), format!("{HEAD}{manifest}")).expect("written");
    let pack = Pack::load(&PackRef::Folder(folder.path().to_owned())).unwrap_or_else(|e| panic!("{e}"));
    (folder, pack)
}

/// Everything that is doubtful, each as `line:column message`. [`HEAD`] is the lines 1 to 4.
#[track_caller]
fn check(manifest: &str, expected: &[&str]) {
    let (_folder, pack) = load(manifest);
    let doubts: Vec<_> = pack
        .doubts()
        .iter()
        .map(|e| format!("{}:{} {}", e.place.line, e.place.column, e.message))
        .collect();
    assert_eq!(doubts, expected, "{manifest}");
}

const TEXTS: &str = "[template]\ncomponent = 'standard'\n[[template.settings.texts]]\n";

#[test]
fn a_text_that_promises_more_than_the_deadline_is_found() {
    let said = "the text promises 2h (\"within 2 hours\"), and a medium handover is to be answered within 1d; write {{ when }}, which \
                says what is true, or shorten `response`";
    let text = |rest: &str| format!("{TEXTS}message = 'We call within 2 hours.'\n{rest}");
    check(
        &text("[handover]\nresponse = { low = '24h', medium = '24h', high = '2h' }"),
        &[&format!("8:11 {said}")],
    );
    check(
        &text("priority = 'high'\n[handover]\nresponse = { low = '24h', medium = '24h', high = '2h' }"),
        &[],
    );
    check(
        &text("[handover]\nresponse = '90m'\nladder = [{ to = 'everyone' }]"),
        &[],
    );
    check(
        &text("priority = 'high'\n[handover]\nresponse = '3h business'"),
        &[
            "8:11 the text promises 2h (\"within 2 hours\"), and a high handover is to be answered within 3h of business; write \
           {{ when }}, which says what is true, or shorten `response`",
        ],
    );
    // A reason whose rules are all urgent is only ever answered as urgent.
    let urgent = "reason = 'emergency'\n[[detector]]\nid = 'fire'\ncomponent = 'phrases'\nreason = 'emergency'\npriority = 'high'\n\
                  [handover]\nresponse = { low = '24h', medium = '24h', high = '2h' }";
    check(&text(urgent), &[]);
    check(
        &format!("{TEXTS}message = 'We call {{{{ when }}}}. We are open 24 hours.'"),
        &[],
    );
}

#[test]
fn a_ladder_that_leads_nowhere_is_found() {
    check(
        "[handover]\nfallback = 'agent:ana'\n[[handover.ladder]]\nto = 'agent:ana'\nwithin = '5m'",
        &[
            "7:1 the ladder leads nowhere: every rung and the fallback are `agent:ana`, so nobody is asked while they are away; add a \
           rung with to = \"everyone\", or another `fallback`",
        ],
    );
    check(
        "[handover]\nresponse = '24h'\n[[handover.ladder]]\nto = 'role:a'\nwithin = '5m'\n[[handover.ladder]]\nto = 'role:a'\nwithin = '5m'",
        &["10:1 rung 2 asks the same as rung 1 in the same way; give rung 1 more `tries`, or ask others here"],
    );
    check(
        "[handover]\nresponse = { low = '24h', medium = '24h', high = '1h' }\n\
         [[handover.ladder]]\nto = 'candidates'\nwithin = '30m'\ntries = 2\n[[handover.ladder]]\nto = 'everyone'",
        &[
            "11:1 rung 2 is reached after 1h for a high handover, which is to be answered within 1h; shorten `within` or `tries` \
           before it, or lengthen `response`",
        ],
    );
}

#[test]
fn the_built_in_packs_keep_what_they_promise() {
    for pack in PackRef::built_in() {
        let pack = Pack::load(&pack).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(pack.doubts(), [], "{}", pack.name);
    }
}

#[test]
fn settings_are_held_against_their_components_schema_at_their_place() {
    let (_folder, pack) =
        load("[[detector]]\nid = 'a'\ncomponent = 'phrases'\nreason = 'x'\nsettings = { most = 'ten', als = 1 }\n");
    let plugin = &pack.detectors[0].plugin;
    let told = |schema: serde_json::Value| {
        let misfits = pack.settings_misfits(plugin, &schema);
        misfits
            .iter()
            .map(|e| format!("{}:{} {}", e.place.line, e.place.column, e.message))
            .collect::<Vec<_>>()
    };
    let schema = serde_json::json!({
        "type": "object", "required": ["words"], "additionalProperties": false,
        "properties": { "most": { "type": "integer" }, "also": {}, "words": { "type": "array" } },
    });
    assert_eq!(
        told(schema),
        [
            "9:28 unknown key `als`; did you mean `also`?",
            "9:21 expected a whole number, found a string in quotes",
            "9:12 the key `words` is missing",
        ]
    );
    // A schema that is none keeps nobody from anything: `configure` has the last word.
    for schema in [
        serde_json::json!({ "properties": [] }),
        serde_json::json!({ "type": 7, "required": "all", "anyOf": {} }),
    ] {
        assert_eq!(told(schema), [""; 0]);
    }
}
