"""What is counted as lost, what as added, and against what it is held."""

from bench.e2ee import crowd_rows, delay_rows, switch_rows, worker_rows


def test_a_frame_that_left_and_did_not_come_is_lost() -> None:
    talk = {
        "sent": {"sent": [100, 200, 0, 0]},
        "received": {"received": [{"frames": 100}, {"frames": 198}]},
        "freezes": 0,
    }
    found = {row.metric: row.median for row in switch_rows("script", talk)}
    assert (found["lost_frames"], found["sent_frames"]) == (2, 300)


def test_delay_is_compared_sound_by_sound() -> None:
    delays = {"clear": [50.0, 90.0, 60.0], "sealed": [52.0, 93.0, 61.0]}
    added, sealed = delay_rows("streams", delays)
    assert (added.median, added.min, added.max) == (2, 1, 3)
    assert (sealed.median, sealed.control) == (61, 60)


def test_the_slower_of_sealing_and_opening_counts() -> None:
    size = {"frameBytes": 1_200, "sealUs": 15, "openUs": 20, "bareUs": 10, "overheadBytes": 22}
    found = {row.metric: row for row in worker_rows([size])}
    assert found["p50_us"].case == "sframe_worker"
    assert (found["p50_us"].median, found["overhead_bytes"].median) == (20, 22)
    assert found["p50_us"].control == 10


def test_a_crowd_is_held_against_the_worst_of_the_calm() -> None:
    crowds = [
        {"calmMs": 40.0, "crowdedMs": 300.0, "agreedMs": 2_100.0},
        {"calmMs": 60.0, "crowdedMs": 200.0, "agreedMs": 2_300.0},
    ]
    freeze, agreed = crowd_rows(crowds)
    assert (freeze.max, freeze.control, agreed.median) == (300, 60, 2_200)
