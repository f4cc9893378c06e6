"""Whatever a cell does, Jupyter learns that it failed, the reader sees why, and the next cell runs."""

import subprocess
import time

import pytest

LIMIT = """
unsafe extern "C" { fn setrlimit(resource: i32, limits: *const [u64; 2]) -> i32; }
unsafe { setrlimit(9, &[4_000_000_000u64, 4_000_000_000]) }; // RLIMIT_AS on Linux
let mut hoard: Vec<Vec<u8>> = Vec::new();
loop { hoard.push(vec![1; 100_000_000]); }
"""


def test_a_compile_error_is_shown_once_at_its_line(session):
    reply = session.fails('let fine = 1;\nlet wrong: i32 = "text";\nlet more = 2;')
    assert reply.error.count("mismatched types") == 1, reply.error
    assert "mismatched types" not in reply.stdout + reply.stderr
    assert 'let wrong: i32 = "text";' in reply.error, reply.error
    assert "2" in reply.error.split("mismatched types")[1] or ":2" in reply.error, reply.error
    undefined = session.fails("println!(\"{}\", fine);")
    assert "fine" in undefined.error


def test_a_panic_is_an_error_with_its_line_and_keeps_variables(session):
    session.ok("let kept = vec![1, 2, 3];")
    reply = session.fails('let a = 1;\nlet b: Option<i32> = None;\nlet c = b.expect("a number was needed");')
    assert "a number was needed" in reply.error, reply.error
    assert 'b.expect("a number was needed")' in reply.error, f"the line is not shown: {reply.error}"
    assert session.ok('println!("{}", kept.len());').stdout == "3\n"


def test_a_question_mark_is_an_error(session):
    session.ok("let also_kept = String::from(\"here\");")
    reply = session.fails('let number: i32 = "seven".parse::<i32>()?;\nprintln!("{number}");')
    assert "invalid digit" in reply.error, reply.error
    assert session.ok('println!("{also_kept}");').stdout == "here\n"


def test_an_index_out_of_bounds_inside_the_library_points_at_the_cell(session):
    reply = session.fails("let v: Vec<i32> = vec![1];\nlet i = v.len() + 3;\nprintln!(\"{}\", v[i]);")
    assert "index out of bounds" in reply.error, reply.error


def test_an_allocation_that_nobody_has_memory_for(session):
    reply = session.fails(
        "let huge: Vec<u8> = std::hint::black_box(Vec::with_capacity(1_000_000_000_000_000));\n"
        'println!("{}", huge.capacity());'
    )
    assert "memory allocation" in reply.error + reply.stderr, reply.text


def test_memory_that_runs_out_little_by_little(session):
    reply = session.fails(LIMIT)
    assert "memory allocation" in reply.error + reply.stderr, reply.text


@pytest.mark.parametrize("code", [0, 3])
def test_a_cell_that_ends_the_process(session, code):
    reply = session.fails(f"std::process::exit({code});")
    assert "exit" in reply.error or "ended" in reply.error, reply.error


def test_a_stack_that_overflows(session):
    session.fails(
        "fn deep(n: u64) -> u64 { let room = std::hint::black_box([n; 64]); 1 + deep(room[0] + 1) + room[1] }\n"
        'println!("{}", deep(0));'
    )


def test_an_endless_loop_is_ended_by_the_button(session):
    reply = session.interrupt('println!("running");\nloop { std::hint::spin_loop(); }', after=1)
    assert reply.status == "error", reply.text
    assert reply.seconds < 8, f"{reply.seconds} s after the button"
    session.alive()


def test_a_training_of_ours_stops_at_the_button_and_variables_stay(session):
    session.ok(
        "use companion::ch13::{mpg::{self, MpgSettings}, mpg_data::Cars, mpg_net::MpgNet};\n"
        'let project = run("ch13-mechanics", "mpg")?;\n'
        "let cars = Cars::load(&project)?;\n"
        "let net = MpgNet::new(cars.train.width, [8, 4], project.generator(), &project.training_device());"
    )
    session.ok("let mut long = MpgSettings::quick();\nlong.num_epochs = 1_000_000;")
    reply = session.interrupt(
        'println!("running");\nlet (trained, history) = mpg::train(net.clone(), &cars.train, &long, &project)?;', after=3
    )
    assert reply.status == "error", reply.text
    assert reply.seconds < 2.5, f"{reply.seconds} s after the button"
    assert "stopped" in reply.error or "nterrupted" in reply.error, reply.error
    session.ok("println!(\"{}\", cars.train.len() + net.num_params());")


def test_a_hundred_megabytes_of_text_are_cut_with_a_note(session):
    before = resident(session)
    reply = session.run(
        'let line = "x".repeat(99);\nfor _ in 0..1_000_000 { println!("{line}"); }\nprintln!("the end");', timeout=120
    )
    assert reply.status == "ok", reply.text
    length = len(reply.stdout) + len(reply.stderr)
    assert 10_000 < length < 20_000_000, length
    note = (reply.stdout[-3000:] + reply.stderr)[-300:]
    assert "not shown" in note, note
    assert resident(session) - before < 300, f"{before} MB before, {resident(session)} MB after"
    session.alive()


def test_a_figure_of_fifty_megabytes(session):
    reply = session.run('show(&Html::new(format!("<p>{}</p>", "x".repeat(50_000_000))));', timeout=120)
    assert reply.status in ("ok", "error"), reply.text
    shown = sum(len(str(data)) for data in reply.shown)
    told = reply.stdout + reply.stderr + reply.error + "".join(str(data)[:1000] for data in reply.shown)
    assert shown > 50_000_000 or "MB" in told, reply.text
    session.alive()


def test_bytes_that_are_no_text(session):
    reply = session.ok(
        "use std::io::Write;\n"
        'let mut out = std::io::stdout();\nout.write_all(b"before \\xff\\xfe after\\n")?;\nout.flush()?;'
    )
    assert "before " in reply.stdout and " after" in reply.stdout, reply.text
    session.alive()


def test_text_without_an_end_of_line_is_shown(session):
    assert session.ok('print!("no end");').stdout == "no end"


def test_output_streams_while_the_cell_runs(session):
    times = []

    def watch(message, seconds):
        if message["msg_type"] == "stream":
            times.append(seconds)

    session.run(
        "for i in 0..3 { println!(\"{i}\"); std::thread::sleep(std::time::Duration::from_millis(700)); }", watch=watch
    )
    assert len(times) >= 3 and times[-1] - times[0] > 1.0, times


def test_a_library_call_that_panics_on_another_thread_is_survived(session):
    session.run('let _ = std::thread::spawn(|| panic!("elsewhere")).join();')
    session.alive()


def resident(session):
    """Megabytes of the kernel and its children."""
    pids, total = [session.manager.provisioner.process.pid], 0
    time.sleep(0.2)
    for pid in pids:
        listing = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True).stdout
        pids.extend(int(child) for child in listing.split())
        answer = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True).stdout
        total += int(answer.strip() or 0)
    return total / 1024
