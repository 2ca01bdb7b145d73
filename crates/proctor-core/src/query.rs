//! What all query parameters have in common.

/// Which class of status a query parameter that cannot be used gets (`rest-api.md`, appendix A, 11).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum QueryFault {
    /// 400: a timestamp or an integer that cannot be read.
    Unparsable,
    /// 422: everything else.
    Unacceptable,
}

impl QueryFault {
    /// The number of the status.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::Unparsable => 400,
            Self::Unacceptable => 422,
        }
    }
}

/// The value of a parameter, unless it is blank: a blank parameter counts as absent (`rest-api.md`, 3.4).
#[must_use]
pub fn present(value: Option<&str>) -> Option<&str> {
    value.filter(|value| !value.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_is_absent() {
        assert_eq!(present(None), None);
        assert_eq!(present(Some(" ")), None);
        assert_eq!(present(Some(" a")), Some(" a"));
    }
}
