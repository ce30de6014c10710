"""The benchmark of event streams runs and says what it promises."""

from pathlib import Path

from benchmarks.events import measure


def test_a_few_streams_get_every_event(test_data: Path) -> None:
    result = measure(10, fps=0.2)
    assert result["streams_with_every_event"] == 1.0
    assert result["events"] > 3
    assert result["delay_ms_median"] <= result["delay_ms_p95"] <= result["delay_ms_max"]
