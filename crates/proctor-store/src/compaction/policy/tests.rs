use super::*;

const DAY: i64 = 20_000;
const NOON: i64 = DAY * DAY_MS + DAY_MS / 2;

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn file(executions: u64) -> FileState {
    FileState { id: DayFileId::random(), executions, written_at: at(NOON) }
}

fn state(segments: u64, executions: u64, oldest_ago_ms: i64, files: &[FileState]) -> DayState {
    DayState { day: DAY, waiting: Waiting { segments, executions, oldest_at: Some(at(NOON - oldest_ago_ms)) }, files: files.to_vec() }
}

/// The sizes of the files that are taken, and whether segments are.
fn decided(state: &DayState, now: i64) -> Option<(bool, Vec<u64>)> {
    let rewrite = decide(state, &CompactionOptions::default(), at(now))?;
    let size = |id: &DayFileId| state.files.iter().find(|file| file.id == *id).unwrap().executions;
    Some((rewrite.segments == Segments::Taken, rewrite.files.iter().map(size).collect()))
}

#[test]
fn what_is_rewritten() {
    const MINUTE: i64 = 60_000;
    let files = |sizes: &[u64]| sizes.iter().map(|size| file(*size)).collect::<Vec<_>>();
    let few = files(&[40_000]);
    let large = files(&[5_000_000]);
    let four = files(&[2_000_000, 8_000_000, 500_000, 30_000_000]);
    let five = files(&[2_000_000, 8_000_000, 500_000, 30_000_000, 100_000]);
    let tomorrow = NOON + DAY_MS;
    let table = [
        ("nothing at all", state(0, 0, 0, &[]), NOON, None),
        ("little that is young", state(3, 300, MINUTE, &[]), NOON, None),
        ("little that is old", state(3, 300, 10 * MINUTE, &[]), NOON, Some((true, vec![]))),
        ("much that is young", state(20, 100_000, 0, &[]), NOON, Some((true, vec![]))),
        ("an empty upload that is old", state(1, 0, 10 * MINUTE, &[]), NOON, Some((true, vec![]))),
        ("a small day is rewritten whole", state(3, 300, 10 * MINUTE, &few), NOON, Some((true, vec![40_000]))),
        ("a large file is left alone", state(20, 100_000, 0, &large), NOON, Some((true, vec![]))),
        ("a file that is not much larger is taken", state(20, 2_500_000, 0, &large), NOON, Some((true, vec![5_000_000]))),
        ("four files stay four", state(20, 100_000, 0, &four), NOON, Some((true, vec![500_000]))),
        ("one is taken after the other", state(20, 300_000, 0, &four), NOON, Some((true, vec![500_000]))),
        ("a chain of them", state(20, 600_000, 0, &four), NOON, Some((true, vec![500_000, 2_000_000]))),
        ("a day with files and no news", state(0, 0, 0, &four), NOON, None),
        ("a day of too many files", state(0, 0, 0, &five), NOON, Some((false, vec![100_000, 500_000]))),
        ("a day that is over", state(0, 0, 0, &files(&[3_000_000, 100_000])), tomorrow, Some((false, vec![100_000, 3_000_000]))),
        ("one that is too large for one file", state(0, 0, 0, &four), tomorrow, None),
        ("one that is one file", state(0, 0, 0, &large), tomorrow, None),
    ];
    for (what, state, now, expected) in table {
        assert_eq!(decided(&state, now), expected, "{what}");
    }
    // left alone for too short a time
    let mut news = files(&[3_000_000, 100_000]);
    news[1].written_at = at(tomorrow - QUIET_MS + 1);
    assert_eq!(decided(&state(0, 0, 0, &news), tomorrow), None);
}

#[test]
fn a_growing_day_has_few_files_and_is_rewritten_seldom() {
    for batch in [100_u64, 30_000, 150_000] {
        let mut files: Vec<FileState> = Vec::new();
        let (mut written, mut total) = (0, 0);
        for _ in 0..1_000 {
            let state = state(10, batch, DAY_MS, &files);
            let rewrite = decide(&state, &CompactionOptions::default(), at(NOON)).unwrap();
            let taken: u64 = files.iter().filter(|file| rewrite.files.contains(&file.id)).map(|file| file.executions).sum();
            files.retain(|file| !rewrite.files.contains(&file.id));
            files.push(file(taken + batch));
            total += batch;
            written += taken + batch;
            assert!(files.len() <= FILES_PER_DAY_MAX);
            assert_eq!(files.iter().map(|file| file.executions).sum::<u64>(), total);
        }
        // Up to the size of a small day everything is rewritten each time; that is bounded by itself.
        let small = CompactionOptions::default().rows_min / batch;
        let times = written / total;
        assert!(times <= 24 || written <= small * CompactionOptions::default().rows_min, "{batch}: each row was written {times} times");
    }
}
