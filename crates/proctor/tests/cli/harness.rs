//! Running the binary: servers that end with the test, commands that end by themselves.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

/// How long anything may take before a test gives up.
pub(crate) const DEADLINE: Duration = Duration::from_secs(60);
/// The bootstrap token of the servers.
pub(crate) const API_TOKEN: &str = "bootstrap-token-of-these-tests";

/// The binary with an environment that says nothing about this machine's CI or settings.
pub(crate) fn proctor() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_proctor"));
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default()).stdin(Stdio::null());
    command
}

/// Runs a command to its end.
pub(crate) fn run(args: &[&str]) -> Finished {
    Finished::of(proctor().args(args).output().unwrap())
}

/// A command that has ended.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Finished {
    pub(crate) fn of(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self:?}");
        self
    }
}

/// A running `proctor serve` or `proctor demo`; killed when dropped.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    lines: Receiver<String>,
    pub(crate) url: String,
}

impl Server {
    /// Serves the store in `data_dir` on a free port.
    pub(crate) fn start(data_dir: &Path) -> Self {
        Self::start_with(data_dir, &["--bootstrap-token", API_TOKEN])
    }

    /// The same with other options.
    pub(crate) fn start_with(data_dir: &Path, options: &[&str]) -> Self {
        let mut command = proctor();
        command.args(["serve", "--listen", "127.0.0.1:0", "--log", "warn", "--data-dir"]).arg(data_dir).args(options);
        Self::spawn(command)
    }

    /// Starts a command that says where it listens in its first line.
    pub(crate) fn spawn(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = channel();
        std::thread::spawn(move || stdout.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        let first: String = lines.recv_timeout(DEADLINE).expect("the server did not start");
        let url = first.strip_prefix("listening on ").unwrap_or_else(|| panic!("{first:?}")).to_owned();
        Self { child, lines, url }
    }

    /// Lines of stdout up to the first that contains `text`.
    pub(crate) fn lines_until(&self, text: &str) -> Vec<String> {
        let mut lines = Vec::new();
        while !lines.last().is_some_and(|line: &String| line.contains(text)) {
            lines.push(self.lines.recv_timeout(DEADLINE).unwrap_or_else(|_| panic!("no line with {text:?} after {lines:#?}")));
        }
        lines
    }

    /// Sends SIGTERM.
    pub(crate) fn terminate(&self) {
        let status = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(status.success());
    }

    /// Waits until the server has ended: its exit code and the rest of its stdout.
    pub(crate) fn wait(mut self) -> (i32, Vec<String>) {
        // Its stdout ends with it; the channel then has nobody to send.
        let mut rest = Vec::new();
        while let Ok(line) = self.lines.recv_timeout(DEADLINE) {
            rest.push(line);
        }
        (self.child.wait().unwrap().code().unwrap_or(-1), rest)
    }

    /// Reads a path of the API as the bootstrap token.
    pub(crate) fn get(&self, path: &str) -> Value {
        self.get_as(API_TOKEN, path)
    }

    /// Reads a path of the API.
    pub(crate) fn get_as(&self, token: &str, path: &str) -> Value {
        let output = Command::new("curl")
            .args(["-sS", "--max-time", "30", "-H", &format!("Authorization: Bearer {token}"), &format!("{}{path}", self.url)])
            .output()
            .unwrap();
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A store with a running server and the upload token of its first suite.
pub(crate) struct Fixture {
    pub(crate) directory: TempDir,
    pub(crate) server: Server,
    pub(crate) upload_token: String,
}

impl Fixture {
    pub(crate) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let server = Server::start(&directory.path().join("data"));
        let upload_token = upload_token(&server);
        Self { directory, server, upload_token }
    }

    /// Writes a file beside the store and tells its path.
    pub(crate) fn file(&self, name: &str, contents: impl AsRef<[u8]>) -> String {
        let path = self.directory.path().join(name);
        std::fs::File::create(&path).unwrap().write_all(contents.as_ref()).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// Runs `proctor upload` against the server.
    pub(crate) fn upload(&self, args: &[&str]) -> Finished {
        let server = ["--url", &self.server.url, "--token", &self.upload_token];
        run(&["upload"].iter().chain(args).chain(&server).copied().collect::<Vec<_>>())
    }
}

/// The upload token of the first suite.
pub(crate) fn upload_token(server: &Server) -> String {
    let suite = server.get("/v2/analytics/organizations/default/suites/tests?show_api_token=true");
    suite["api_token"].as_str().unwrap_or_else(|| panic!("{suite}")).to_owned()
}

/// A report that ships with the demo.
pub(crate) fn report(name: &str) -> String {
    format!("{}/demo/{name}", env!("CARGO_MANIFEST_DIR"))
}
