"""Every outcome pytest knows, apart from errors at collection."""

import time

import pytest


def test_adds_an_item():
    time.sleep(0.01)
    assert [1] + [2] == [1, 2]


def test_total_is_wrong():
    price = {"apple": 3, "pear": 4}
    assert sum(price.values()) == 8, "the total of apples & pears is off by <one> ☃"


def test_divides_by_zero():
    1 / 0


def test_failure_text_of_several_lines():
    expected = "\n".join(f"line {n}" for n in range(20))
    assert expected.replace("7", "seven") == expected


def test_large_failure_text():
    raise ValueError("x" * 70_000 + " end of the text")


@pytest.mark.skip(reason="not built yet")
def test_skipped():
    raise AssertionError("never runs")


@pytest.mark.xfail(reason="known bug")
def test_expected_failure():
    assert False


@pytest.mark.xfail(reason="fixed by chance")
def test_unexpected_pass():
    assert True


@pytest.mark.xfail(reason="must fail", strict=True)
def test_strict_unexpected_pass():
    assert True


@pytest.fixture
def broken_database():
    raise ConnectionError("no database at this address")


def test_setup_fails(broken_database):
    raise AssertionError("never runs")


class TestCheckout:
    @pytest.mark.parametrize("code", ["plain", "größer", "日本語", "🍏 apple", "a::b", "quote'\"s", "back\\slash", "a b"])
    def test_codes(self, code):
        assert code != "größer", f"rejected: {code}"

    @pytest.mark.execution_tag("team", "checkout")
    def test_tagged(self):
        pass

    class TestNested:
        def test_deep(self):
            pass


def test_größe_und_maß():
    pass
