"""The state of the servers, for engineers; and what nvidia-smi's words mean."""

from apps.operations.selectors.system import gpu_from_line
from tests.stack import Stack, wait_for


def test_engineers_see_workers_queues_and_parts(stack: Stack) -> None:
    engineer = stack.user("sys-engineer", "engineer")

    def state_with_workers() -> dict[str, object] | None:
        state = engineer.get("system/").json()
        queues = sorted(queue for worker in state["workers"] for queue in worker["queues"])
        return state if queues == ["gpu", "io"] else None

    state = wait_for(state_with_workers)
    pids = stack.pids()
    assert {worker["pid"] for worker in state["workers"]} == {pids["gpu"], pids["io"]}
    assert [queue["name"] for queue in state["queues"]] == ["gpu", "io"]
    vendor = "sqlite" if stack.setup == "embedded" else "mariadb"
    assert (state["database"]["vendor"], state["database"]["ok"]) == (vendor, True)
    assert state["redis"]["ok"] is True
    assert state["disk"]["free_bytes"] < state["disk"]["total_bytes"]


def test_operators_and_strangers_do_not(stack: Stack) -> None:
    assert stack.client().get("system/").status_code == 401
    assert stack.user("sys-operator", "operator").get("system/").status_code == 403


def test_a_line_of_nvidia_smi_is_understood() -> None:
    assert gpu_from_line("NVIDIA H200, 143771, 1024, 37") == {
        "name": "NVIDIA H200",
        "memory_total_bytes": 143771 * 2**20,
        "memory_used_bytes": 1024 * 2**20,
        "utilization_percent": 37,
    }
    assert gpu_from_line("Odd, Name, 1, [N/A], [N/A]") == {
        "name": "Odd, Name",
        "memory_total_bytes": 2**20,
        "memory_used_bytes": 0,
        "utilization_percent": 0,
    }
