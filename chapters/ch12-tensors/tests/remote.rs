//! Training on another machine's device: server and client as two programs on this one.
#![cfg(feature = "remote")]

#[path = "../../../tests/support/mod.rs"]
mod support;

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use support::{all_as_in_the_book, in_order, metric, refused, results, success, text, wait_for_line};
use tempfile::TempDir;

fn program() -> Command {
    support::program(env!("CARGO_BIN_EXE_ch12-tensors"))
}

/// A server on a free port, ended with the test.
struct Server {
    child: Child,
    host: String,
}

impl Server {
    fn start() -> Self {
        let mut serve = program();
        serve.args(["remote", "serve", "--address", "127.0.0.1:0"]).stdout(Stdio::piped());
        let mut child = serve.spawn().expect("the program starts");
        let mut line = String::new();
        let output = child.stdout.as_mut().expect("standard output is piped");
        BufReader::new(output).read_line(&mut line).expect("a line");
        let host = line.split_whitespace().find(|word| word.starts_with("ws://"));
        Self { host: host.unwrap_or_else(|| panic!("no address in {line}")).to_owned(), child }
    }

    fn signal(&self, name: &str) {
        let status = Command::new("kill").arg(name).arg(self.child.id().to_string()).status();
        assert!(status.expect("kill is there").success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn train(host: &str, out: &Path) -> Command {
    let mut command = program();
    command.args(["remote", "train", "--host", host, "--out"]).arg(out);
    command
}

#[test]
fn the_losses_there_are_those_here() {
    let mut server = Server::start();
    let out = TempDir::new().expect("a folder");
    let printed = success(&mut train(&server.host, out.path()));
    // Section 12.2.5 in PyTorch: losses of the first epoch and the last.
    let epochs = ["epoch   1/100  loss 1.1065", "epoch 100/100  loss 0.6402"];
    in_order(&printed, &["on the device at ws://127.0.0.1:", epochs[0], epochs[1]]);
    in_order(&printed, &["on this machine's", epochs[0], epochs[1]]);
    let first_run = results(&out.path().join("ch12-tensors/remote"));
    assert!(metric(&first_run, "loss difference") < 1e-5, "{first_run}");
    all_as_in_the_book(&first_run, 1e-6);

    // The server goes on to the next client; another seed has other losses, the same there and here.
    success(train(&server.host, out.path()).args(["--seed", "2", "--num-epochs", "3", "--batch-size", "7"]));
    let second_run = results(&out.path().join("ch12-tensors/remote"));
    assert!(metric(&second_run, "loss difference") < 1e-5, "{second_run}");
    assert!((metric(&first_run, "loss there") - metric(&second_run, "loss there")).abs() > 1e-3);

    server.signal("-TERM");
    assert!(server.child.wait().expect("it ends").success(), "asked to stop, it stops in good order");
}

#[test]
fn no_server_and_wrong_addresses_are_one_line() {
    let out = TempDir::new().expect("a folder");
    let refused_at = |host: &str| refused(&mut train(host, out.path()));
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let place = listener.local_addr().expect("an address").to_string();
    let host = format!("ws://{place}");

    let message = refused(train(&host, out.path()).args(["--timeout", "1"]));
    assert!(message.contains(&host) && message.contains("no answer in 1 s"), "{message}");
    let message = refused(program().args(["remote", "serve", "--address", &place]));
    assert!(message.contains("cannot listen at") && message.contains(&place), "{message}");
    drop(listener);
    let message = refused_at(&host);
    assert!(message.contains(&host) && message.contains("remote serve"), "{message}");

    for wrong in
        ["http://127.0.0.1:3000", "127.0.0.1:3000", "ws://127.0.0.1", "ws://:3000", "ws://there:99999"]
    {
        assert!(refused_at(wrong).contains("ws://127.0.0.1:3000"), "{wrong}");
    }
    let elsewhere = refused(program().args(["remote", "serve", "--address", "192.0.2.1:0"]));
    assert!(elsewhere.contains("cannot listen at 192.0.2.1:0"), "{elsewhere}");
    refused(program().args(["remote", "serve", "--address", "localhost"]));
    refused(train(&host, out.path()).args(["--timeout", "0"]));
    refused(train(&host, out.path()).arg("--resume"));
}

/// A training that is under way when `happens` happens to its server; how it ends.
fn midway(happens: impl Fn(&mut Server)) -> Output {
    let mut server = Server::start();
    let out = TempDir::new().expect("a folder");
    let mut training = train(&server.host, out.path());
    training.args(["--num-epochs", "100000", "--timeout", "2"]);
    let mut training =
        training.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
    wait_for_line(&mut training, "epoch      2/100000");
    happens(&mut server);
    training.wait_with_output().expect("it ends")
}

/// One line and exit code 2.
fn ends_in_one_line(output: &Output, expected: &str) {
    let message = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{message}");
    assert_eq!(message.lines().count(), 1, "{message}");
    assert!(message.starts_with("error: ws://127.0.0.1:") && message.contains(expected), "{message}");
}

#[test]
fn a_lost_connection_is_one_line() {
    ends_in_one_line(&midway(|server| server.signal("-KILL")), "connection lost in epoch");
}

#[test]
fn a_silent_server_is_given_up() {
    ends_in_one_line(&midway(|server| server.signal("-STOP")), "no answer in epoch");
}
