//! What a configuration may not say, with the exact words of the refusal.

use std::collections::BTreeSet;

use super::*;

#[test]
fn an_error_is_printed_with_its_line_and_a_caret() {
    let errors = parse("[http]\n\tlisen = 'x'\nstreams = 0 # none\n").expect_err("two errors");
    let printed = "\
unknown key `lisen`; did you mean `listen`?
 --> baton.toml:2:2
  |
2 | \tlisen = 'x'
  | \t^^^^^

0 is out of range; expected 1 to 1000000
 --> baton.toml:3:11
  |
3 | streams = 0 # none
  |           ^";
    assert_eq!(errors.to_string(), printed);
}

#[test]
fn a_secret_is_never_printed() {
    let line = format!("webhook = [{{ id = 'x', url = 'https://x.example', secret = '{SECRET}', evnts = [] }}]");
    let typed = "[[business.acme.webhook]]\nid = 'x'\nurl = 'https://x.example'\nsecret = 'hunter2'".to_owned();
    let token = format!("[[business.acme.token]]\nname = 'x'\nscope = 'bot'\nsecret = '{TOKEN}'");
    for text in [line, typed, token] {
        let told = parse(&format!("[business.acme]\n{text}"))
            .expect_err("an error")
            .to_string();
        for secret in [&SECRET[6..], &TOKEN[6..], "hunter2"] {
            assert!(!told.contains(secret), "{told}");
        }
    }
    let config = parse(EXAMPLE).expect("the example is sound");
    let shown = format!("{config:?}");
    assert!(!shown.contains(&SECRET[6..]) && !shown.contains(&TOKEN[6..]));
}

#[test]
fn broken_toml_is_refused_at_its_place() {
    check("[http]\nlisten = 'x\n", &["2:12 invalid literal string, expected `'`"]);
    check("a = 1\na = 2", &["2:1 duplicate key"]);
}

#[test]
fn an_unknown_key_is_refused_with_the_one_that_was_meant() {
    check("[htp]\nx = 1", &["1:2 unknown key `htp`; did you mean `http`?"]);
    check(
        "[log]\ncolour = true",
        &["2:1 unknown key `colour`; expected one of `format`, `level`"],
    );
    check_acme(
        "[[business.acme.agent]]\nid = 'ana'\nskils = []",
        &["4:1 unknown key `skils`; did you mean `skills`?"],
    );
    check_acme(
        "handover = { response = { hihg = '1h' }, laddr = [] }",
        &[
            "2:27 unknown key `hihg`; did you mean `high`?",
            "2:42 unknown key `laddr`; did you mean `ladder`?",
        ],
    );
}

#[test]
fn a_wrong_type_is_refused_with_the_right_one() {
    check(
        "[http]\nlisten = 7420",
        &["2:10 expected a string in quotes, found a whole number"],
    );
    check(
        "[http]\nrate_burst = 1.5",
        &["2:14 expected a whole number, found one with a point"],
    );
    check(
        "[http]\nstreams = 99999999999999999999",
        &["2:11 the number is too big"],
    );
    check(
        "[store]\ndir = 2026-01-01",
        &["2:7 expected a string; put the date in quotes"],
    );
    check(
        "[store]\ncopy_before_recovery = 'yes'",
        &["2:24 expected true or false, found a string in quotes"],
    );
    check("[[business]]\nname = 'x'", &["1:1 expected a table, found an array"]);
    check_acme(
        "[business.acme.bot]\nid = 'web'",
        &["2:1 expected an array of tables; write the header as `[[business.acme.bot]]`"],
    );
    check_acme(
        "handover = { resolution = 3 }",
        &["2:27 expected a string in quotes or a table, found a whole number"],
    );
}

#[test]
fn a_number_out_of_range_is_refused_with_the_range() {
    check(
        "[http]\nconnections = 0",
        &["2:15 0 is out of range; expected 1 to 1000000"],
    );
    check(
        "[plugins.budget]\nfuel = -1",
        &["2:8 -1 is out of range; expected at least 10000"],
    );
    check(
        "[plugins.budget]\nlog_lines = 5000000000",
        &["2:13 5000000000 is out of range; expected 0 to 4294967295"],
    );
    check_acme(
        "handover = { failed_confidence = 1.2, warn_percent = 100, failed_answers = 0 }",
        &[
            "2:34 1.2 is out of range; expected 0 to 1",
            "2:54 100 is out of range; expected 1 to 99",
            "2:76 0 is out of range; expected 1 to 100",
        ],
    );
}

#[test]
fn a_word_that_cannot_be_read_is_refused_with_an_example() {
    check(
        "[http]\nlisten = 'localhost'\nheartbeat = '0s'\nmetrics = 'loopbak'",
        &[
            "2:10 \"localhost\" is not an address with a port; write it as \"127.0.0.1:7420\"",
            "3:13 \"0s\" is not a span of time; write it as \"10s\" or \"500ms\"",
            "4:11 unknown word \"loopbak\"; did you mean `loopback`?",
        ],
    );
    check(
        "[log]\nlevel = 'a=b=c'",
        &["2:9 \"a=b=c\" is not a log level; write it as \"info\", or \"info,baton=debug\""],
    );
    check_acme(
        "locale = 'english'\nholidays = ['2026-02-30', '25.12.2026']",
        &[
            "2:10 \"english\" is not a language tag; write it as \"en\" or \"pt-BR\"",
            "3:13 \"2026-02-30\" is not a date; write it as \"2026-12-25\"",
            "3:27 \"25.12.2026\" is not a date; write it as \"2026-12-25\"",
        ],
    );
    check(
        "[business.'a b']\nname = 'x'",
        &["1:1 not a business id: ' ' is not allowed; use letters, digits and - _ . : @ + ="],
    );
    check_acme(
        "[[business.acme.bot]]\nid = 'we b'\nmode = 'automatic'",
        &[
            "3:6 not a bot id: ' ' is not allowed; use letters, digits and - _ . : @ + =",
            "4:8 unknown word \"automatic\"; expected one of `auto`, `suggest`, `off`",
        ],
    );
}

#[test]
fn a_calendar_that_cannot_be_meant_is_refused() {
    check_acme(
        "time_zone = 'Europe/Berln'",
        &["2:13 unknown time zone \"Europe/Berln\"; did you mean `Europe/Berlin`?"],
    );
    check_acme(
        "time_zone = 'Mars'",
        &["2:13 unknown time zone \"Mars\"; use an IANA name such as \"Europe/Berlin\""],
    );
    check_acme(
        "hours.mon = ['22:00-06:00', '9-12', '09:00-25:00']",
        &[
            "2:14 \"22:00-06:00\" ends before it begins; cut hours that cross midnight in two: \
             \"22:00-24:00\", and \"00:00-06:00\" on the next day",
            "2:29 \"9-12\" is not an interval; write it as \"09:00-17:30\"",
            "2:37 \"09:00-25:00\" is not an interval; write it as \"09:00-17:30\"",
        ],
    );
    check_acme(
        "[business.acme.hours]\nmon = ['09:00-12:00']\ntue = ['09:00-12:00', '11:00-13:00']",
        &["4:23 the interval overlaps with another one of the same day"],
    );
    check_acme(
        "hours = { mon = [] }",
        &["2:9 no open hour in the week; give at least one interval, or leave `hours` out to be always open"],
    );
    check_acme(
        "agent = [{ id = 'ana', time_zone = 'UTC' }]",
        &["2:36 a time zone without `hours` means nothing; give the agent hours of their own, or leave it out"],
    );
}

#[test]
fn a_handover_that_cannot_be_meant_is_refused() {
    check_acme(
        "handover = { ladder = [], response = {}, follow_up = '0h', resolution = '1 business day' }",
        &[
            "2:23 expected at least 1 item, found 0",
            "2:38 expected at least 1 key, found 0",
            "2:54 \"0h\" is no time at all; write it as \"24h\", \"90m\", or \"2h business\"",
            "2:73 \"1 business day\" has no fixed length, as a business day has none; \
             write business hours: \"8h business\", or \"never\"",
        ],
    );
    check_acme(
        "[[business.acme.handover.ladder]]\nto = 'boss'\n[[business.acme.handover.ladder]]\ntries = 0",
        &[
            "3:6 \"boss\" is nobody; expected \"candidates\", \"everyone\", \"role:NAME\", \"rota:NAME\" or \"agent:NAME\"",
            "4:1 the key `to` is missing",
            "5:9 0 is out of range; expected 1 to 1000",
        ],
    );
    check_acme(
        "[business.acme.handover]\nreason.explict-request = { tags = ['x'] }\nfollow_up = '400d'",
        &["4:13 \"400d\" is longer than a year; at most \"366d\" is allowed"],
    );
    check_acme(
        "[business.acme.handover]\nreason.explict-request = { tags = ['x'] }",
        &["3:26 unknown reason \"explict-request\"; did you mean `explicit-request`?"],
    );
}

#[test]
fn a_rota_with_a_hole_is_refused() {
    let team = "role = []\nagent = [{ id = 'ana' }, { id = 'bo' }]\n";
    check_acme(
        &format!("{team}rota = [{{ id = 'night', agents = [], begins = '2026-03-16', hand_over = '9' }}]"),
        &[
            "4:34 expected at least 1 item, found 0",
            "4:73 \"9\" is not a time of day; write it as \"08:00\"",
        ],
    );
    check_acme(
        &format!(
            "{team}rota = [{{ id = 'night', agents = ['ana', 'bob'], begins = '2026-03-16', swaps = [
               {{ week = '2026-03-24', agent = 'bo' }},
             ] }}]
             handover.ladder = [{{ to = 'rota:nigth' }}]"
        ),
        &[
            "4:42 business `acme` has no agent `bob`; did you mean `bo`?",
            "5:25 no week begins on this day; one begins on \"2026-03-23\"",
            "7:40 business `acme` has no rota `nigth`; did you mean `night`?",
        ],
    );
}

#[test]
fn names_that_nobody_has_are_refused() {
    let team = "role = [{ id = 'sales' }, { id = 'boss' }]\nagent = [{ id = 'ana', roles = ['sales'] }]\n";
    check_acme(
        &format!("{team}handover = {{ role = 'sale', fallback = 'agent:anna', ladder = [{{ to = 'role:boss' }}] }}"),
        &[
            "4:21 business `acme` has no role `sale`; did you mean `sales`?",
            "4:40 business `acme` has no agent `anna`; did you mean `ana`?",
            "4:71 business `acme` has nobody in the role `boss`; give an agent `roles = [\"boss\"]`",
        ],
    );
    check_acme(
        &format!("{team}bot = [{{ id = 'web', handover = {{ fallback = 'role:boss' }} }}]"),
        &["4:46 business `acme` has nobody in the role `boss`; give an agent `roles = [\"boss\"]`"],
    );
    check_acme(
        "agent = [{ id = 'ana', roles = ['sales'] }]",
        &["2:33 business `acme` has no role `sales`"],
    );
    check_acme(
        &format!("{team}token = [{{ name = 'x', scope = 'agent', agent = 'bo', secret = 'env:ACME_ANA_TOKEN' }}]"),
        &["4:49 business `acme` has no agent `bo`; expected `ana`"],
    );
    for list in ["bot", "role", "agent"] {
        let twice = format!("{list} = [{{ id = 'x' }}, {{ id = 'x' }}]");
        let column = twice.rfind("'x'").map_or(0, |at| at + 1);
        check_acme(&twice, &[&format!("2:{column} `x` is there twice")]);
    }
}

#[test]
fn a_webhook_that_cannot_be_reached_safely_is_refused() {
    let hook = |rest: &str| format!("[[business.acme.webhook]]\nid = 'crm'\n{rest}");
    check_acme(
        &hook("url = 'ftp://x'\nsecret = 'hunter2'\nevents = ['handovr.*']"),
        &[
            "4:7 \"ftp://x\" is not a web address; write it as \"https://example.com/hooks/baton\"",
            "5:10 expected \"env:NAME\" or a secret; this is no webhook secret: it must be `whsec_` and 24 to 64 \
             random bytes in base64",
            "6:11 \"handovr.*\" is not an event; name one (\"handover.opened\"), a group (\"handover.*\"), or all \
             (\"*\")",
        ],
    );
    check_acme(
        &hook("url = 'http://x.example'\nsecret = 'env:NOPE'"),
        &[
            "4:7 a webhook needs https; plain http is for private addresses, with `allow_private = true`",
            "5:10 the environment variable `NOPE` is not set",
        ],
    );
    check_acme(
        "webhook = [{ id = 'our crm', url = 'https://x.example', secret = 'env:ACME_WEBHOOK_SECRET' }]",
        &["2:19 \"our crm\" is not a name for keys; use 1 to 64 letters, digits and - _ ."],
    );
    check_acme(
        &hook("url = 'https://x.example'\nsecret = 'env:WRONG'"),
        &[
            "5:10 the environment variable `WRONG` holds no webhook secret: it must be `whsec_` and 24 to 64 random \
             bytes in base64",
        ],
    );
}

#[test]
fn mail_that_could_be_read_on_the_way_or_come_from_nobody_is_refused() {
    let mail =
        |rest: &str| format!("[business.acme.email]\nhost = 'smtp.acme.example'\nfrom = 'desk@acme.example'\n{rest}");
    check_acme(
        &mail("tls = 'none'"),
        &[
            "5:7 without TLS mail may be sent to this machine only; use \"starttls\" or \"tls\", or set \
           `allow_plain = true` if nobody can read that network",
        ],
    );
    check_acme(
        &mail("user = 'baton'\npassword = 'hunter2'"),
        &["6:12 expected the name of an environment variable: \"env:NAME\""],
    );
    check_acme(
        &mail("user = 'baton'"),
        &["5:8 a user needs a `password = \"env:NAME\"`"],
    );
    check_acme(&mail("password = 'env:WRONG'"), &["5:12 a password needs its `user`"]);
    check_acme(
        &mail("user = 'baton'\npassword = 'env:NOPE'"),
        &["6:12 the environment variable `NOPE` is not set"],
    );
    check_acme(
        &mail("port = 0\ntls = 'ssl'\npublic_url = 'baton.acme.example'\ndigest = { to = 'office', at = '8 am' }"),
        &[
            "5:8 0 is out of range; expected 1 to 65535",
            "6:7 unknown word \"ssl\"; expected one of `starttls`, `tls`, `none`",
            "7:14 \"baton.acme.example\" is not the address of this daemon; write it as \"https://baton.example.com\"",
            "8:17 \"office\" is not an e-mail address; write it as \"ana@example.com\"",
            "8:32 \"8 am\" is not a time of day; write it as \"08:00\"",
        ],
    );
    check_acme(
        "[business.acme.email]\nhost = 'smtp.acme.example:25'\nfrom = 'the desk'",
        &[
            "3:8 \"smtp.acme.example:25\" is not a host; write it as \"smtp.example.com\", the port has a key of its own",
            "4:8 \"the desk\" is not a sender; write it as \"Acme <desk@acme.example>\"",
        ],
    );
    check_acme("[business.acme.email]\nhost = 'x'", &["2:1 the key `from` is missing"]);
}

#[test]
fn a_token_that_contradicts_itself_is_refused() {
    check_acme(
        "[[business.acme.token]]\nname = 'x'\nscope = 'agent'\nsecret = 'env:WRONG'\n\
         [[business.acme.token]]\nname = 'x'\nscope = 'bot'\nagent = 'ana'\nsecret = 'env:NOPE'",
        &[
            "2:1 a token of scope `agent` needs the `agent` it belongs to",
            "5:10 the environment variable `WRONG` holds no token: make one with `baton token create`",
            "7:8 `x` is there twice",
            "9:9 only a token of scope `agent` belongs to an agent",
            "10:10 the environment variable `NOPE` is not set",
        ],
    );
    check_acme(
        &format!("token = [{{ name = 'x', scope = 'root', secret = '{TOKEN}' }}]"),
        &[
            "2:32 unknown word \"root\"; expected one of `bot`, `agent`, `operator`, `admin`",
            "2:49 expected the name of an environment variable: \"env:NAME\"",
        ],
    );
}

#[test]
fn a_pack_that_is_not_there_is_refused() {
    check_acme(
        "pack = 'hvca'",
        &[
            "2:8 no built-in or installed pack `hvca`; did you mean `hvac`? (a folder is written with a slash: \"./hvca\")",
        ],
    );
    check_acme(
        "pack = './nowhere'",
        &["2:8 no pack at /etc/baton/./nowhere: there is no pack.toml in it"],
    );
}

#[test]
fn a_pack_whose_people_are_missing_is_refused_at_its_own_line() {
    let text = "[business.acme]\npack = 'hvac'\nrole = [{ id = 'technician' }]\nagent = [{ id = 'tom' }]";
    let errors = parse(text).expect_err("no technicians, no sales");
    let told: BTreeSet<String> = errors
        .iter()
        .map(|e| format!("{}: {}", e.place.file, e.message))
        .collect();
    let expected = [
        "built-in hvac/pack.toml: business `acme` has no role `sales`; expected `technician`",
        "built-in hvac/pack.toml: business `acme` has nobody in the role `technician`; give an agent \
         `roles = [\"technician\"]`",
    ];
    assert_eq!(told.iter().map(String::as_str).collect::<Vec<_>>(), expected);
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let told = |path: &Path| {
        let told = Config::load(path).expect_err("not a configuration").to_string();
        told.replace(&path.display().to_string(), "FILE")
    };
    assert_eq!(
        told(&folder.path().join("none.toml")),
        "the configuration cannot be read: No such file or directory (os error 2)\n --> FILE"
    );
    let latin = folder.path().join("latin.toml");
    std::fs::write(&latin, b"# caf\xe9").expect("written");
    assert_eq!(told(&latin), "not UTF-8 from byte 5 on\n --> FILE");
    let huge = folder.path().join("huge.toml");
    std::fs::write(&huge, vec![b'#'; LONGEST_FILE + 1]).expect("written");
    assert_eq!(
        told(&huge),
        "the file has 4194305 bytes, at most 4194304 are read\n --> FILE"
    );
}

#[test]
fn no_more_errors_are_looked_for_than_anybody_mends() {
    let agents: String = (0..5_000)
        .map(|n| format!("[[business.acme.agent]]\nid = 'a{n}'\nroles = ['x']\n"))
        .collect();
    let errors = parse(&agents).expect_err("roles that are not there");
    assert_eq!(errors.iter().count(), 100);
    assert!(errors.to_string().ends_with("\n\nand 80 more"));
}
