//! Styles and scripts, compiled in. Their addresses carry a hash of their bytes, so they are kept for ever once fetched.

use std::fmt::Write;
use std::sync::LazyLock;

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header};
use sha2::{Digest, Sha256};

use super::error::WebError;

struct Asset {
    name: &'static str,
    kind: &'static str,
    bytes: &'static [u8],
}

const ASSETS: [Asset; 8] = [
    Asset { name: "app.css", kind: "text/css; charset=utf-8", bytes: include_bytes!("../../assets/app.css") },
    Asset { name: "app.js", kind: "text/javascript; charset=utf-8", bytes: include_bytes!("../../assets/app.js") },
    Asset { name: "htmx.min.js", kind: "text/javascript; charset=utf-8", bytes: include_bytes!("../../assets/htmx.min.js") },
    Asset { name: "durations.js", kind: "text/javascript; charset=utf-8", bytes: include_bytes!("../../assets/durations.js") },
    Asset { name: "uplot.iife.min.js", kind: "text/javascript; charset=utf-8", bytes: include_bytes!("../../assets/uplot.iife.min.js") },
    Asset { name: "uplot.min.css", kind: "text/css; charset=utf-8", bytes: include_bytes!("../../assets/uplot.min.css") },
    // It goes wherever the library goes.
    Asset { name: "uplot.LICENSE", kind: "text/plain; charset=utf-8", bytes: include_bytes!("../../assets/uplot.LICENSE") },
    Asset { name: "icon.svg", kind: "image/svg+xml", bytes: include_bytes!("../../assets/icon.svg") },
];

/// The addresses of the assets.
#[derive(Debug)]
pub struct AssetUrls {
    /// The style sheet.
    pub css: String,
    /// Our script.
    pub js: String,
    /// The library that replaces parts of a page.
    pub htmx: String,
    /// The icon.
    pub icon: String,
    /// The script of the chart of durations.
    pub durations: String,
    /// The library that it draws with.
    pub uplot: String,
    /// The library's styles.
    pub uplot_css: String,
}

static URLS: LazyLock<AssetUrls> = LazyLock::new(|| {
    let url = |name: &str| ASSETS.iter().find(|asset| asset.name == name).map(|asset| format!("/assets/{}/{name}", hash(asset.bytes)));
    let url = |name: &str| url(name).unwrap_or_default();
    AssetUrls {
        css: url("app.css"),
        js: url("app.js"),
        htmx: url("htmx.min.js"),
        icon: url("icon.svg"),
        durations: url("durations.js"),
        uplot: url("uplot.iife.min.js"),
        uplot_css: url("uplot.min.css"),
    }
});

/// The addresses of the assets, without the prefix of the public URL.
#[must_use]
pub fn urls() -> &'static AssetUrls {
    &URLS
}

/// The first eight bytes of SHA-256, in hex.
fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(8).fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        _ = write!(text, "{byte:02x}");
        text
    })
}

/// `GET /assets/{hash}/{name}`.
///
/// # Errors
/// 404 for a name or a hash that is none.
pub async fn get(Path((wanted, name)): Path<(String, String)>) -> Result<Response, WebError> {
    let asset = ASSETS.iter().find(|asset| asset.name == name).filter(|asset| hash(asset.bytes) == wanted);
    let asset = asset.ok_or_else(WebError::no_page)?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(asset.kind)),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    Ok((headers, asset.bytes).into_response())
}
