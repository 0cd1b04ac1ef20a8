"""Compile the message catalogues while a wheel or an editable install is built.

Run as a script, it does that alone: `python packaging/hatch_build.py`.
"""

from __future__ import annotations

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.builders.wheel import WheelBuilderConfig

ROOT = Path(__file__).resolve().parent.parent


class CatalogueHook(BuildHookInterface[WheelBuilderConfig]):
    """Have hatchling compile the catalogues before it collects the files of the wheel."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, object]) -> None:  # noqa: ARG002
        """Compile every catalogue beside its source, where `artifacts` of pyproject.toml finds it."""
        compile_catalogues(Path(self.root))


def compile_catalogues(root: Path) -> None:
    """Write each `.po` under `root`/mailwatch/locale as the `.mo` that gettext reads."""
    for source in sorted(root.glob("mailwatch/locale/*/LC_MESSAGES/*.po")):
        with source.open(encoding="utf-8") as lines:
            catalogue = read_po(lines, locale=source.parents[1].name, abort_invalid=True)
        with source.with_suffix(".mo").open("wb") as compiled:
            write_mo(compiled, catalogue)


if __name__ == "__main__":
    compile_catalogues(ROOT)
