"""The names of another file again: the scope tells them apart."""

import pytest


def test_adds_an_item():
    pass


@pytest.mark.parametrize("n", range(12))
def test_numbers(n):
    assert n != 5


def test_skips_while_running():
    pytest.skip("only on Fridays")
