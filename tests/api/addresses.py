"""How the addresses of the schema become addresses of things."""


def collection(path: str) -> str:
    """`projects` of `/api/v1/projects/{id}/start/`."""
    return path.split("/{")[0].rsplit("/", 1)[-1]


def address_ids(path: str, ids: dict[str, object]) -> dict[str, object]:
    """The ids in the path of an operation, of the things that `ids` knows by collection."""
    known = {
        "id": ids.get(collection(path)),
        "user_id": ids["users"],
        "version": 1,
        "insertion_id": ids["insertions"],
        "edit_id": ids["insertion-edits"],
        "finding_id": ids["findings"],
        "image_id": ids["images"],
        "task_id": ids["tasks"],
        "number": 1,
        "name": "still.jpg",
    }
    return {name: known[name] for name in known if f"{{{name}}}" in path}
