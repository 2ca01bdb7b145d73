//! Administration over HTTP: Proctor's own routes, below `/v2/proctor`.

pub mod organizations;
pub mod tokens;
pub mod upload_token;
