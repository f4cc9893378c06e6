//! The front: sockets, and the answers that need no engine.

mod complete;
mod history;
mod info;

use std::path::Path;

use anyhow::Context;
use crossbeam_channel::{Sender, unbounded};
use jupyter_protocol::{ConnectionInfo, JupyterMessage, JupyterMessageContent as Content};
use jupyter_zmq_client as zmq;
use serde_json::json;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::engine::{self, Channel, Handle, Outbox, Request, message};
use complete::Completer;

/// Serves the notebook whose connection file this is, until it asks for the end.
pub fn serve(connection_file: &Path) -> anyhow::Result<()> {
    ignore_ctrl_c();
    let name = connection_file.display();
    let text = std::fs::read(connection_file).with_context(|| format!("cannot read {name}"))?;
    let connection: ConnectionInfo = serde_json::from_slice(&text).with_context(|| {
        format!("{name} is no connection file of Jupyter; this program is started by Jupyter")
    })?;
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(listen(&connection))
}

/// Ctrl-C in the terminal that started Jupyter is for Jupyter.
fn ignore_ctrl_c() {
    // Safety: sets a signal to be ignored, before any thread is started.
    #[cfg(unix)]
    unsafe {
        libc::signal(libc::SIGINT, libc::SIG_IGN);
    }
}

/// A kernel whose Jupyter is gone ends too.
async fn parent_gone() {
    #[cfg(unix)]
    {
        // Safety: only asks for a number.
        let parent = || unsafe { libc::getppid() };
        let first = parent();
        while parent() == first {
            tokio::time::sleep(std::time::Duration::from_secs(2)).await;
        }
    }
    #[cfg(not(unix))]
    std::future::pending::<()>().await;
}

async fn listen(connection: &ConnectionInfo) -> anyhow::Result<()> {
    let session = format!("mlbook-{}", std::process::id());
    let iopub = zmq::create_kernel_iopub_connection(connection, &session).await?;
    let shell = zmq::create_kernel_shell_connection(connection, &session).await?;
    let control = zmq::create_kernel_control_connection(connection, &session).await?;
    let stdin = zmq::create_kernel_stdin_connection(connection, &session).await?;
    let mut heartbeat = zmq::create_kernel_heartbeat_connection(connection).await?;
    let (shell_out, mut shell_in) = shell.split();
    let (control_out, mut control_in) = control.split();
    let (stdin_out, mut stdin_in) = stdin.split();
    let (sender, messages) = unbounded_channel();
    let outbox = Outbox::new(sender);
    let (answer, answers) = unbounded();
    let front = Front {
        engine: engine::start(outbox.clone(), answers),
        completer: Completer::start(),
        outbox,
        answer,
    };
    front.outbox.publish("status", json!({ "execution_state": "starting" }), None);
    let sending = send_all(messages, iopub, shell_out, control_out, stdin_out);
    let beating = async { while heartbeat.single_heartbeat().await.is_ok() {} };
    let shell_loop = async {
        loop {
            match shell_in.read().await {
                Ok(request) => front.shell(request),
                Err(error) if is_fatal(&error) => return,
                Err(error) => eprintln!("a message that cannot be read: {error}"),
            }
        }
    };
    let stdin_loop = async {
        loop {
            match stdin_in.read().await {
                Ok(reply) => front.answered(&reply),
                Err(error) if is_fatal(&error) => return,
                Err(_) => {}
            }
        }
    };
    let control_loop = async {
        loop {
            match control_in.read().await {
                Ok(request) => {
                    if front.control(&request) {
                        return;
                    }
                }
                Err(error) if is_fatal(&error) => return,
                Err(error) => eprintln!("a message that cannot be read: {error}"),
            }
        }
    };
    let serving = async {
        tokio::select! {
            () = sending => {}
            () = beating => {}
            () = shell_loop => {}
            () = stdin_loop => {}
        }
    };
    tokio::select! {
        () = serving => {}
        () = parent_gone() => {}
        () = async {
            control_loop.await;
            // The reply is on its way; the tasks that send it go on meanwhile.
            tokio::time::sleep(std::time::Duration::from_millis(150)).await;
        } => {}
    }
    front.engine.shared.end_all();
    // Threads of the engine may be waiting for a compiler; nothing of theirs is worth waiting for.
    std::process::exit(0);
}

/// Whether the socket itself is gone; a message that cannot be read is only lost.
fn is_fatal(error: &zmq::RuntimeError) -> bool {
    matches!(error, zmq::RuntimeError::ZmqError(_))
}

async fn send_all(
    mut messages: UnboundedReceiver<(Channel, JupyterMessage)>,
    mut iopub: zmq::KernelIoPubConnection,
    mut shell: zmq::RouterSendConnection,
    mut control: zmq::RouterSendConnection,
    mut stdin: zmq::RouterSendConnection,
) {
    while let Some((channel, message)) = messages.recv().await {
        let sent = match channel {
            Channel::IoPub => iopub.send(message).await,
            Channel::Shell => shell.send(message).await,
            Channel::Control => control.send(message).await,
            Channel::Stdin => stdin.send(message).await,
        };
        if let Err(error) = sent {
            eprintln!("a message could not be sent: {error}");
        }
    }
}

struct Front {
    engine: Handle,
    completer: Completer,
    outbox: Outbox,
    answer: Sender<String>,
}

impl Front {
    fn shell(&self, request: JupyterMessage) {
        if let Content::ExecuteRequest(content) = &request.content {
            let content = content.clone();
            self.engine.send(Request::Execute(Box::new((request, content))));
            return;
        }
        self.outbox.status(&request, "busy");
        let reply = match &request.content {
            Content::CompleteRequest(asked) => {
                Some(("complete_reply", self.completer.complete(asked, &self.engine.shared)))
            }
            Content::InspectRequest(asked) => {
                Some(("inspect_reply", self.completer.inspect(asked, &self.engine.shared)))
            }
            Content::IsCompleteRequest(asked) => Some(("is_complete_reply", info::is_complete(&asked.code))),
            Content::HistoryRequest(asked) => {
                Some(("history_reply", history::history(&self.engine.shared.inputs(), asked)))
            }
            Content::CommInfoRequest(_) => Some(("comm_info_reply", json!({ "status": "ok", "comms": {} }))),
            _ => self.common(&request),
        };
        if let Some((kind, content)) = reply {
            self.outbox.send(Channel::Shell, message(kind, content, Some(&request)));
        }
        self.outbox.status(&request, "idle");
    }

    /// Requests that front ends send on either channel.
    fn common(&self, request: &JupyterMessage) -> Option<(&'static str, serde_json::Value)> {
        match &request.content {
            Content::KernelInfoRequest(_) => Some(("kernel_info_reply", info::kernel_info())),
            _ => None,
        }
    }

    /// Answers on the control channel; whether the kernel is to end.
    fn control(&self, request: &JupyterMessage) -> bool {
        self.outbox.status(request, "busy");
        let (reply, ends) = match &request.content {
            Content::InterruptRequest(_) => {
                self.engine.shared.interrupt();
                (Some(("interrupt_reply", json!({ "status": "ok" }))), false)
            }
            Content::ShutdownRequest(asked) => {
                self.engine.send(Request::Stop);
                (Some(("shutdown_reply", json!({ "status": "ok", "restart": asked.restart }))), true)
            }
            _ => (self.common(request), false),
        };
        if let Some((kind, content)) = reply {
            let reply = message(kind, content.clone(), Some(request));
            self.outbox.send(Channel::Control, reply);
            if ends {
                self.outbox.publish(kind, content, Some(request));
            }
        }
        self.outbox.status(request, "idle");
        ends
    }

    fn answered(&self, reply: &JupyterMessage) {
        if let Content::InputReply(reply) = &reply.content {
            // Nobody asked any more.
            let _ = self.answer.send(reply.value.clone());
        }
    }
}
