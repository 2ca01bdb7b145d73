use super::*;
use crate::id::Uuid;
use crate::monitors::hysteresis::EventKind::{Alarm, Recover};
use crate::monitors::monitor::MonitorSettings;
use crate::monitors::replay::replay;
use crate::monitors::testing::{at, events, execution, history, rule, verdicts};

fn settings(stable_executions: Option<u16>) -> MonitorSettings {
    MonitorSettings::NewTest(NewTest { stable_executions })
}

// contract: workflows 25, 27
#[test]
fn what_a_test_is_to_a_workflow() {
    let run = |number| RunId::new(Uuid::from_u128(number));
    let made = at(1, "00:00");
    assert_eq!(Origin::of(run(1), at(2, "00:00"), run(1), made), Origin::Known, "the first run of the suite");
    assert_eq!(Origin::of(run(2), at(2, "00:00"), run(1), made), Origin::New);
    assert_eq!(Origin::of(run(2), at(0, "23:59"), run(1), made), Origin::Known, "known before the workflow");
    assert_eq!(replay(&rule(settings(None)), Origin::Known, &history("PFPFP"), at(9, "00:00")), []);
}

// contract: workflows 25, 26
#[test]
fn the_first_counted_execution_reports_once() {
    assert_eq!(verdicts(settings(None), &history("SSFPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPP")), [(Alarm, 3)]);
    assert_eq!(events(settings(None), &history("SF"))[0].evidence, [execution(2)]);
}

#[test]
fn recovery_after_passes_in_a_row() {
    assert_eq!(verdicts(settings(Some(3)), &history("PPFPSPPPPP")), [(Alarm, 1), (Recover, 7)]);
    assert_eq!(verdicts(settings(Some(1)), &history("PP")), [(Alarm, 1), (Recover, 2)], "alarm wins");
    assert!(settings(Some(0)).validate().is_err());
}
