//! Rules that misbehave in a live daemon: their faults are named, and the message is judged by the others.

use baton_tests::{Daemon, guests};
use serde_json::json;

use crate::PROGRAM;

/// What a detector of the pack does to each message, and the kind of fault it is counted as.
const DEEDS: [(&str, &str); 6] = [
    ("loop", "fuel"),
    ("memory", "memory"),
    ("deep", "stack"),
    ("panic", "panic"),
    ("string", "output"),
    ("span", "invalid"),
];

#[test]
fn a_message_is_judged_although_most_detectors_misbehave() {
    let folder = tempfile::tempdir().expect("a folder");
    let pack = folder.path().join("mine");
    std::fs::create_dir(&pack).expect("a folder of the test's own");
    std::fs::write(pack.join("hostile.wasm"), guests::hostile()).expect("a folder of the test's own");
    let mut manifest = String::from(
        "[pack]\nname = \"mine\"\nversion = \"0.1.0\"\ninterface = \"baton:rules@0.1\"\ndescription = \"d\"\n",
    );
    for (deed, _) in DEEDS {
        manifest.push_str(&format!(
            "\n[[detector]]\nid = \"bad-{deed}\"\ncomponent = \"hostile.wasm\"\nreason = \"sentiment\"\nthreshold = 0.75\n\
             settings = {{ detect = \"{deed}\" }}\n"
        ));
    }
    manifest.push_str(
        "\n[[detector]]\nid = \"asked\"\ncomponent = \"phrases\"\nreason = \"explicit-request\"\nthreshold = 0.75\n\
         settings = { builtin = \"explicit-request\" }\n\
         \n[[strategy]]\nid = \"who\"\ncomponent = \"least-loaded\"\n\n[[template]]\nid = \"words\"\ncomponent = \"standard\"\n",
    );
    std::fs::write(pack.join("pack.toml"), manifest).expect("a folder of the test's own");
    let config = folder.path().join("baton.toml");
    std::fs::write(&config, "[business.default]\npack = \"./mine\"\n").expect("a folder of the test's own");
    let daemon = Daemon::start(PROGRAM, &folder.path().join("data"), Some(&config));

    for n in 0..3 {
        let chat = format!("c{n}");
        let judged = daemon
            .say(&chat, "m1", "customer", "I want to talk to a human", json!({}))
            .ok();
        let signals: Vec<_> = judged["signals"]
            .as_array()
            .expect("signals")
            .iter()
            .map(|signal| (signal["detector"].as_str(), signal["reason"].as_str()))
            .collect();
        assert_eq!(signals, [(Some("asked"), Some("explicit-request"))], "{judged}");
        assert_eq!(judged["control"]["holder"], "waiting", "{judged}");
    }
    let metrics = daemon.get("/metrics").ok();
    let metrics = metrics.as_str().expect("Prometheus text");
    for (deed, fault) in DEEDS {
        let counted = metrics.lines().any(|line| {
            line.starts_with("baton_plugin_faults_total")
                && line.contains(&format!("plugin=\"bad-{deed}\""))
                && line.contains(&format!("fault=\"{fault}\""))
        });
        assert!(counted, "{deed} is counted as {fault}:\n{metrics}");
    }
    daemon.stop();
}
