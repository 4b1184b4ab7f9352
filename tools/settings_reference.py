"""Writes docs/reference/settings.md from the settings model; `--check` only compares."""

import sys
from pathlib import Path

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from folkmoot.config import setting_fields, variable_of

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "settings.md"

HEAD = """# Settings

<!-- Written by tools/settings_reference.py from src/folkmoot/config.py; edit those. -->

A setting is taken from the first of: a flag of `folkmoot serve`, the environment, the TOML file
given with `--config`, the default. Unknown keys are errors. Lists are TOML arrays, or words
with commas between them.

```toml
host = "0.0.0.0"
media_addresses = ["203.0.113.7"]
allowed_origins = ["https://meet.example.org"]
meetings.create = "nobody"
```

Metrics are always served on 127.0.0.1. A browser gives camera and microphone to https pages and to
those of its own machine only: `lan` serves your network so, `cert` and `key` everybody. Behind a
proxy that ends TLS, name its origin in `allowed_origins`.
"""


def render() -> str:
    """The page."""
    return "\n".join([HEAD, *(_section(name, field) for name, field in setting_fields().items())])


def _section(name: str, field: FieldInfo) -> str:
    lines = [f"## `{name}`", "", field.description or "", ""]
    lines.append(f"Environment: `{variable_of(name)}`. Default: {_default(field)}.")
    return "\n".join([*lines, ""])


def _default(field: FieldInfo) -> str:
    value = field.get_default(call_default_factory=True, validated_data={})
    if value is None or value in ([], "") or value is PydanticUndefined:
        return "see above" if "Default:" in (field.description or "") else "empty"
    return f"`{value}`"


def main() -> int:
    """Write or check."""
    if "--check" in sys.argv:
        return 0 if PAGE.read_text() == render() else 1
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(render())
    return 0


if __name__ == "__main__":
    sys.exit(main())
