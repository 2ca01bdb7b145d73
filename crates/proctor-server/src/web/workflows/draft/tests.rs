use super::*;
use crate::web::workflows::specs::of_action;

fn document(monitor: Value, actions: Value) -> Map<String, Value> {
    let document = json!({
        "name": "A <b>name</b>", "status": "paused", "dry_run": true, "monitor": monitor,
        "filters": [
            { "key": "scm.branch", "operator": "is one of", "values": ["main", "re,lease"] }, { "key": "host.arch", "operator": "exists" },
            { "key": "team", "operator": "is not", "value": " web " },
        ],
        "expire_days": 30, "alarm_actions": actions, "recover_actions": [], "events_per_minute": 7,
    });
    write_workflow(&read_workflow(object(document), "main", Actions::Stored).unwrap())
}

/// What a form of this draft would send.
fn sent(draft: &Draft) -> BTreeMap<String, String> {
    let mut form = BTreeMap::new();
    let mut put = |key: String, value: &str| _ = form.insert(key, value.to_owned());
    put("name".to_owned(), &draft.name);
    put("status".to_owned(), if draft.is_paused { "paused" } else { "active" });
    put("dry_run".to_owned(), if draft.is_dry_run { "1" } else { "" });
    put("monitor".to_owned(), &draft.monitor);
    put("expire_days".to_owned(), &draft.expire_days);
    put("events_per_minute".to_owned(), &draft.events_per_minute);
    for (kind, settings) in &draft.settings {
        settings.iter().for_each(|(key, value)| put(format!("set.{kind}.{key}"), value));
    }
    for (row, filter) in draft.filters.iter().enumerate() {
        put(format!("filter.{row}.key"), &filter.key);
        put(format!("filter.{row}.operator"), &filter.operator);
        put(format!("filter.{row}.value"), &filter.value);
    }
    for (list, actions) in [("alarm", &draft.alarm), ("recover", &draft.recover)] {
        for (row, action) in actions.iter().enumerate() {
            put(format!("{list}.{row}.type"), &action.kind);
            for spec in of_action(&action.kind) {
                put(format!("{list}.{row}.{}", spec.key), action.fields.get(spec.key).map(String::as_str).unwrap_or_default());
                put(format!("{list}.{row}.kept.{}", spec.key), &action.kept_of(spec.key, spec.kind).unwrap_or_default());
            }
        }
    }
    form
}

fn assert_leads_back(document: &Map<String, Value>) {
    let draft = Draft::of_document(document);
    let form = sent(&draft);
    let read = Draft::of_form(&|key| form.get(key).cloned());
    assert_eq!(&read.to_document(), document);
}

#[test]
fn every_monitor_leads_back_through_its_form() {
    for kind in MonitorSettings::TYPES {
        assert_leads_back(&document(json!({ "type": kind }), json!([])));
        assert!(!default_document(kind).is_empty(), "{kind}");
    }
    assert_leads_back(&document(json!({ "type": "duration_threshold", "alarm": 2.5, "recover": 1 }), json!([])));
    assert_leads_back(&document(json!({ "type": "new_test", "stable_executions": 20 }), json!([])));
    let monitor = json!({ "type": "passed_on_retry", "variant_tags": ["host.arch", "language.version"] });
    assert_leads_back(&document(monitor, json!([])));
}

#[test]
fn no_setting_of_a_monitor_is_forgotten() {
    for kind in MonitorSettings::TYPES {
        let known: Vec<&str> = of_monitor(kind).iter().map(|spec| spec.key).collect();
        let missing: Vec<_> =
            default_document(kind).into_iter().filter(|(key, _)| key != "type" && !known.contains(&key.as_str())).collect();
        assert!(missing.is_empty(), "{kind}: {missing:?}");
    }
}

#[test]
fn every_action_leads_back_and_secrets_are_kept() {
    let actions = json!([
        { "type": "add_label", "label": "flaky" },
        { "type": "change_state", "state": "muted" },
        { "type": "webhook", "settings": { "url": "https://example.com/h", "secret": "sealed:abc", "headers": { "X-A": "sealed:d", "X-B": "sealed:e" } } },
        { "type": "slack", "settings": { "url": "sealed:xyz", "text": "one\ntwo" } },
        { "type": "issue", "settings": { "repository": "acme/web", "token": "sealed:t", "labels": ["a", "b"] } },
        { "type": "email", "settings": { "to": ["a@b.example"], "subject": "s" } },
        { "type": "change_state", "state": "skipped", "expires_days": 7, "reason": "known to be broken" },
        { "type": "change_state", "state": "muted", "expires_hours": 36 },
        { "type": "issue", "settings": { "tracker": "linear", "team": "9cfb482a-81e3-4154-b5b9-2c805e70a02d", "token": "sealed:t" } },
    ]);
    let document = document(json!({ "type": "new_test" }), actions);
    assert_leads_back(&document);
    let mut draft = Draft::of_document(&document);
    assert!(!draft.alarm[3].fields.contains_key("url"), "a sealed text is not shown");
    draft.alarm[3].fields.insert("url".to_owned(), "https://hooks.slack.com/new".to_owned());
    draft.alarm[2].fields.insert("headers".to_owned(), "X-A: (sealed)\nX-C: new".to_owned());
    let changed = draft.to_document();
    assert_eq!(changed["alarm_actions"][3]["settings"]["url"], "https://hooks.slack.com/new");
    assert_eq!(changed["alarm_actions"][2]["settings"]["headers"], json!({ "X-A": "sealed:d", "X-C": "new" }));
}

#[test]
fn a_new_workflow_is_filled_with_what_does_best() {
    let mut draft = Draft::fresh("main");
    draft.name = "Flaky".to_owned();
    for kind in MonitorSettings::TYPES {
        draft.monitor = (*kind).to_owned();
        let definition = read_workflow(draft.to_document(), "", Actions::Sent).unwrap();
        assert_eq!(Some(definition.rule.monitor()), MonitorSettings::proposed(kind).as_ref(), "{kind}");
    }
}

#[test]
fn a_new_workflow_can_be_saved_once_it_has_a_name() {
    let mut draft = Draft::fresh("trunk");
    assert!(read_workflow(draft.to_document(), "", Actions::Sent).is_err());
    draft.name = "Flaky".to_owned();
    let definition = read_workflow(draft.to_document(), "", Actions::Sent).unwrap();
    assert_eq!(definition.rule.filters().branch(), Some("trunk".to_owned()));
}
