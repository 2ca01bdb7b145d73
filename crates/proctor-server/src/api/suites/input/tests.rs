use serde_json::json;

use super::*;

fn object(value: Value) -> JsonObject {
    match value {
        Value::Object(object) => JsonObject(object),
        _ => panic!("an object"),
    }
}

fn new(value: Value) -> Result<SuiteInput, String> {
    SuiteInput::for_new(&object(value), IdenticalUploads::Off, Retention::default()).map_err(|error| error.message)
}

#[test]
fn a_name_is_enough() {
    let input = new(json!({ "name": " Checkout API" })).unwrap();
    assert_eq!(input.settings.name, " Checkout API");
    assert_eq!(input.settings.default_branch, "main");
    assert_eq!(input.settings.identical_uploads, IdenticalUploads::Off);
    assert_eq!(input.show_api_token, ShowApiToken::No);
    assert_eq!(new(json!({ "name": "x", "default_branch": null })).unwrap().settings.default_branch, "main");
}

#[test]
fn every_reason_is_named() {
    for (body, message) in [
        (json!({}), "Name can't be blank"),
        (json!({ "name": null }), "Name can't be blank"),
        (json!({ "name": "  " }), "Name can't be blank"),
        (json!({ "name": 5 }), "Name must be a string"),
        (json!({ "name": "日本" }), "Name must contain a letter from a to z, a digit or an underscore"),
        (json!({ "name": "Create_from_pipeline" }), "Name is reserved"),
        (json!({ "name": "x".repeat(101) }), "Name is too long"),
        (json!({ "name": "x", "color": "red" }), "Color must be in the form #RRGGBB"),
        (json!({ "name": "x", "color": "#12345g", "emoji": 1 }), "Emoji must be a string, Color must be in the form #RRGGBB"),
        (json!({ "name": "x", "oidc_policy": "- a: [" }), "Oidc policy is not valid YAML"),
        (json!({ "name": "x", "oidc_policy": 5 }), "Oidc policy must be a string, an array or an object"),
        (json!({ "name": "x", "flaky_detection": "yes" }), "Flaky detection must be true or false"),
        (json!({ "name": "x", "identical_uploads": "maybe" }), "Identical uploads must be one of lost_reply, always, off"),
        (json!({ "name": "x", "retention_days": 0 }), "Retention days must be a whole number from 1 to 36500, or null"),
        (json!({ "name": "x", "aggregates_days": "90" }), "Aggregates days must be a whole number from 1 to 36500, or null"),
        (json!({ "name": "x", "team_ids": ["7"] }), "Team ids must be UUIDs of teams"),
    ] {
        assert_eq!(new(body.clone()).unwrap_err(), format!("Validation failed: {message}"), "{body}");
    }
}

// contract: suites 54
#[test]
fn policies_are_kept_as_written() {
    let yaml = "- iss: https://agent.example.test\n  claims:\n    organization_slug: acme # ours\n  scopes: [write_uploads]\n";
    assert_eq!(new(json!({ "name": "x", "oidc_policy": yaml })).unwrap().settings.oidc_policy.as_deref(), Some(yaml));
    let structure = json!([{ "iss": "i", "scopes": ["write_uploads"] }]);
    let encoded = new(json!({ "name": "x", "oidc_policy": structure })).unwrap().settings.oidc_policy.unwrap();
    assert_eq!(encoded, r#"[{"iss":"i","scopes":["write_uploads"]}]"#);
}

#[test]
fn a_change_leaves_what_it_does_not_name() {
    let current = SuiteSettings { color: Some("#112233".to_owned()), emoji: Some(":x:".to_owned()), ..SuiteSettings::named("N") };
    let changed = SuiteInput::for_change(&object(json!({ "color": "" })), current.clone()).unwrap().settings;
    assert_eq!(changed, SuiteSettings { color: None, ..current.clone() });
    let blank = SuiteInput::for_change(&object(json!({ "default_branch": "", "name": " " })), current).unwrap_err();
    assert_eq!(blank.message, "Validation failed: Name can't be blank, Default branch can't be blank");
}

#[test]
fn teams_come_in_four_spellings() {
    let id = "32833106-536e-45df-80b2-d002cc92d33d";
    for body in [
        json!({ "name": "x", "team_ids": [id] }),
        json!({ "name": "x", "team_ids": id }),
        json!({ "name": "x", "teams_ids": [id] }),
        json!({ "name": "x", "teams_ids": id }),
    ] {
        assert_eq!(new(body).unwrap().teams, [TeamId::new(id.parse().unwrap())]);
    }
}

#[test]
fn periods_are_set_kept_and_cleared() {
    let set = new(json!({ "name": "x", "retention_days": 90, "aggregates_days": 365 })).unwrap().settings;
    assert_eq!(set.retention, Retention { executions: Keep::Days(90), aggregates: Keep::Days(365) });
    let change = |body: Value| SuiteInput::for_change(&object(body), set.clone()).unwrap().settings.retention;
    assert_eq!(change(json!({ "color": null })), set.retention);
    assert_eq!(change(json!({ "retention_days": null })), Retention { executions: Keep::Forever, aggregates: Keep::Days(365) });
}
