//! From a received body to a stored upload.
