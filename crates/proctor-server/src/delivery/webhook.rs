//! Webhooks (`workflows.md`, 4.1).

use reqwest::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use serde_json::Value;

use super::http::{self, Chosen};
use super::send::{Parcel, Reply, Sender};
use super::signature::signature;

pub(super) async fn send(sender: &Sender<'_>, parcel: &Parcel<'_>) -> Reply {
    let mut request = match sender.clients.post(parcel.text("url").unwrap_or_default(), Chosen::ByUser) {
        Ok(request) => request,
        Err(reply) => return reply,
    };
    if let Some(Value::Object(headers)) = parcel.settings.get("headers") {
        for (name, value) in headers {
            let value = value.as_str().and_then(|value| HeaderValue::from_str(value).ok());
            let (Ok(name), Some(mut value)) = (HeaderName::from_bytes(name.as_bytes()), value) else { continue };
            value.set_sensitive(true);
            request = request.header(name, value);
        }
    }
    let body = parcel.facts.payload().to_string().into_bytes();
    if let Some(secret) = parcel.text("secret") {
        request = request.header("X-Proctor-Signature", signature(secret, parcel.now, &body).unwrap_or_default());
    }
    request = request.header(CONTENT_TYPE, "application/json").header("X-Proctor-Event", parcel.facts.event());
    http::send(request.header("X-Proctor-Delivery", parcel.message.id.to_string()).body(body)).await
}
