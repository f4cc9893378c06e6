//! The end that has the device.

use std::net::{SocketAddr, TcpListener};

use anyhow::Context;
use burn::server::{RemoteServer, WebSocketTransport};
use mlbook::device::{self, DeviceChoice};
use mlbook::prelude::*;

/// Computes for whoever connects, until Ctrl-C.
///
/// # Errors
/// No such device, or an address that is taken or not this machine's.
pub fn run(address: SocketAddr, choice: DeviceChoice) -> anyhow::Result<()> {
    let device = device::open(choice)?;
    let listener = TcpListener::bind(address)
        .with_context(|| format!("cannot listen at {address}. Choose another --address"))?;
    let address = listener.local_addr()?;
    say!("serving {} at ws://{address} until Ctrl-C", device::describe(choice, &device));
    if !address.ip().is_loopback() {
        say!(
            "whoever reaches this port can compute here, and nothing is encrypted: for networks that you trust"
        );
    }
    RemoteServer::new([device]).serve(WebSocketTransport::from_listener(listener))?;
    say!("stopped");
    Ok(())
}
