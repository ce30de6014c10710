"""The analysis on noisy pours with known truth: a smoke test of `benchmarks.vibration`."""

from benchmarks.vibration import figures_of, run_pours


def test_a_compliant_and_a_violating_pour_meet_the_figures() -> None:
    figures = figures_of(run_pours(range(1, 2), 5.0, "middle"))
    value = {name: figure["value"] for name, figure in figures.items()}
    assert figures["insertion_recall"]["cases"] == 140
    assert value["insertion_precision"] >= 0.95
    assert value["insertion_recall"] >= 0.95
    assert value["duration_mae_s"] <= 0.5
    assert abs(value["duration_bias_s"]) <= 0.2
    assert value["position_median_m"] <= 0.10
    assert value["position_p95_m"] <= 0.25
    assert value["coverage_error_points"] <= 3.0
    assert value["missed_area_found"] >= 0.9
    assert value["missed_area_false_per_pour"] <= 0.1
    assert value["compliant_false_alarms_per_hour"] == 0.0
