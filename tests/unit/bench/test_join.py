"""The parts of a join add up to the whole, and a slow one in twenty is not hidden."""

from bench.join import Moments, rows_of


def a_join(*, keyed: float = 300.0, shown: float = 600.0) -> Moments:
    return {
        "admitted": 100.0,
        "offered": 250.0,
        "connected": 400.0,
        "announced": 410.0,
        "keyed": keyed,
        "shown": shown,
    }


def test_the_parts_of_a_join_add_up_to_the_whole() -> None:
    found = {row.metric: row.median for row in rows_of([a_join()])}
    assert found["p50_ms"] == 600
    assert found["admission_p50_ms"] == 100
    parts = ("signalling_p50_ms", "ice_dtls_p50_ms", "first_keyframe_p50_ms")
    assert [found[part] for part in parts] == [250, 150, 200]


def test_no_picture_is_waited_for_before_there_are_keys() -> None:
    found = {row.metric: row.median for row in rows_of([a_join(keyed=550.0)])}
    assert (found["keys_p50_ms"], found["first_keyframe_p50_ms"]) == (550, 50)


def test_four_slow_joins_of_sixty_show_in_p95() -> None:
    joins = [a_join(shown=500.0)] * 56 + [a_join(shown=5_000.0)] * 4
    found = {row.metric: row for row in rows_of(joins)}
    assert (found["p50_ms"].median, found["p95_ms"].median) == (500, 5_000)
    assert (found["p95_ms"].min, found["p95_ms"].max, found["p95_ms"].repeats) == (500, 5_000, 60)
