"""A file that cannot be imported: the collector sends it as one failed test."""

import a_module_that_does_not_exist  # noqa: F401
