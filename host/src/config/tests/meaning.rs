//! What a sound configuration means, and that the example shows every key.

use std::collections::BTreeSet;
use std::time::Duration;

use baton_core::{AgentId, Assignee, Clock, Mode, OwnerRule, Priority, Reason, Sla, Span, Time};
use serde_json::Value;

use super::*;

#[test]
fn no_configuration_is_a_configuration() {
    let config = Config::embedded();
    assert!(config.http.listen.ip().is_loopback());
    let ids: Vec<&str> = config.businesses.keys().map(BusinessId::as_str).collect();
    assert_eq!(ids, ["default"]);
    let business = config.businesses.values().next().expect("one");
    assert_eq!(business.pack.name, "default");
    let policy = policy(business, "whichever").expect("every bot is taken");
    let usual = Policy::default();
    assert_eq!(
        (policy.response, policy.reactivation),
        (usual.response, usual.reactivation)
    );
    assert_eq!((policy.ladder, policy.tags), (usual.ladder, usual.tags));
}

#[test]
fn the_nearer_layer_wins_key_by_key_and_priority_by_priority() {
    let business = acme(
        "[business.acme]
         [business.acme.handover]
         response = { high = '1h business' }
         resolution = { medium = '3d' }
         reactivation = { unanswered = 'never' }
         tags = ['acme']
         reason = { sentiment = { tags = ['care'], response = { low = '30m' }, fallback = 'agent:cy' } }
         [[business.acme.bot]]
         id = 'web'
         mode = 'suggest'
         turn_budget = 7
         handover = { skip_if_owned = 'never', fallback = 'agent:bo', response = { high = '30m' } }
         [[business.acme.bot]]
         id = 'sms'",
    );
    let (web, sms) = (
        policy(&business, "web").expect("a bot"),
        policy(&business, "sms").expect("a bot"),
    );
    let sla = |span, clock| Sla { span, clock };
    assert_eq!(sms.response.of(Priority::Medium), sla(Span::hours(24), Clock::Wall));
    assert_eq!(sms.response.of(Priority::High), sla(Span::hours(1), Clock::Business));
    assert_eq!(web.response.of(Priority::High), sla(Span::minutes(30), Clock::Wall));
    // Where no layer gives a priority, the nearest one that is given holds.
    assert_eq!(
        sms.resolution.map(|d| d.of(Priority::High)),
        Some(sla(Span::hours(72), Clock::Wall))
    );
    assert_eq!(sms.reactivation.unanswered, None);
    assert_eq!(sms.tags, BTreeSet::from(["acme".to_owned()]));
    let (upset, usual) = (&sms.reasons["sentiment"], Reason::new("high-value").expect("an id"));
    assert_eq!(upset.tags, BTreeSet::from(["acme".to_owned(), "care".to_owned()]));
    assert_eq!(upset.response.of(Priority::Low), sla(Span::minutes(30), Clock::Wall));
    assert_eq!(upset.response.of(Priority::High), sms.response.of(Priority::High));
    assert_eq!(upset.fallback, Assignee::Agent(AgentId::new("cy").expect("an id")));
    assert_eq!((sms.of(&usual), upset.resolution), (&sms, sms.resolution));
    assert_eq!(
        (sms.mode, sms.turn_budget, sms.owner),
        (Mode::Auto, None, OwnerRule::IfAvailable)
    );
    assert_eq!(
        (web.mode, web.turn_budget, web.owner),
        (Mode::Suggest, Some(7), OwnerRule::Never)
    );
    assert_eq!(web.fallback, Assignee::Agent(AgentId::new("bo").expect("an id")));
    assert_eq!(web.rules, "test");
    assert!(
        policy(&business, "fax").is_none(),
        "the business lists its bots, and this is none of them"
    );
}

#[test]
fn spans_are_read_in_words_and_letters() {
    for (text, ms, clock) in [
        ("24h", 86_400_000, Clock::Wall),
        ("24 hours", 86_400_000, Clock::Wall),
        ("1d 12h", 129_600_000, Clock::Wall),
        ("90m", 5_400_000, Clock::Wall),
        ("2 business hours", 7_200_000, Clock::Business),
        ("2h business", 7_200_000, Clock::Business),
        ("45 min", 2_700_000, Clock::Wall),
    ] {
        let sla = <Sla as text::Parsed>::parse(text);
        assert_eq!(sla, Ok(Sla { span: Span(ms), clock }), "{text}");
    }
    for text in ["", "business", "h", "24", "-2h", "1.5h", "2 fortnights", "two hours"] {
        assert!(<Sla as text::Parsed>::parse(text).is_err(), "{text}");
    }
}

#[test]
fn mail_goes_out_protected_unless_it_stays_on_this_machine() {
    let mail = |rest: &str| {
        let text = format!("[business.acme.email]\nfrom = 'desk@acme.example'\n{rest}");
        acme(&text).email.expect("a mail server")
    };
    let usual = mail("host = 'smtp.acme.example'");
    assert_eq!((usual.port, usual.security), (587, MailSecurity::Starttls));
    let wrapped = mail("host = 'smtp.acme.example'\ntls = 'tls'\nca_file = 'ca.pem'");
    assert_eq!((wrapped.port, wrapped.ca_file), (465, Some("/etc/baton/ca.pem".into())));
    for here in ["localhost", "127.0.0.1", "::1"] {
        assert_eq!(mail(&format!("host = '{here}'\ntls = 'none'")).port, 25);
    }
    assert_eq!(
        mail("host = '10.0.0.5'\ntls = 'none'\nallow_plain = true").security,
        MailSecurity::None
    );
    let linked = mail("host = 'x'\npublic_url = 'https://baton.acme.example/desk/'");
    assert_eq!(linked.public_url.as_deref(), Some("https://baton.acme.example/desk"));
    let listed = mail("host = 'x'\ndigest = { to = 'boss@acme.example', at = '07:45' }");
    assert_eq!(listed.digest.map(|digest| digest.at_minute), Some(465));
}

#[test]
fn an_agent_has_hours_of_their_own_or_the_businesss() {
    let business = acme(EXAMPLE);
    let agent = |id: &str| &business.agents[&AgentId::new(id).expect("an id")];
    let at = |local: &str| business.calendar.moment(local).expect("a moment");
    let ana = agent("ana");
    assert!(!business.calendar.is_open(at("2026-03-02 08:30")) && ana.calendar.is_open(at("2026-03-02 08:30")));
    assert!(business.calendar.is_open(at("2026-08-17 10:00")) && !ana.calendar.is_open(at("2026-08-17 10:00")));
    assert!(!ana.calendar.is_open(at("2026-12-25 10:00")));
    let other = acme(
        "[business.acme]\nhours.mon = ['09:00-12:00']\n[[business.acme.agent]]\nid = 'bo'\nholidays = ['2026-03-02']",
    );
    let bo = &other.agents[&AgentId::new("bo").expect("an id")];
    assert_eq!((bo.name.as_str(), bo.capacity), ("bo", 5));
    let mondays = |day: &str| {
        other
            .calendar
            .moment(day)
            .map(|at: Time| (other.calendar.is_open(at), bo.calendar.is_open(at)))
    };
    assert_eq!(mondays("2026-03-02 10:00"), Some((true, false)));
    assert_eq!(mondays("2026-03-09 10:00"), Some((true, true)));
}

#[test]
fn a_webhook_wants_events_by_name_group_or_all() {
    let business = acme(EXAMPLE);
    let hook = business.webhooks.first().expect("one");
    assert!(hook.wants("handover.opened") && hook.wants("task.completed"));
    assert!(!hook.wants("task.created") && !hook.wants("handovers.x"));
    let all = Webhook {
        events: Vec::new(),
        ..hook.clone()
    };
    assert!(all.wants("bot.refused"));
}

/// The example with the keys that it leaves out put in.
fn example_with_every_key() -> String {
    let left_out = |line: &str| match line.strip_prefix('#') {
        Some(key) if key.starts_with(|c: char| c.is_ascii_lowercase()) => key.to_owned(),
        Some(_) | None => line.to_owned(),
    };
    EXAMPLE.lines().map(|line| left_out(line) + "\n").collect()
}

#[test]
fn the_example_is_sound_and_shows_the_real_defaults() {
    parse(EXAMPLE).unwrap_or_else(|e| panic!("{e}"));
    let config = parse(&example_with_every_key()).unwrap_or_else(|e| panic!("{e}"));
    let usual = Config::embedded();
    assert_eq!((config.http, config.log), (usual.http, usual.log));
    assert_eq!(
        config.store,
        Store {
            dir: "/etc/baton/baton-data".into(),
            ..usual.store
        }
    );
    assert_eq!(config.plugins.budget, usual.plugins.budget);
    assert_eq!(config.plugins.cache_dir, Some("/etc/baton/baton-data/plugins".into()));
    let as_it_stands = policy(&acme(EXAMPLE), "web-bot");
    assert_eq!(policy(&acme(&example_with_every_key()), "web-bot"), as_it_stands);
    assert_eq!(Http::default().heartbeat, Duration::from_secs(15));
}

#[test]
fn the_example_has_every_key() {
    let example: toml::Table = example_with_every_key().parse().expect("TOML");
    let mut forms = BTreeMap::new();
    let root = serde_json::to_value(example).expect("JSON");
    note_keys(&shape::schema_of::<Form>(), &root, &mut forms);
    assert!(forms.len() > 10, "the schema was not walked");
    for (keys, shown) in forms {
        let missing: Vec<_> = keys.difference(&shown).collect();
        assert!(missing.is_empty(), "baton.example.toml lacks {missing:?} of {keys:?}");
    }
}

/// Notes for each form, known by its keys, which of them the example shows in any of its places.
fn note_keys(schema: &Value, value: &Value, forms: &mut BTreeMap<BTreeSet<String>, BTreeSet<String>>) {
    let alternatives = schema["anyOf"].as_array();
    for schema in alternatives.map_or(std::slice::from_ref(schema), Vec::as_slice) {
        if let (Some(properties), Some(table)) = (schema["properties"].as_object(), value.as_object()) {
            let shown = forms.entry(properties.keys().cloned().collect()).or_default();
            shown.extend(table.keys().cloned());
            for (key, value) in table {
                note_keys(&properties[key], value, forms);
            }
        } else if let Some(table) = value.as_object() {
            table
                .values()
                .for_each(|value| note_keys(&schema["additionalProperties"], value, forms));
        } else if let Some(items) = value.as_array() {
            items.iter().for_each(|item| note_keys(&schema["items"], item, forms));
        }
    }
}
