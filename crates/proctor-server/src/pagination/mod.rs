//! Pages of lists and the `Link` header that leads through them (`rest-api.md`, section 1.6).
//!
//! A list is asked for with `page` and `per_page`; nothing that stands there is an error. Newest-first lists that grow at their
//! head, which is that of runs, would shift under a client that walks through them: page 2 would begin with the last element of page 1 as
//! soon as one more run arrives. So the URLs in the `Link` header of such a list carry one parameter more, `through`, the id of the
//! newest element of page 1, and a request with it sees the list as it was then.

mod link;
mod request;

pub use link::{ListTarget, Paged};
pub use request::{PER_PAGE_DEFAULT, PER_PAGE_MAX, PageParams};
