//! What the bench's tools share: bodies from disk and the CPU time of this process.

use std::fs;
use std::io;
use std::path::Path;

/// The bodies of a set: every file of a folder in order of name, or the parts of a `.pack` file.
///
/// # Errors
/// Fails when a file cannot be read or a pack is cut short.
pub fn read_bodies(path: &Path) -> io::Result<Vec<Vec<u8>>> {
    if path.is_file() {
        return unpack(&fs::read(path)?);
    }
    let mut files: Vec<_> = fs::read_dir(path)?.map(|entry| entry.map(|e| e.path())).collect::<Result<_, _>>()?;
    files.sort();
    files.iter().map(fs::read).collect()
}

/// Each part of a pack: its length as 4 bytes, little-endian, then its bytes.
fn unpack(mut bytes: &[u8]) -> io::Result<Vec<Vec<u8>>> {
    let mut parts = Vec::new();
    while let Some((length, rest)) = bytes.split_first_chunk::<4>() {
        let length = u32::from_le_bytes(*length) as usize;
        let part = rest.get(..length).ok_or_else(|| io::Error::new(io::ErrorKind::UnexpectedEof, "the pack is cut short"))?;
        parts.push(part.to_vec());
        bytes = &rest[length..];
    }
    Ok(parts)
}

/// User and system time of this process, in seconds, as Linux counts it (ticks of 10 ms).
///
/// # Errors
/// Fails where there is no `/proc`.
pub fn cpu_seconds() -> io::Result<f64> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    // The second field, the command in brackets, may hold blanks.
    let after_command = stat.rsplit(')').next().unwrap_or_default();
    let ticks: u64 = after_command.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
    Ok(ticks as f64 / 100.0)
}

/// CPU time of the calling thread, in seconds, to the nanosecond.
///
/// # Errors
/// Fails where the kernel keeps no scheduling statistics.
pub fn thread_cpu_seconds() -> io::Result<f64> {
    let stat = fs::read_to_string("/proc/thread-self/schedstat")?;
    let nanoseconds = stat.split_whitespace().next().and_then(|field| field.parse::<u64>().ok());
    nanoseconds.map(|ns| ns as f64 / 1e9).ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "schedstat holds no number"))
}
