"""What the outside tests and the bench share: a server as a process, and its HTTP API."""
