"""The rules, profiles and pokers that a site can choose from."""

from typing import Any

from workers.vibration.rules.table import PROFILES, RULE_SPECS

# Radius of action by diameter of the head: inside the published ranges for each, and consistent
# with a spacing of 8 to 10 diameters.
POKERS = {"d30": 0.20, "d35": 0.20, "d50": 0.30, "d70": 0.40, "d100": 0.45}


def rules_catalogue() -> dict[str, Any]:
    return {
        "profiles": {
            name: {"rules": {rule: dict(values) for rule, values in rules.items()}}
            for name, rules in PROFILES.items()
        },
        "rules": [
            {
                "id": spec.id,
                "name_en": spec.name_en,
                "name_zh": spec.name_zh,
                "severity": str(spec.severity),
                "basis": str(spec.basis),
                "source": spec.source,
                "source_zh": spec.source_zh,
                "trust": spec.trust,
                "parameters": dict(spec.parameters),
                "is_metric": spec.is_metric,
                "is_on": spec.is_on,
            }
            for spec in RULE_SPECS.values()
        ],
        "pokers": [{"name": name, "radius_m": radius_m} for name, radius_m in POKERS.items()],
    }
