"""All sentences and codes that the compute can give as a reason or a note, read from its source."""

import ast
from collections.abc import Iterator
from pathlib import Path

import workers.vibration.pour as pour_module
import workers.vibration.rules.judge as judge_module
from workers.vibration.observe import VIBRATOR_IN
from workers.vibration.rules.judge import MANUAL_CHECKS

# What stands for a number or a label in a sentence, and for the grade in a code.
FILLINGS = {"quality.grade": ("amber", "refused"), "label": ("no_helmet",), "worn": ("helmet",)}
NUMBER = ("0.21",)


def _sources() -> list[ast.Module]:
    rules = sorted(Path(judge_module.__file__).parent.glob("*.py"))
    return [ast.parse(path.read_text("utf-8")) for path in [*rules, Path(pour_module.__file__)]]


def _constants(modules: list[ast.Module]) -> dict[str, str]:
    """Texts with a name of their own, such as `NO_COVERAGE`."""
    assigned = {
        node.targets[0].id: node.value.value
        for module in modules
        for node in module.body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Constant)
    }
    texts = {name: value for name, value in assigned.items() if isinstance(value, str)}
    return {"VIBRATOR_IN": VIBRATOR_IN, **texts}


def _texts(node: ast.expr | None, constants: dict[str, str]) -> list[str]:
    """What an expression may say; nothing of names that people give."""
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) and node.value else []
    if isinstance(node, ast.Name):
        return [constants[node.id]] if node.id in constants else []
    if isinstance(node, ast.IfExp):
        return _texts(node.body, constants) + _texts(node.orelse, constants)
    if isinstance(node, ast.JoinedStr):
        texts = [""]
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                name = ast.unparse(part.value)
                given = FILLINGS.get(name) or (constants.get(name, NUMBER[0]),)
            else:
                assert isinstance(part, ast.Constant)
                given = (str(part.value),)
            texts = [text + one for text in texts for one in given]
        return texts
    return []


def _calls(modules: list[ast.Module]) -> Iterator[ast.Call]:
    for module in modules:
        yield from (node for node in ast.walk(module) if isinstance(node, ast.Call))


def reasons() -> set[str]:
    """Why rules are not judged, and what is remarked of findings."""
    modules = _sources()
    constants = _constants(modules)
    found: set[str] = set()
    for call in _calls(modules):
        if isinstance(call.func, ast.Name) and call.func.id == "NotJudged":
            found.update(_texts(call.args[0], constants))
        for keyword in call.keywords:
            if keyword.arg == "note":
                found.update(_texts(keyword.value, constants))
    for module in modules:
        for node in ast.walk(module):
            if isinstance(node, ast.FunctionDef) and ast.unparse(node.returns or node) == "str":
                for one in ast.walk(node):
                    if isinstance(one, ast.Return):
                        found.update(_texts(one.value, constants))
    return found


def note_codes() -> set[str]:
    """The codes of what there is to know about a result."""
    modules = _sources()
    constants = _constants(modules)
    found: set[str] = set()
    for call in _calls(modules):
        if isinstance(call.func, ast.Name) and call.func.id == "Note":
            found.update(_texts(call.args[0], constants))
    return found


def manual_checks() -> set[str]:
    """What a person has to check."""
    return {name for name, _ in MANUAL_CHECKS}
