//! A mail server for tests.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

/// A mail server that takes everything; what it was told.
pub(crate) async fn mail_server() -> (u16, Arc<Mutex<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (port, heard) = (listener.local_addr().unwrap().port(), Arc::new(Mutex::new(String::new())));
    let told = Arc::clone(&heard);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (read, mut write) = stream.into_split();
            let mut lines = BufReader::new(read).lines();
            write.write_all(b"220 mail.test\r\n").await.unwrap();
            let mut is_data = false;
            while let Ok(Some(line)) = lines.next_line().await {
                told.lock().unwrap().push_str(&format!("{line}\n"));
                let reply: &[u8] = match (is_data, line.as_str()) {
                    (true, ".") => {
                        is_data = false;
                        b"250 queued as 7\r\n"
                    }
                    (true, _) => continue,
                    (false, "DATA") => {
                        is_data = true;
                        b"354 go on\r\n"
                    }
                    (false, line) if line.starts_with("EHLO") => b"250 mail.test\r\n",
                    (false, _) => b"250 ok\r\n",
                };
                write.write_all(reply).await.unwrap();
            }
        }
    });
    (port, heard)
}
