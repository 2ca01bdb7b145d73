"""250 tests: the collector sends them in three uploads of one run."""

import pytest


@pytest.mark.parametrize("n", range(250))
def test_many(n):
    assert n != 77, "the one that fails"
