//! The allocator of the C library, told to share its memory between threads.

/// Arenas that all threads share. By default there are eight a core, and what is freed in one is of no use to the others: work that moves
/// from thread to thread, as it does here, then holds several times the memory that it needs. Two are as fast as sixteen on the bench.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const ARENAS_MAX: libc::c_int = 2;

/// Says so. Before the first thread is started. Other C libraries have no such arenas.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(unsafe_code, reason = "a call to the C library that takes two numbers and touches nothing of ours")]
pub(crate) fn share_arenas() {
    // Who sets MALLOC_ARENA_MAX knows better.
    if std::env::var_os("MALLOC_ARENA_MAX").is_none() {
        // SAFETY: `mallopt` may be called at any time, from one thread.
        unsafe { libc::mallopt(libc::M_ARENA_MAX, ARENAS_MAX) };
    }
}

/// Nothing to say.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(crate) const fn share_arenas() {}
