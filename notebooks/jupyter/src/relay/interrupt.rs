//! The kernel's word to the relay that the cell being compiled is not to be run: a signal, since the relay's input belongs to the
//! engine. On systems without signals a cell that is being compiled cannot be stopped.

use std::sync::atomic::{AtomicBool, Ordering};

static SKIP_NEXT: AtomicBool = AtomicBool::new(false);

/// From now on the signal is heard, and Ctrl-C in the terminal that started Jupyter is not.
pub fn listen() {
    #[cfg(unix)]
    {
        extern "C" fn skip(_: libc::c_int) {
            SKIP_NEXT.store(true, Ordering::Relaxed);
        }
        let skip = skip as extern "C" fn(libc::c_int);
        // Safety: the handler only stores to an atomic.
        unsafe {
            libc::signal(libc::SIGUSR1, skip as libc::sighandler_t);
            libc::signal(libc::SIGINT, libc::SIG_IGN);
        }
    }
}

/// Whether the next cell is to be skipped; asking takes the wish back.
pub fn take() -> bool {
    SKIP_NEXT.swap(false, Ordering::Relaxed)
}
