//! Training on another machine's device: the program here cuts batches and keeps track, the tensors live and are computed over there.
//! burn's remote backend does it, which is compiled with the feature `remote` only.

#[cfg(feature = "remote")]
mod serve;
#[cfg(feature = "remote")]
mod train;

use std::net::SocketAddr;

use clap::Subcommand;
use mlbook::device::DeviceChoice;
use mlbook::prelude::*;

mlbook::settings! {
    /// Settings of the remote project.
    pub struct RemoteSettings, flags RemoteFlags {
        /// Passes over the training flowers
        num_epochs: usize, at_least_one, quick 100, book 100;
        /// Flowers in a mini-batch
        batch_size: usize, at_least_one, quick 2, book 2;
        /// Adam's learning rate
        lr: f64, positive, quick 0.001, book 0.001;
        /// Units of the hidden layer
        hidden_size: usize, at_least_one, quick 16, book 16;
        /// Seconds after which a silent server is given up
        timeout: usize, at_least_one, quick 60, book 60;
    }
}

/// The two ends.
#[derive(Subcommand)]
pub enum RemoteCommand {
    /// Host this machine's device, until Ctrl-C
    Serve {
        /// Where to listen; port 0 is any free one
        #[arg(long, value_name = "IP:PORT", default_value = "127.0.0.1:3000")]
        address: SocketAddr,
        /// The device to host
        #[arg(long, value_enum, default_value_t)]
        device: DeviceChoice,
    },
    /// Train the Iris network on a hosted device and on this machine's, and compare
    Train {
        /// Where the server is
        #[arg(long, value_name = "ws://NAME:PORT", value_parser = host)]
        host: Host,
        #[command(flatten)]
        settings: RemoteFlags,
        #[command(flatten)]
        run: RunFlags,
    },
}

/// A server's `NAME:PORT`.
#[derive(Clone, Debug)]
pub struct Host(pub String);

impl std::fmt::Display for Host {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ws://{}", self.0)
    }
}

/// The rule of `--host`.
fn host(text: &str) -> Result<Host, String> {
    let place = text.strip_prefix("ws://").map(|rest| rest.trim_end_matches('/'));
    match place.and_then(|place| Some((place, place.rsplit_once(':')?))) {
        Some((place, (name, port))) if !name.is_empty() && port.parse::<u16>().is_ok() => {
            Ok(Host(place.to_owned()))
        }
        _ => Err("it must be ws://NAME:PORT, for example ws://127.0.0.1:3000".to_owned()),
    }
}

/// Serves or trains.
#[cfg(feature = "remote")]
pub fn run(command: RemoteCommand) -> anyhow::Result<()> {
    match command {
        RemoteCommand::Serve { address, device } => serve::run(address, device),
        RemoteCommand::Train { host, settings, run: flags } => {
            let run = Run::start("ch12-tensors", "remote", &flags)?;
            train::run(&run, &settings.settings(flags.book), &host)
        }
    }
}

/// Says how to get it.
#[cfg(not(feature = "remote"))]
pub fn run(_: RemoteCommand) -> anyhow::Result<()> {
    anyhow::bail!(
        "this program was built without burn's remote backend. Build it in (once, some minutes) with: cargo run -p \
         ch12-tensors --features remote -- remote serve"
    )
}
