"""The upload benchmark runs and reports what it says."""

from benchmarks.upload import MIB, measure


def test_both_ways_are_measured_side_by_side():
    result = measure(2 * MIB, repeats=1)

    assert (result["size_mib"], result["target_tus_against_plain"]) == (2, 0.7)
    assert set(result["mib_per_second"]) == {"tus", "plain"}
    assert result["tus_against_plain"] > 0
    assert min(result["server_peak_mib"].values()) > 10
