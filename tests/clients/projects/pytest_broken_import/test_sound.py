"""Runs although its neighbour could not be imported."""


def test_runs():
    pass
