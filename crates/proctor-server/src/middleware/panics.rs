//! A bug answers 500 and does not end the connection.

use std::any::Any;

use axum::response::{IntoResponse, Response};

use crate::api::error::ApiError;

pub(super) fn answer(panic: Box<dyn Any + Send>) -> Response {
    let cause =
        panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message");
    ApiError::internal(&format_args!("a handler panicked: {cause}")).into_response()
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::extract::Request;
    use axum::routing::get;
    use http_body_util::BodyExt;
    use tower::ServiceExt;
    use tower_http::catch_panic::CatchPanicLayer;

    // contract: general 17
    #[tokio::test]
    async fn a_panic_is_json_without_its_cause() {
        async fn broken() -> String {
            panic!("secret cause")
        }
        let router = Router::new().route("/", get(broken)).layer(CatchPanicLayer::custom(super::answer));
        let response = router.oneshot(Request::new(Body::empty())).await.unwrap();
        assert_eq!(response.status(), 500);
        let body = response.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(&body[..], br#"{"message":"Internal Server Error"}"#);
    }
}
