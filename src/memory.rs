//! Memory between training steps.

/// From this size on, glibc fetches a block from the system and gives it back when it is freed.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const LARGE: i32 = 1 << 30;

/// Keeps freed blocks for the next allocation. A training step frees and claims the same few large blocks again and again; left
/// alone, glibc returns each to the system, which clears its pages anew: about a tenth of a step of chapter 14's network.
pub fn keep_freed_blocks() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: `mallopt` only sets two numbers of the allocator, under its own lock.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE);
        libc::mallopt(libc::M_TRIM_THRESHOLD, LARGE);
    }
}
