//! Messages on their way to the front end.

use std::sync::Arc;

use jupyter_protocol::{JupyterMessage, UnknownMessage};
use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedSender;

/// Where a message goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    IoPub,
    Shell,
    Control,
    Stdin,
}

/// Takes messages from any thread; tasks at the sockets send them.
#[derive(Clone)]
pub struct Outbox(Arc<UnboundedSender<(Channel, JupyterMessage)>>);

impl Outbox {
    pub fn new(sender: UnboundedSender<(Channel, JupyterMessage)>) -> Self {
        Self(Arc::new(sender))
    }

    pub fn send(&self, channel: Channel, message: JupyterMessage) {
        // Nobody listens any more only when the process ends.
        let _ = self.0.send((channel, message));
    }

    /// For everybody who watches, as part of what `parent` asked for.
    pub fn publish(&self, kind: &str, content: Value, parent: Option<&JupyterMessage>) {
        self.send(Channel::IoPub, message(kind, content, parent));
    }

    pub fn status(&self, parent: &JupyterMessage, state: &str) {
        self.publish("status", json!({ "execution_state": state }), Some(parent));
    }
}

/// A message of any kind.
pub fn message(kind: &str, content: Value, parent: Option<&JupyterMessage>) -> JupyterMessage {
    let mut message = JupyterMessage::new(UnknownMessage { msg_type: kind.to_owned(), content }, parent);
    "mlbook".clone_into(&mut message.header.username);
    message
}
