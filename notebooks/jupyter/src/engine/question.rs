//! A cell that asks the reader something.

use std::time::Duration;

use crossbeam_channel::Receiver;
use jupyter_protocol::JupyterMessage;
use serde_json::json;

use super::{Channel, Outbox, message};

/// Shows the question and waits for the answer; an answer that never comes is empty after an hour.
pub fn ask(
    outbox: &Outbox,
    answers: &Receiver<String>,
    parent: &JupyterMessage,
    prompt: &str,
    password: bool,
) -> String {
    while answers.try_recv().is_ok() {}
    outbox.send(
        Channel::Stdin,
        message("input_request", json!({ "prompt": prompt, "password": password }), Some(parent)),
    );
    answers.recv_timeout(Duration::from_secs(3600)).unwrap_or_default()
}
