//! What is wrong with the query of a list of tests, as an answer.

use http::StatusCode;
use proctor_core::filter::FilterError;
use proctor_core::query::QueryFault;
use proctor_core::window::WindowError;

use super::error::ApiError;

impl From<WindowError> for ApiError {
    fn from(error: WindowError) -> Self {
        Self::new(status_of(error.fault()), error.to_string())
    }
}

impl From<FilterError> for ApiError {
    fn from(error: FilterError) -> Self {
        Self::new(status_of(error.fault()), error.to_string())
    }
}

const fn status_of(fault: QueryFault) -> StatusCode {
    match fault {
        QueryFault::Unparsable => StatusCode::BAD_REQUEST,
        QueryFault::Unacceptable => StatusCode::UNPROCESSABLE_ENTITY,
    }
}
