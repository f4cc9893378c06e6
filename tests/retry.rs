//! Every row of the retry policy on a clock that stands still, and the command `book retry`.

use std::cell::RefCell;
use std::process::{Command, Output};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use mlbook::data::retry::{
    Again, Clock, Dice, Last, ParseError, PausedClock, Policy, Retry, RetryError, Statistics, Stop, Wait,
    When, parse_duration, show_duration,
};

const fn s(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// Fails forever under this policy, each attempt taking `cost`, and tells the waits and the statistics.
fn run_out(policy: Policy, cost: Duration) -> (Vec<Duration>, Statistics) {
    let clock = Arc::new(PausedClock::default());
    let waits = RefCell::new(Vec::new());
    let error = Retry::new(policy)
        .clock(clock.clone())
        .before_sleep(|_, _, wait| waits.borrow_mut().push(wait))
        .call(|| {
            clock.advance(cost);
            Err::<(), _>("no")
        })
        .expect_err("it never succeeds");
    let statistics = error.statistics();
    assert_eq!(clock.now(), statistics.elapsed, "all time is accounted for");
    (waits.into_inner(), statistics)
}

/// The first `count` waits of a wait.
fn waits(wait: Wait, count: u32) -> Vec<Duration> {
    run_out(Policy::new(Stop::Attempts(count + 1), wait).seeded(1), Duration::ZERO).0
}

#[test]
fn stops_after_attempts() {
    let (waits, statistics) = run_out(Policy::new(Stop::Attempts(4), Wait::Fixed(s(2))), s(1));
    assert_eq!(waits, [s(2); 3]);
    assert_eq!(statistics, Statistics { attempts: 4, idle: s(6), elapsed: s(10) });
    assert_eq!(run_out(Policy::new(Stop::Attempts(1), Wait::Fixed(s(2))), s(1)).1.attempts, 1);
}

#[test]
fn stops_after_a_time_or_before_a_wait_that_would_pass_it() {
    let (_, after) = run_out(Policy::new(Stop::After(s(10)), Wait::Fixed(s(4))), Duration::ZERO);
    assert_eq!((after.attempts, after.elapsed), (4, s(12)));
    let (_, before) = run_out(Policy::new(Stop::Before(s(10)), Wait::Fixed(s(4))), Duration::ZERO);
    assert_eq!((before.attempts, before.elapsed), (3, s(8)));
}

#[test]
fn stops_when_any_or_when_all_say_so() {
    let both = || vec![Stop::Attempts(3), Stop::After(s(10))];
    assert_eq!(run_out(Policy::new(Stop::Any(both()), Wait::Fixed(s(1))), ms(0)).1.attempts, 3);
    assert_eq!(run_out(Policy::new(Stop::Any(both()), Wait::Fixed(s(20))), ms(0)).1.attempts, 2);
    assert_eq!(run_out(Policy::new(Stop::All(both()), Wait::Fixed(s(1))), ms(0)).1.attempts, 11);
    assert_eq!(run_out(Policy::new(Stop::All(both()), Wait::Fixed(s(20))), ms(0)).1.attempts, 3);
}

#[test]
fn never_stops_until_it_works() {
    let clock = Arc::new(PausedClock::default());
    let mut left = 1000;
    let value = Retry::new(Policy::new(Stop::Never, Wait::Fixed(s(3600)))).clock(clock.clone()).call(|| {
        left -= 1;
        if left > 0 { Err("not yet") } else { Ok(left) }
    });
    assert_eq!(value.ok(), Some(0));
    assert_eq!(clock.now(), s(999 * 3600));
}

#[test]
fn stops_at_an_event() {
    let flag = Arc::new(AtomicBool::new(false));
    let mut attempts = 0;
    let error = Retry::new(Policy::new(Stop::Event(flag.clone()), Wait::Fixed(s(1))))
        .clock(Arc::new(PausedClock::default()))
        .call(|| {
            attempts += 1;
            flag.store(attempts == 5, Ordering::Relaxed);
            Err::<(), _>("no")
        });
    assert_eq!(error.expect_err("stopped").statistics().attempts, 5);
}

#[test]
fn waits_without_chance() {
    assert_eq!(waits(Wait::None, 3), [ms(0); 3]);
    assert_eq!(waits(Wait::Fixed(ms(10)), 3), [ms(10); 3]);
    assert_eq!(waits(Wait::exponential(s(1), s(10)), 6), [s(1), s(2), s(4), s(8), s(10), s(10)]);
    let tripling = Wait::Exponential { multiplier: s(2), base: 3.0, min: s(5), max: s(60) };
    assert_eq!(waits(tripling, 5), [s(5), s(6), s(18), s(54), s(60)]);
    let rising = Wait::Incrementing { start: s(1), step: ms(1500), max: s(5) };
    assert_eq!(waits(rising, 5), [s(1), ms(2500), s(4), s(5), s(5)]);
    assert_eq!(
        waits(Wait::Fixed(s(1)) + Wait::exponential(s(1), s(4)) + Wait::Fixed(ms(5)), 3),
        [ms(2005), ms(3005), ms(5005)]
    );
    let chain = Wait::Chain(vec![Wait::Fixed(s(1)), Wait::Fixed(s(1)), Wait::Fixed(s(9))]);
    assert_eq!(waits(chain, 4), [s(1), s(1), s(9), s(9)]);
}

#[test]
fn jitter_stays_in_its_bounds_uses_them_and_repeats_with_its_seed() {
    let random = Wait::Random { min: s(1), max: s(3) };
    let many = waits(random.clone(), 2000);
    assert!(many.iter().all(|wait| (s(1)..s(3)).contains(wait)));
    let mean = many.iter().sum::<Duration>().as_secs_f64() / 2000.0;
    assert!((mean - 2.0).abs() < 0.05, "mean {mean}");
    assert!(many.iter().any(|wait| *wait < ms(1050)) && many.iter().any(|wait| *wait > ms(2950)));
    assert_eq!(many, waits(random.clone(), 2000));
    assert_ne!(many[..5], run_out(Policy::new(Stop::Attempts(6), random).seeded(2), ms(0)).0);

    let bounds = [s(1), s(2), s(4), s(8), s(8), s(8)];
    let full = waits(Wait::full_jitter(s(1), s(8)), 6);
    assert!(full.iter().zip(bounds).all(|(wait, bound)| *wait < bound), "{full:?}");
    let exponential = waits(Wait::exponential_jitter(s(1), s(8)), 6);
    assert!(
        exponential.iter().zip(bounds).all(|(wait, bound)| *wait >= bound && *wait <= s(8).min(bound + s(1)))
    );
    assert_ne!(exponential[..3], bounds[..3]);
    assert_eq!(Dice::seeded(3).between(s(5), s(2)), s(5));
    assert_ne!(Dice::unseeded().between(s(0), s(1000)), Dice::unseeded().between(s(0), s(1000)));
}

#[test]
fn huge_attempt_numbers_do_not_overflow() {
    let mut dice = Dice::seeded(0);
    assert_eq!(Wait::exponential(s(1), s(60)).after(u32::MAX, &mut dice), s(60));
    let rising = Wait::Incrementing { start: s(1), step: s(u64::MAX / 2), max: s(7) };
    assert_eq!(rising.after(u32::MAX, &mut dice), s(7));
}

/// Plays these outcomes and tells how many attempts were made and how it ended.
fn play(
    worth: When<u32, &'static str>,
    outcomes: &[Result<u32, Again<&'static str>>],
) -> (usize, Result<u32, RetryError<u32, &'static str>>) {
    let mut played = 0;
    let policy = Policy::new(Stop::Attempts(u32::try_from(outcomes.len()).expect("few")), Wait::None);
    let end = Retry::new(policy).when(worth).call_with(|_| {
        played += 1;
        match &outcomes[played - 1] {
            Ok(value) => Ok(*value),
            Err(Again::Error(error)) => Err(Again::Error(*error)),
            Err(Again::TryAgain) => Err(Again::TryAgain),
        }
    });
    (played, end)
}

#[test]
fn errors_worth_retrying_and_others() {
    let outcomes = [Err("soft".into()), Err("hard".into()), Ok(1)];
    let (played, end) = play(When::error(|error| *error == "soft"), &outcomes);
    assert!(matches!((played, end), (2, Err(RetryError::NotRetried { error: "hard", .. }))));
    let (played, end) = play(When::not_error(|error| *error == "hard"), &outcomes);
    assert!(matches!((played, end), (2, Err(RetryError::NotRetried { error: "hard", .. }))));
    assert!(matches!(play(When::any_error(), &outcomes), (3, Ok(1))));
    assert!(matches!(play(When::never(), &outcomes), (1, Err(RetryError::NotRetried { error: "soft", .. }))));
    let either = When::error(|error| *error == "soft").or(When::error(|error| *error == "hard"));
    assert!(matches!(play(either, &outcomes), (3, Ok(1))));
    let both = When::any_error().and(When::not_error(|error| *error == "hard"));
    assert_eq!(play(both, &outcomes).0, 2);
}

#[test]
fn values_that_are_not_accepted() {
    let outcomes = [Ok(1), Ok(2), Ok(3), Ok(4)];
    assert!(matches!(play(When::value(|value| *value < 3), &outcomes), (3, Ok(3))));
    assert!(matches!(play(When::not_value(|value| *value == 2), &outcomes), (2, Ok(2))));
    let (played, end) = play(When::always(), &outcomes);
    assert!(matches!((played, end), (4, Err(RetryError::GaveUp { last: Last::Value(4), .. }))));
    let mixed = [Err("soft".into()), Ok(1), Ok(5)];
    assert!(matches!(play(When::any_error().or(When::value(|value| *value < 5)), &mixed), (3, Ok(5))));
}

#[test]
fn an_operation_may_ask_for_another_attempt() {
    assert!(matches!(play(When::never(), &[Err(Again::TryAgain), Err(Again::TryAgain), Ok(7)]), (3, Ok(7))));
    let (played, end) = play(When::never(), &[Err(Again::TryAgain)]);
    assert!(matches!((played, &end), (1, Err(RetryError::GaveUp { last: Last::TryAgain, .. }))));
    assert_eq!(end.expect_err("gave up").reraise(), Err(None));
}

#[test]
fn callbacks_come_in_order_with_their_numbers() {
    let said = RefCell::new(Vec::new());
    let say = |line: String| said.borrow_mut().push(line);
    let clock = Arc::new(PausedClock::default());
    let outcome = Retry::new(Policy::new(Stop::Attempts(2), Wait::Fixed(s(3))))
        .clock(clock.clone())
        .before(|so_far| {
            say(format!("before {} idle {:?} at {:?}", so_far.attempts, so_far.idle, so_far.elapsed))
        })
        .after(|so_far, last| say(format!("after {} {last:?} at {:?}", so_far.attempts, so_far.elapsed)))
        .before_sleep(|so_far, last, wait| say(format!("sleep {} {last:?} {wait:?}", so_far.attempts)))
        .giving_up(|so_far, last| {
            say(format!("giving up {} {last:?}", so_far.attempts));
            Some("instead")
        })
        .call(|| {
            clock.advance(s(1));
            Err("no")
        });
    assert_eq!(outcome.ok(), Some("instead"));
    assert_eq!(
        said.into_inner(),
        [
            "before 1 idle 0ns at 0ns",
            "after 1 Error(\"no\") at 1s",
            "sleep 1 Error(\"no\") 3s",
            "before 2 idle 3s at 4s",
            "after 2 Error(\"no\") at 5s",
            "giving up 2 Error(\"no\")",
        ]
    );
}

#[test]
fn success_and_hopeless_errors_are_told_to_nobody_after_the_attempt() {
    for outcome in [Ok(1), Err("hopeless")] {
        let end = Retry::new(Policy::new(Stop::Attempts(3), Wait::None))
            .when(When::never())
            .after(|_, _| panic!("after"))
            .before_sleep(|_, _, _| panic!("before_sleep"))
            .giving_up(|_, _| panic!("giving_up"))
            .call(|| outcome);
        assert_eq!(end.map_err(RetryError::reraise), outcome.map_err(|error| Err(Some(error))));
    }
}

#[test]
fn the_last_outcome_comes_back_wrapped_or_as_it_was() {
    let fail = || Retry::new(Policy::new(Stop::Attempts(2), Wait::None)).call(|| Err::<u32, _>("no"));
    let error = fail().expect_err("it fails");
    assert_eq!(error.to_string(), "gave up after 2 attempts; the last one said: no");
    assert_eq!(fail().expect_err("it fails").reraise(), Err(Some("no")));
    let (_, unaccepted) = play(When::always(), &[Ok(9)]);
    assert_eq!(unaccepted.expect_err("unaccepted").reraise(), Ok(9));
}

#[test]
fn a_server_may_name_the_wait_up_to_a_ceiling() {
    let asked = RefCell::new(vec![None, Some(s(500)), Some(s(7))]);
    let slept = RefCell::new(Vec::new());
    let error = Retry::new(Policy::new(Stop::Attempts(4), Wait::Fixed(s(1))).longest_asked(s(60)))
        .clock(Arc::new(PausedClock::default()))
        .asked_wait(|_| asked.borrow_mut().pop().flatten())
        .before_sleep(|_, _, wait| slept.borrow_mut().push(wait))
        .call(|| Err::<(), _>("busy"))
        .expect_err("it fails");
    assert_eq!(slept.into_inner(), [s(7), s(60), s(1)]);
    assert_eq!(error.statistics().idle, s(68));
}

#[test]
fn waits_are_read_from_text_and_written_back() {
    let cases = [
        ("none", Wait::None),
        ("fixed:10ms", Wait::Fixed(ms(10))),
        ("random:1s..3s", Wait::Random { min: s(1), max: s(3) }),
        ("exponential:1s..1m", Wait::exponential(s(1), s(60))),
        ("jitter:1s..1m", Wait::exponential_jitter(s(1), s(60))),
        ("full-jitter:1s..1m", Wait::full_jitter(s(1), s(60))),
        ("incrementing:1s..10s", Wait::Incrementing { start: s(1), step: s(1), max: s(10) }),
        ("fixed:1s+random:0s..2s", Wait::Fixed(s(1)) + Wait::Random { min: s(0), max: s(2) }),
        ("fixed:1s,fixed:5s,none", Wait::Chain(vec![Wait::Fixed(s(1)), Wait::Fixed(s(5)), Wait::None])),
    ];
    for (text, wait) in cases {
        assert_eq!(text.parse(), Ok(wait.clone()), "{text}");
        assert_eq!(wait.to_string(), text);
    }
    assert_eq!("exponential:1s..60s".parse(), Ok(Wait::exponential(s(1), s(60))));
    for text in
        ["", "often", "fixed", "fixed:", "fixed:1", "none:1s", "random:1s", "random:1s..", "fixed:1s,"]
    {
        assert!(text.parse::<Wait>().is_err(), "{text}");
    }
    assert!(matches!("random:3s..1s".parse::<Wait>(), Err(ParseError::Interval { .. })));
    let error = "often".parse::<Wait>().expect_err("no wait").to_string();
    assert!(error.contains("`often`") && error.contains("exponential:1s..60s"), "{error}");
}

#[test]
fn durations_are_read_from_text_and_written_back() {
    let cases =
        [("250us", 250e-6), ("10ms", 0.01), ("1.5s", 1.5), ("90s", 90.0), ("3m", 180.0), ("2h", 7200.0)];
    for (text, seconds) in cases {
        let duration = Duration::from_secs_f64(seconds);
        assert_eq!(parse_duration(text), Ok(duration));
        assert_eq!(show_duration(duration), text);
    }
    assert_eq!(parse_duration("1d"), Ok(s(86_400)));
    assert_eq!(parse_duration(" 0s "), Ok(Duration::ZERO));
    for text in ["", "s", "10", "-1s", "1e3s", "infs", "nans", "1 s", "..s", "9999999999d", "1w"] {
        let error = parse_duration(text).expect_err(text).to_string();
        assert!(error.contains(text) && error.contains("10ms"), "{error}");
    }
}

fn book_retry(flags: &[&str], command: &[&str]) -> Output {
    let mut book = Command::new(env!("CARGO_BIN_EXE_book"));
    book.arg("retry").args(flags).arg("--").args(command).output().expect("the program")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).to_string()
}

const QUICK: [&str; 4] = ["--attempts", "3", "--wait", "fixed:10ms"];

#[test]
fn a_failing_command_runs_as_often_as_told_and_gives_its_own_exit_code() {
    for code in ["1", "75"] {
        let output = book_retry(&QUICK, &["sh", "-c", &format!("echo run; exit {code}")]);
        assert_eq!(output.status.code().map(|c| c.to_string()).as_deref(), Some(code));
        assert_eq!(String::from_utf8_lossy(&output.stdout), "run\nrun\nrun\n");
        assert!(said(&output).contains("it ran 3 times"), "{}", said(&output));
        assert!(said(&output).contains("next run in 10ms"), "{}", said(&output));
    }
}

#[test]
fn a_command_that_recovers_ends_the_retries() {
    let dir = tempfile::tempdir().expect("a folder");
    let script = "echo >> runs; test $(wc -l < runs) -ge 2";
    let command = ["sh", "-c", &format!("cd '{}' && {script}", dir.path().display())];
    let output = book_retry(&QUICK, &command);
    assert!(output.status.success(), "{}", said(&output));
    assert!(said(&output).contains("succeeded; it ran 2 times"), "{}", said(&output));
    let output = book_retry(&QUICK, &["true"]);
    assert!(said(&output).contains("succeeded; it ran once"), "{}", said(&output));
}

#[test]
fn only_the_named_exit_codes_are_worth_another_run() {
    let flags = [&QUICK[..], &["--on-exit", "7,75"]].concat();
    let output = book_retry(&flags, &["sh", "-c", "exit 1"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("it ran once"), "{}", said(&output));
    let output = book_retry(&flags, &["sh", "-c", "exit 75"]);
    assert!(said(&output).contains("it ran 3 times"), "{}", said(&output));
}

#[test]
fn a_time_limit_of_nothing_means_one_run() {
    let output = book_retry(&["--for", "0s", "--wait", "none"], &["false"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("it ran once"), "{}", said(&output));
}

#[test]
fn a_signal_is_128_and_its_number() {
    let output = book_retry(&QUICK, &["sh", "-c", "kill -KILL $$"]);
    assert_eq!(output.status.code(), Some(137));
    assert!(said(&output).contains("it ran 3 times"), "{}", said(&output));
}

#[test]
fn a_command_that_is_not_there_is_one_line_and_127() {
    let output = book_retry(&QUICK, &["no-such-command-here"]);
    assert_eq!(output.status.code(), Some(127));
    assert_eq!(said(&output).lines().count(), 1, "{}", said(&output));
    assert!(said(&output).contains("`no-such-command-here` is not found"), "{}", said(&output));
    let output = book_retry(&QUICK, &["/"]);
    assert_eq!(output.status.code(), Some(126));
}

#[test]
fn misuse_is_exit_code_2() {
    let wrong: [&[&str]; 5] = [
        &["--attempts", "0"],
        &["--attempts", "-1"],
        &["--wait", "often"],
        &["--for", "5"],
        &["--on-exit", "256"],
    ];
    for flags in wrong {
        let output = book_retry(flags, &["true"]);
        assert_eq!(output.status.code(), Some(2), "{flags:?}: {}", said(&output));
        assert!(output.stdout.is_empty());
    }
    assert_eq!(book_retry(&[], &[]).status.code(), Some(2));
}

/// Asked to end, it passes that on to the command, begins no other run and leaves nothing behind.
#[cfg(unix)]
#[test]
fn a_request_to_end_reaches_the_command() {
    use std::io::{BufRead, BufReader};
    use std::process::Stdio;

    let mut book = Command::new(env!("CARGO_BIN_EXE_book"));
    book.args(["retry", "--wait", "fixed:1h", "--", "sh", "-c", "echo ready; exec sleep 600"]);
    let mut running = book.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().expect("the program");
    let mut lines = BufReader::new(running.stdout.take().expect("its output")).lines();
    assert_eq!(lines.next().expect("a line").expect("text"), "ready");
    let id = running.id().to_string();
    assert!(Command::new("sh").args(["-c", &format!("kill -TERM {id}")]).status().expect("kill").success());
    assert_eq!(running.wait().expect("its end").code(), Some(143));
    assert!(lines.next().is_none(), "the command has let go of its output");
}
