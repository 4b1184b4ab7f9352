"""Each size of a group has its own case, and seconds of a burst are seconds."""

from bench.mls import rows_of

MEASURED = {
    "sizes": [
        {
            "size": 10,
            "joinCpuMs": [40.0, 60.0, 50.0],
            "joinMs": [70.0, 90.0, 80.0],
            "commitMs": [5.0, 6.0, 7.0, 8.0],
            "commitBytes": 697,
            "groupInfoBytes": 3_159,
        }
    ],
    "bursts": [{"agreedMs": 12_500.0, "notices": []}],
}


def test_a_size_has_what_joining_costs_whom() -> None:
    found = {(row.case, row.metric): row for row in rows_of(MEASURED, 50)}
    cpu = found["mls_join_10", "cpu_ms"]
    assert (cpu.median, cpu.min, cpu.max, cpu.repeats) == (50, 40, 60, 3)
    assert found["mls_join_10", "wall_ms"].median == 80
    assert found["mls_join_10", "commit_ms"].median == 6.5
    assert found["mls_join_10", "commit_bytes"].median == 697
    assert found["mls_join_10", "group_info_bytes"].median == 3_159


def test_a_burst_is_named_by_how_many_come() -> None:
    found = {(row.case, row.metric): row for row in rows_of(MEASURED, 50)}
    assert (found["burst_50", "agreed_s"].median, found["burst_50", "agreed_s"].unit) == (12.5, "s")


def test_without_a_burst_there_is_no_row_of_one() -> None:
    cases = {row.case for row in rows_of({**MEASURED, "bursts": []}, 50)}
    assert cases == {"mls_join_10"}
