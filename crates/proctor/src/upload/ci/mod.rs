//! What CI systems say about a build in environment variables.

mod build;
mod detect;
mod systems;

pub(crate) use build::Build;
pub(crate) use detect::detect;

#[cfg(test)]
mod tests;
