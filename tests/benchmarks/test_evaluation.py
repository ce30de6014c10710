from benchmarks.evaluation import largest_difference, make_up
from workers.evaluation.coco import evaluate_boxes, metrics_of
from workers.evaluation.files import check_truth
from workers.evaluation.reference import reference_metrics


def test_both_sides_of_the_benchmark_give_the_same_figures() -> None:
    truth, results = make_up(20)
    ours = metrics_of(evaluate_boxes(truth, results))
    theirs = reference_metrics(check_truth(truth, "truth"), results)
    assert 0.1 < ours["AP"] < 0.9
    assert largest_difference(ours, theirs) < 1e-9


def test_a_figure_that_only_one_side_has_is_a_difference() -> None:
    assert largest_difference({"AP": 0.5}, {"AP": 0.5}) == 0.0
    assert largest_difference({"AP": None}, {"AP": 0.5}) == float("inf")
    assert largest_difference({"per_class": {"a": 0.25}}, {"per_class": {"a": 0.5}}) == 0.25
