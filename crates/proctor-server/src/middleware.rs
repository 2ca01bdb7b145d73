//! All layers around the routes.
