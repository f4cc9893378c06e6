//! Servers that fail: in every case the right file, or a clear error and no file.

use std::time::{Duration, UNIX_EPOCH};

use mlbook::data::download::{DownloadError, Fetched};
use mlbook::data::http::parse_retry_after;
use mlbook::data::retry::{Policy, Stop, Wait};

use super::server::{Act, nobody};
use super::{Stage, impatient, quick};

const SIZE: usize = 300_000;

#[test]
fn a_good_server_gives_the_file_and_a_second_fetch_asks_nobody() {
    let stage = Stage::new(SIZE);
    let url = stage.serve("/a", []);
    assert_eq!(stage.fetch(std::slice::from_ref(&url)).expect("fetched"), [Fetched::Downloaded]);
    stage.assert_right();
    assert_eq!(stage.fetch(&[url]).expect("there"), [Fetched::AlreadyThere]);
    assert_eq!(stage.server.log().len(), 1);
}

#[test]
fn a_refused_connection_is_retried_and_then_left_for_the_next_mirror() {
    let stage = Stage::new(SIZE);
    let good = stage.serve("/good", []);
    stage.fetch(&[nobody(), good]).expect("fetched");
    stage.assert_right();
}

#[test]
fn with_every_mirror_refusing_the_error_names_them() {
    let stage = Stage::new(SIZE);
    let (first, second) = (nobody(), nobody());
    let error = stage.fetch(&[first.clone(), second.clone()]).expect_err("nobody is there").to_string();
    assert!(
        error.contains(&first) && error.contains(&second) && error.contains("connection refused"),
        "{error}"
    );
    assert_eq!(error.lines().count(), 1);
    stage.assert_absent();
}

#[test]
fn a_dropped_connection_is_resumed_where_it_broke_off() {
    let stage = Stage::new(SIZE);
    let url = stage.serve("/a", [Act::Drop(100_000), Act::Drop(50_000)]);
    stage.fetch(&[url]).expect("fetched");
    stage.assert_right();
    let asked = stage.server.log();
    let ranges: Vec<_> = asked.iter().map(|request| request.range).collect();
    assert_eq!(ranges, [None, Some((100_000, None)), Some((150_000, None))]);
    assert_eq!(asked[1].if_range.as_deref(), Some("\"first\""));
    assert_eq!(asked.iter().map(|request| request.sent).sum::<usize>(), SIZE);
}

#[test]
fn a_stalled_body_times_out_and_is_resumed() {
    let stage = Stage::new(SIZE);
    let url = stage.serve("/a", [Act::Stall(120_000)]);
    stage.fetch_with(impatient(), &[url]).expect("fetched");
    stage.assert_right();
    assert_eq!(stage.server.log()[1].range, Some((120_000, None)));
}

#[test]
fn a_server_that_never_answers_is_left_for_the_next_mirror() {
    let stage = Stage::new(SIZE);
    let mute = stage.serve("/mute", [Act::Mute, Act::Mute, Act::Mute]);
    let good = stage.serve("/good", []);
    stage.fetch_with(impatient(), &[mute, good]).expect("fetched");
    stage.assert_right();
    assert_eq!(stage.server.asked("/mute").len(), 3);
}

#[test]
fn passing_statuses_are_retried_and_retry_after_replaces_the_wait() {
    for status in [408, 429, 500, 502, 503, 504] {
        let stage = Stage::new(SIZE);
        let past = "Sun, 06 Nov 1994 08:49:37 GMT";
        let url = stage.serve("/a", [Act::Status(status, Some("0")), Act::Status(status, Some(past))]);
        let mut options = quick();
        // Only a server's own word keeps this from waiting a day.
        options.policy.wait = Wait::Fixed(Duration::from_secs(86_400));
        stage.fetch_with(options, &[url]).expect("fetched");
        stage.assert_right();
        assert_eq!(stage.server.log().len(), 3, "status {status}");
    }
}

#[test]
fn a_servers_wish_to_wait_has_a_ceiling() {
    let stage = Stage::new(SIZE);
    let url = stage.serve("/a", [Act::Status(503, Some("86400"))]);
    let mut options = quick();
    options.policy = Policy::new(Stop::Attempts(2), Wait::None).longest_asked(Duration::from_millis(1));
    stage.fetch_with(options, &[url]).expect("fetched");
    stage.assert_right();
}

#[test]
fn refusals_are_not_retried_on_that_mirror() {
    for status in [403, 404, 410] {
        let stage = Stage::new(SIZE);
        let bad = stage.serve("/bad", [Act::Status(status, None)]);
        let good = stage.serve("/good", []);
        stage.fetch(&[bad, good]).expect("fetched");
        stage.assert_right();
        assert_eq!(stage.server.asked("/bad").len(), 1, "status {status}");
    }
}

#[test]
fn shortened_altered_and_lengthened_bodies_are_left_for_the_next_mirror() {
    for fault in [Act::Shorten(200_000), Act::EndEarly(200_000), Act::Alter(123_456), Act::Lengthen(1)] {
        let stage = Stage::new(SIZE);
        let bad = stage.serve("/bad", [fault.clone(), fault.clone()]);
        let good = stage.serve("/good", []);
        stage.fetch(&[bad.clone(), good]).expect("fetched");
        stage.assert_right();
        assert_eq!(stage.server.asked("/bad").len(), 1, "{fault:?}");
        assert_eq!(stage.server.asked("/good")[0].range, None, "{fault:?}: nothing of it is kept");

        let alone = Stage::new(SIZE);
        let bad = alone.serve("/bad", [fault.clone()]);
        let error = alone.fetch(&[bad]).expect_err("no good mirror");
        assert!(matches!(error, DownloadError::NoGoodMirror { .. }), "{fault:?}: {error}");
        alone.assert_absent();
    }
}

#[test]
fn an_endless_body_is_cut_off() {
    let stage = Stage::new(SIZE);
    let url = stage.serve("/a", [Act::Lengthen(50_000_000)]);
    stage.fetch(&[url]).expect_err("too long");
    stage.assert_absent();
    assert!(stage.server.log()[0].sent < 40_000_000, "{} bytes taken", stage.server.log()[0].sent);
}

#[test]
fn a_server_that_ignores_ranges_is_read_anew() {
    let stage = Stage::new(SIZE);
    let url = stage.serve("/a", [Act::Drop(100_000), Act::IgnoreRange]);
    stage.fetch(&[url]).expect("fetched");
    stage.assert_right();
    assert_eq!(stage.server.log()[1].range, Some((100_000, None)));
    assert_eq!(stage.server.log()[1].sent, SIZE);
}

#[test]
fn a_changed_entity_tag_brings_the_whole_file() {
    let stage = Stage::new(SIZE);
    let url = stage.serve("/a", [Act::Drop(100_000), Act::Status(404, None)]);
    stage.fetch(std::slice::from_ref(&url)).expect_err("gone");
    stage.server.set_tag("\"second\"");
    stage.fetch(&[url]).expect("fetched");
    stage.assert_right();
    let last = stage.server.log().pop().expect("a request");
    assert_eq!((last.if_range.as_deref(), last.sent), (Some("\"first\""), SIZE));
}

#[test]
fn a_shifted_range_is_not_joined() {
    let stage = Stage::new(SIZE);
    let url = stage.serve("/a", [Act::Drop(100_000), Act::ShiftRange]);
    stage.fetch(&[url]).expect("fetched");
    stage.assert_right();
    assert_eq!(stage.server.log()[2].range, None);
}

#[test]
fn status_416_starts_anew() {
    let stage = Stage::new(SIZE);
    let url = stage.serve("/a", [Act::Drop(100_000), Act::Status(416, None)]);
    stage.fetch(&[url]).expect("fetched");
    stage.assert_right();
    assert_eq!(stage.server.log()[2].range, None);
}

#[test]
fn altered_bytes_of_an_earlier_answer_are_found_by_the_whole_hash() {
    let stage = Stage::new(SIZE);
    let bad = stage.serve("/bad", [Act::Drop(100_000), Act::Status(404, None)]);
    stage.fetch(&[bad]).expect_err("gone");
    let part = stage.dir.path().join(".digits.bin.part");
    let mut bytes = std::fs::read(&part).expect("the part");
    bytes[5] ^= 1;
    std::fs::write(&part, &bytes).expect("spoiled");
    let good = stage.serve("/good", []);
    stage.fetch(&[good]).expect("fetched");
    stage.assert_right();
    let ranges: Vec<_> = stage.server.asked("/good").iter().map(|request| request.range).collect();
    assert_eq!(ranges, [Some((100_000, None)), None]);
}

#[test]
fn a_mirror_goes_on_where_another_broke_off() {
    let stage = Stage::new(SIZE);
    let bad = stage.serve("/bad", [Act::Drop(100_000), Act::Status(404, None)]);
    let good = stage.serve("/good", []);
    stage.fetch(&[bad, good]).expect("fetched");
    stage.assert_right();
    assert_eq!(stage.server.asked("/good")[0].sent, SIZE - 100_000);
}

#[test]
fn a_part_of_another_version_is_not_used() {
    let stage = Stage::new(SIZE);
    std::fs::write(stage.dir.path().join(".digits.bin.part"), vec![1; 1000]).expect("a part");
    let origin = format!("{{\"sha256\":\"{}\",\"url\":\"http://x\",\"tag\":null}}", "0".repeat(64));
    std::fs::write(stage.dir.path().join(".digits.bin.part.json"), origin).expect("its origin");
    let url = stage.serve("/a", []);
    stage.fetch(&[url]).expect("fetched");
    stage.assert_right();
    assert_eq!(stage.server.log()[0].range, None);
}

#[test]
fn a_complete_part_needs_no_server() {
    let stage = Stage::new(SIZE);
    std::fs::write(stage.dir.path().join(".digits.bin.part"), &stage.bytes).expect("a part");
    let origin =
        format!("{{\"sha256\":\"{}\",\"url\":\"http://x\",\"tag\":null}}", super::sha256(&stage.bytes));
    std::fs::write(stage.dir.path().join(".digits.bin.part.json"), origin).expect("its origin");
    stage.fetch(&[nobody()]).expect("there");
    stage.assert_right();
}

#[test]
fn a_wrong_file_in_the_place_is_replaced_only_by_the_right_one() {
    let stage = Stage::new(SIZE);
    std::fs::write(stage.target(), b"old").expect("an old file");
    stage.fetch(&[nobody()]).expect_err("nobody");
    assert_eq!(std::fs::read(stage.target()).expect("the old file"), b"old");
    let url = stage.serve("/a", []);
    stage.fetch(&[url]).expect("fetched");
    stage.assert_right();
}

#[test]
fn a_server_without_encryption_or_a_wrong_address_is_not_retried() {
    let stage = Stage::new(SIZE);
    let secure = stage.serve("/a", []).replace("http://", "https://");
    let error = stage.fetch(&[secure, "http://no such host/a".to_string()]).expect_err("no good mirror");
    let text = error.to_string();
    assert!(text.contains("cannot be trusted") && text.contains("not an address"), "{text}");
    let left = std::fs::read_dir(stage.dir.path()).expect("the folder").count();
    assert_eq!(left, 1, "only the lock stays");
}

#[test]
fn a_set_without_mirrors_names_the_page_to_get_it_from() {
    let stage = Stage::new(SIZE);
    let error = stage.fetch(&[]).expect_err("no mirror").to_string();
    assert!(error.contains("http://example.org") && error.contains("digits.bin"), "{error}");
}

#[test]
fn retry_after_is_read_in_both_forms() {
    let now = UNIX_EPOCH + Duration::from_secs(784_111_777);
    assert_eq!(parse_retry_after("120", now), Some(Duration::from_secs(120)));
    assert_eq!(parse_retry_after("Sun, 06 Nov 1994 08:50:37 GMT", now), Some(Duration::from_secs(60)));
    assert_eq!(parse_retry_after("Sun, 06 Nov 1994 08:49:30 GMT", now), Some(Duration::ZERO));
    let leap = UNIX_EPOCH + Duration::from_secs(951_782_400);
    assert_eq!(parse_retry_after("Wed, 01 Mar 2000 00:00:00 GMT", leap), Some(Duration::from_secs(86_400)));
    for wrong in ["", "soon", "-1", "1.5", "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 99 Nov 1994 08:49:37 GMT"] {
        assert_eq!(parse_retry_after(wrong, now), None, "{wrong}");
    }
}
